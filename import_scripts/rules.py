"""Brings rules in: kinds and tables are checked; what contradicts itself is reported, never repaired."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from gis_core.constraints.parameters import NEEDED, faults
from gis_core.exact_bands import exact
from import_scripts.definitions import (
    Definition,
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
from import_scripts.rule_tables import check_tables
from import_scripts.task import Counts, Destination, Task
from import_scripts.zone_rules import definitions_of_zones
from layers.zoning.models import Rule

AREA_BASES = frozenset({"", "DEED", "EXISTING", "NET", "NET_BEFORE_CHAMFER", "MIN(DEED,EXISTING)"})


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """
    Read, check and load one rule file, or the values of a zoning table; the caller owns the transaction.

    Raises
    ------
    FileRefused
        When an entry is wrong; `doubts` lists every one.
    """
    is_rule_file = task.file.suffix == ".toml"
    raw, lines = read_definitions(task.file) if is_rule_file else definitions_of_zones(task, doubts)
    sources = load_sources(raw.get("source", ()))
    rules = []
    for entry, line in zip(raw.get("rule", []), lines.get("rule", []), strict=True):
        try:
            rules.append(_rule(entry, line, sources, task))
            check_tables(entry, line, doubts)
        except (KeyError, TypeError, ValueError) as wrong:
            why = f"{wrong} is missing" if isinstance(wrong, KeyError) else wrong
            doubts.add(
                "WRONG_ENTRY", line=line, value=entry.get("code", ""), outcome=Outcome.REFUSED, why=why
            )
    two_at_once(rules, doubts)
    check_products(rules, doubts)
    refuse_if_wrong(doubts)
    samples = sum(one.values["confidence"] == "C" for one in rules)
    if samples:
        doubts.add("SAMPLE_ONLY", value=samples, count=samples)
    done = [put(Rule, one, now=destination.now, run_id=destination.run_id) for one in rules]
    return Counts(
        read=len(done),
        loaded=len(done) - done.count("unchanged"),
        unchanged=done.count("unchanged"),
        closed=done.count("corrected"),
    )


def check_products(rules: Iterable[Definition], doubts: Doubts) -> None:
    """Report zones whose density is not coverage times storeys: one of the three is then never reached."""
    zones: dict[str, dict[str, tuple[Any, int]]] = defaultdict(dict)
    for one in rules:
        params, zone = one.values["params"], one.key["zone_code"]
        for name in ("far_percent", "coverage_percent", "storeys"):
            if zone and name in params and params.get("limit", "ZONE") == "ZONE":
                zones[zone][name] = (params[name], one.line)
    for zone, limits in zones.items():
        if len(limits) < 3:
            continue
        far, coverage, storeys = (
            exact(limits[name][0]) for name in ("far_percent", "coverage_percent", "storeys")
        )
        if far != coverage * storeys:
            doubts.add(
                "FAR_NOT_COVERAGE_TIMES_STOREYS",
                line=limits["far_percent"][1],
                field="far_percent",
                value=plain(far),
                zone=zone,
                far=plain(far),
                product=plain(coverage * storeys),
            )


def _rule(entry: Mapping[str, Any], line: int, sources: Mapping[str, Any], task: Task) -> Definition:
    if entry["kind"] not in NEEDED:
        raise ValueError(f"there is no kind of rule {entry['kind']}")
    if entry.get("area_basis", "") not in AREA_BASES:
        raise ValueError(f"there is no area basis {entry['area_basis']}")
    if not isinstance(entry["params"], Mapping):
        raise ValueError("params is a table")
    wrong = faults(entry["kind"], entry["params"])
    if wrong:
        raise ValueError("; ".join(wrong))
    values = {
        "kind": entry["kind"],
        "params": entry["params"],
        "area_basis": entry.get("area_basis", ""),
        "article": entry.get("article", ""),
        "text_fa": entry.get("text_fa", ""),
        "text_en": entry.get("text_en", ""),
        "rank": entry.get("rank", 50),
    }
    dated = entry if "valid_from" in entry else {**entry, "valid_from": task.recipe.valid[0]}
    key = {"code": entry["code"], "zone_code": entry.get("zone_code", "")}
    return Definition(key, period(dated), values | citation(entry, sources), line)
