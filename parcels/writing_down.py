"""Writes an evaluation down with all that it rests on: pure, so that another process can do it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gis_core import canonical
from gis_core.constraints.frozen import freeze
from gis_core.constraints.inputs import Inputs


@dataclass(frozen=True)
class WrittenDown:
    """An evaluation of one lot as it is kept: both times, question, answer, and the hash over both."""

    on: date
    known_at: datetime
    inputs: dict[str, Any]
    document: dict[str, Any]
    sha256: str


def write_down(inputs: Inputs, lineage: str, version: int) -> WrittenDown:
    """
    Evaluate one lot and write down question and answer, with the parcel's lineage and version.

    Raises
    ------
    ValueError
        When there is not exactly one lot.
    """
    frozen = freeze(inputs)
    kept = {**frozen.inputs, "parcel": {"lineage": lineage, "version": version}}
    return WrittenDown(inputs.on, inputs.known_at, kept, frozen.answer, fingerprint(kept, frozen.answer))


def fingerprint(inputs: Any, document: Any) -> str:
    """Hash of an issued evaluation; the same when read back from the database."""
    return canonical.fingerprint([inputs, document])
