"""Brings tariffs and official land values in: each formula is checked before it may charge anybody."""

import uuid
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from gis_core.formulas import WrongFormula, compiled
from gis_core.formulas.definition import ValueTable
from import_scripts.definitions import (
    Definition,
    check_table,
    citation,
    load_sources,
    period,
    plain,
    put,
    read_definitions,
    refuse_if_wrong,
    two_at_once,
)
from import_scripts.issues import Doubts, Outcome
from import_scripts.task import Counts, Destination, Task
from parcels.fees.models import LandValue, Tariff

COUNTED = frozenset({"storey", "year", "unit", "bay"})
_PLACES = uuid.UUID("6a3f5f0e-58f4-4d6a-9d0a-4f3f6f0c5a11")  # names of places become lineages in this space


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """
    Read, check and load one tariff file; the caller owns the transaction.

    Raises
    ------
    FileRefused
        When an entry is wrong; `doubts` lists every one.
    """
    raw, lines = read_definitions(task.file)
    sources = load_sources(raw.get("source", ()))
    tariffs = _read(raw.get("tariff", []), lines.get("tariff", []), sources, doubts, _tariff)
    values = _read(raw.get("land_value", []), lines.get("land_value", []), sources, doubts, _land_value)
    two_at_once(tariffs, doubts)
    two_at_once(values, doubts)
    refuse_if_wrong(doubts)
    samples = sum(one.values["confidence"] == "C" for one in (*tariffs, *values))
    if samples:
        doubts.add("SAMPLE_ONLY", value=samples, count=samples)
    done = [put(Tariff, one, now=destination.now, run_id=destination.run_id) for one in tariffs]
    done += [put(LandValue, one, now=destination.now, run_id=destination.run_id) for one in values]
    return Counts(
        read=len(done),
        loaded=len(done) - done.count("unchanged"),
        unchanged=done.count("unchanged"),
        closed=done.count("corrected"),
    )


def _read(entries, lines, sources, doubts: Doubts, make) -> list[Definition]:
    found = []
    for entry, line in zip(entries, lines, strict=True):
        try:
            found.append(make(entry, line, sources, doubts))
        except WrongFormula as wrong:
            doubts.add(
                "WRONG_FORMULA", line=line, value=entry.get("code", ""), outcome=Outcome.REFUSED, why=wrong
            )
        except (KeyError, TypeError, ValueError) as wrong:
            why = f"{wrong} is missing" if isinstance(wrong, KeyError) else wrong
            doubts.add(
                "WRONG_ENTRY", line=line, value=entry.get("code", ""), outcome=Outcome.REFUSED, why=why
            )
    return found


def _tariff(entry: Mapping[str, Any], line: int, sources: Mapping[str, Any], doubts: Doubts) -> Definition:
    formula = compiled(entry["formula"])
    for policy, choices in entry["formula"].get("policies", {}).items():
        for option in choices["options"]:
            compiled(entry["formula"], {policy: option})
    for name, table in formula.tables.items():
        check_table(
            f"{entry['code']} {name}", table.bands, line, doubts, whole_keys=table.key_unit in COUNTED
        )
        _check_cliffs(f"{entry['code']} {name}", table, line, doubts)
    values = {
        "title_fa": entry["title_fa"],
        "title_en": entry["title_en"],
        "definition": entry["formula"],
        "resolution_no": entry.get("resolution_no", ""),
        "charged_at": entry["charged_at"],
        "ruling": entry.get("ruling", ""),
    }
    return Definition({"code": entry["code"]}, period(entry), values | citation(entry, sources), line)


def _land_value(
    entry: Mapping[str, Any], line: int, sources: Mapping[str, Any], _doubts: Doubts
) -> Definition:
    land, building = entry["land_rial_m2"], entry["building_rial_m2"]
    if not (isinstance(land, int) and isinstance(building, int) and land >= 0 and building >= 0):
        raise ValueError("land_rial_m2 and building_rial_m2 are whole rials, not below zero")
    cited = citation(entry, sources)
    values = {
        "land_rial_m2": land,
        "building_rial_m2": building,
        "source": cited["source"],
        "confidence": cited["confidence"],
    }
    key = {"district_code": entry.get("district_code", "")}
    return Definition(key, period(entry), values, line, uuid.uuid5(_PLACES, entry["name"]))


def _check_cliffs(name: str, table: ValueTable, line: int, doubts: Doubts) -> None:
    """A share that goes up by steps: one square metre more may cost far more. Reported, not smoothed."""
    if table.mode != "SLAB" or table.unit != "percent":
        return
    jumps = []
    for before, after in pairwise(table.bands):
        first, second = before.row.get(table.column), after.row.get(table.column)
        if first is not None and second is not None and Fraction(str(first)) != Fraction(str(second)):
            jumps.append(f"{plain(before.high)}: {plain(first)}→{plain(second)}")
    if jumps:
        doubts.add("TABLE_CLIFF", line=line, field=name, value=len(jumps), table=name, jumps="، ".join(jumps))
