"""Freezes an evaluation with all that it rests on, sealed part by part, to be computed again years later."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from gis_core.canonical import fingerprint
from gis_core.constraints import ENGINE_VERSION
from gis_core.constraints.findings import as_document
from gis_core.constraints.inputs import Inputs, ask
from gis_core.constraints.kept import Kept
from gis_core.constraints.plain import read, written
from gis_core.constraints.seals import sealed
from gis_core.constraints.values import Surroundings

#: What such a document calls itself; a later form gets a later number.
FORMAT = "pelak-evaluation/1"
#: Parts that are sealed on their own: the lot, what lies around it, the rules, and the question.
_AROUND = "around."
#: Rules and layers are the same ones for many lots: what was written of them is kept, for the last few sets.
_STANDING = Kept(most=8)
#: Fields of the inputs that make no part of their own, or one that is kept.
_NOT_OWN = ("around", "on", "known_at", "origin", "rules")


@dataclass(frozen=True)
class Frozen:
    """
    An evaluation as it is kept: its inputs and its answer, plain JSON both.

    `inputs` holds `format`, `engine`, `parts` (name -> the part, `plain.py`) and `seals` (name -> seal of
    the part, and `answer`); `answer` is `findings.as_document` of the lot.
    """

    inputs: dict[str, Any]
    answer: dict[str, Any]


def freeze(inputs: Inputs) -> Frozen:
    """
    Freeze one lot's question and answer.

    The answer is computed from what was written down, so it is the one that anybody computes later.

    Raises
    ------
    ValueError
        When there is not exactly one lot.
    """
    if len(inputs.lots) != 1:
        raise ValueError("one lot is frozen at a time")
    parts = _parts(inputs)
    answer = _answer_of({name: part.thawed for name, part in parts.items()})
    seals = {name: part.seal for name, part in parts.items()} | {"answer": sealed(answer)}
    documents = {name: part.document for name, part in parts.items()}
    return Frozen({"format": FORMAT, "engine": ENGINE_VERSION, "parts": documents, "seals": seals}, answer)


def answered(parts: Mapping[str, Any]) -> dict[str, Any]:
    """
    The answer to written-down inputs, as plain JSON.

    Raises
    ------
    ValueError, KeyError, TypeError
        When the parts tell no inputs.
    """
    return _answer_of({name: read(part) for name, part in parts.items()})


def thawed(parts: Mapping[str, Any]) -> Inputs:
    """The inputs that written-down parts tell."""
    return _inputs_of({name: read(part) for name, part in parts.items()})


def _answer_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to what parts tell."""
    return dict(written(as_document(ask(_inputs_of(values))[0]))["plain"])


def _inputs_of(values: Mapping[str, Any]) -> Inputs:
    """The inputs whose parts were read."""
    plain = dict(values)
    around = {name: plain.pop(name) for name in list(plain) if name.startswith(_AROUND)}
    surroundings = Surroundings(**{name.removeprefix(_AROUND): each for name, each in around.items()})
    question = plain.pop("question")
    return Inputs(
        around=surroundings,
        on=read(question["on"]),
        known_at=read(question["known_at"]),
        origin=tuple(question["origin"]),
        **plain,
    )


def as_file(frozen: Frozen) -> dict[str, Any]:
    """The whole as one JSON object, as it is handed out and as `verify` reads it."""
    return {
        "format": FORMAT,
        "inputs": frozen.inputs,
        "answer": frozen.answer,
        "sha256": fingerprint([frozen.inputs, frozen.answer]),
    }


@dataclass(frozen=True)
class _Part:
    """A part of the inputs as it is written down, its seal, and the values that anybody reads from it."""

    document: Any
    seal: dict[str, Any]
    thawed: Any


def _part(value: Any) -> _Part:
    document = written(value)
    return _Part(document, sealed(document), read(document))


def _parts(inputs: Inputs) -> dict[str, _Part]:
    """The inputs part by part: each kind of thing around the lot is one."""
    question = {
        "plain": {
            "on": written(inputs.on),
            "known_at": written(inputs.known_at),
            "origin": [float(each) for each in inputs.origin],
        }
    }
    rules, layers = inputs.rules, inputs.around.layers
    parts = {
        "question": _Part(question, sealed(question), read(question)),
        "rules": _STANDING.of((rules,), lambda: _part(rules)),
        f"{_AROUND}layers": _STANDING.of((*layers, *layers.values()), lambda: _part(layers)),
    }
    own = [entry.name for entry in fields(inputs) if entry.name not in _NOT_OWN]
    parts |= {name: _part(getattr(inputs, name)) for name in own}
    beside = [entry.name for entry in fields(inputs.around) if entry.name != "layers"]
    return parts | {_AROUND + name: _part(getattr(inputs.around, name)) for name in beside}
