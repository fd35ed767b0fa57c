"""The command `python -m gis_core.constraints.verify FILE`: computes an issued evaluation again, compares."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from gis_core.canonical import fingerprint
from gis_core.constraints import ENGINE_VERSION
from gis_core.constraints.frozen import FORMAT, answered
from gis_core.constraints.seals import altered, first_difference, leaves

#: What the exit code says.
SAME, DIFFERS, UNREADABLE, DIFFERS_UNDER_ANOTHER_ENGINE = range(4)

SENTENCES: dict[str, tuple[str, str]] = {
    "UNREADABLE": ("این پرونده خوانده نشد: {why}", "This file cannot be read: {why}"),
    "NOT_WHOLE": (
        "این پرونده ارزیابی منجمد پلاک با همهٔ ورودی‌ها نیست ({format}).",
        "This file is no frozen evaluation of Pelak with all its inputs ({format}).",
    ),
    "OTHER_ENGINE": (
        "این ارزیابی با موتور {stored} صادر شده و اینجا موتور {present} است؛ تفاوت شاید از همین باشد.",
        "Issued by engine {stored}; here is engine {present}, so a difference may come from that.",
    ),
    "SAME": (
        "همان است: قطعهٔ {lot} در {on}، از نو محاسبه شد و پاسخ همان پاسخ صادرشده است.",
        "Same: parcel {lot} on {on}, computed again, has the answer that was issued.",
    ),
    "ALTERED": (
        "پس از صدور دست خورده است: {leaf} (اکنون {value}).",
        "Altered after it was issued: {leaf} (now {value}).",
    ),
    "ALTERED_PART": (
        "پس از صدور بیش از یک مقدار در بخش {part} دست خورده است.",
        "More than one value of the part {part} was altered after it was issued.",
    ),
    "SEAL_ALTERED": (
        "مهر پرونده با محتوای آن نمی‌خواند: sha256.",
        "The seal of the file does not fit its content: sha256.",
    ),
    "NOT_COMPUTED": (
        "از ورودی‌های این پرونده پاسخی محاسبه نشد: {why}",
        "No answer can be computed from the inputs of this file: {why}",
    ),
    "DIFFERS": (
        "نخستین تفاوت پاسخ: {leaf}؛ در پرونده {stored}، از نو {computed}.",
        "The answer first differs at {leaf}: the file says {stored}, computed again it is {computed}.",
    ),
}


@dataclass(frozen=True)
class Said:
    """One thing to be told: its code and the values of its sentence."""

    code: str
    values: Mapping[str, Any]

    def lines(self) -> tuple[str, str]:
        """The sentence in Persian and in English."""
        fa, en = SENTENCES[self.code]
        return fa.format(**self.values), en.format(**self.values)


@dataclass(frozen=True)
class Outcome:
    """What the check came to: the exit code, and what there is to tell, in order."""

    exit_code: int
    said: tuple[Said, ...]


def check(document: Any) -> Outcome:
    """
    Check a frozen evaluation (`frozen.as_file`) without database: its seals, then its answer computed again.

    What was altered is named first, then the first leaf of the answer that differs.
    """
    if not _whole(document):
        found = document.get("format") if isinstance(document, Mapping) else type(document).__name__
        return Outcome(UNREADABLE, (Said("NOT_WHOLE", {"format": found}),))
    inputs, answer = document["inputs"], document["answer"]
    said: list[Said] = []
    engine = str(inputs["engine"])
    if engine != ENGINE_VERSION:
        said.append(Said("OTHER_ENGINE", {"stored": engine, "present": ENGINE_VERSION}))
    tampered = _altered(document)
    found = _compared(inputs["parts"], answer, same_engine=engine == ENGINE_VERSION)
    if not tampered and not found:
        on, lot = answer.get("on"), answer.get("parcel", {}).get("key")
        return Outcome(SAME, (*said, Said("SAME", {"lot": lot, "on": on})))
    code = DIFFERS if tampered or engine == ENGINE_VERSION else DIFFERS_UNDER_ANOTHER_ENGINE
    return Outcome(code, (*said, *tampered, *found))


def main(words: Sequence[str] | None = None) -> int:
    """Check one file and say what came of it, in both languages."""
    parser = argparse.ArgumentParser(
        prog="python -m gis_core.constraints.verify",
        description="Compute an issued evaluation again from its own file, and compare.",
        epilog="Exit code: 0 same, 1 differs, 2 cannot be read, 3 differs under another engine version.",
    )
    parser.add_argument("file", type=Path, help="the JSON file of the evaluation")
    outcome = _checked_file(parser.parse_args(words).file)
    for one in outcome.said:
        sys.stdout.write("\n".join(one.lines()) + "\n")
    return outcome.exit_code


def _checked_file(path: Path) -> Outcome:
    try:
        document = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (OSError, ValueError, RecursionError) as wrong:
        return Outcome(UNREADABLE, (Said("UNREADABLE", {"why": wrong}),))
    return check(document)


def _finite(word: str) -> float:
    number = float(word)
    if not isfinite(number):
        _refuse(word)
    return number


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _whole(document: Any) -> bool:
    """Whether it is a frozen evaluation that has all its inputs."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        return False
    inputs, answer = document.get("inputs"), document.get("answer")
    if not isinstance(inputs, Mapping) or not isinstance(answer, Mapping) or "engine" not in inputs:
        return False
    parts, seals = inputs.get("parts"), inputs.get("seals")
    return isinstance(parts, Mapping) and isinstance(seals, Mapping)


def _altered(document: Mapping[str, Any]) -> list[Said]:
    """Leaves that are not as they were sealed, one of each part; and the seal of the whole, last."""
    inputs, answer = document["inputs"], document["answer"]
    seals = inputs["seals"]
    said = []
    for name, part in [*inputs["parts"].items(), ("answer", answer)]:
        seal = seals.get(name)
        found = altered(part, seal if isinstance(seal, Mapping) else {})
        at = "answer" if name == "answer" else f"inputs.parts.{name}"
        if found:
            said.append(Said("ALTERED", {"leaf": f"{at}.{found}", "value": _told(_at(part, found))}))
        elif found is not None:
            said.append(Said("ALTERED_PART", {"part": at}))
    said += [
        Said("ALTERED_PART", {"part": f"inputs.parts.{name}"})
        for name in seals
        if name != "answer" and name not in inputs["parts"]
    ]
    if not said and document.get("sha256") != fingerprint([inputs, answer]):
        said.append(Said("SEAL_ALTERED", {}))
    return said


def _compared(parts: Mapping[str, Any], answer: Mapping[str, Any], *, same_engine: bool) -> list[Said]:
    """The first leaf in which the answer, computed again, differs from the stored one."""
    try:
        again = answered(parts)
    except Exception as wrong:  # whatever an altered file does to the engine is told, not thrown
        return [Said("NOT_COMPUTED", {"why": f"{type(wrong).__name__}: {wrong}"})]
    if not same_engine:  # that was said already
        again["engine"] = answer.get("engine")
    difference = first_difference(answer, again)
    if difference is None:
        return []
    leaf, stored, computed = difference
    return [Said("DIFFERS", {"leaf": f"answer.{leaf}", "stored": _told(stored), "computed": _told(computed)})]


def _at(document: Any, path: str) -> Any:
    """The value at a path as `seals.leaves` writes it."""
    return dict(leaves(document))[path]


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
