"""Says of one lot which light wells and bays its building needs, and whether they fit."""

from collections.abc import Mapping, Sequence
from typing import Any

from gis_core.constraints.choices import parking_need
from gis_core.constraints.columns import Column
from gis_core.constraints.findings import STATES, Finding, Reason
from gis_core.constraints.land import Land
from gis_core.constraints.lightwells import wells_needed
from gis_core.constraints.lot_rules import LotRules
from gis_core.constraints.parking import capacity
from gis_core.constraints.rules import no_row


def wells(columns: Mapping[str, Column], land: Land, found: LotRules, row: int) -> Finding:
    """Light wells that the lot's building needs, and whether they fit beside the footprint."""
    key, unit, rule = "light_wells_m2", "m2", found.rule[row]
    if rule is None:
        return Finding(key, None, unit, "unknown", found.why_none(row))
    count, footprint = columns["storeys"], columns["footprint_m2"]
    inputs = ("net_area_m2", "storeys", "envelope_area_m2", "footprint_m2")
    missing = [column.key for column in (count, footprint) if not column.known[row]]
    if missing:
        return Finding(
            key, None, unit, "unknown", Reason("INPUT_UNKNOWN", {"inputs": missing}), inputs=inputs
        )
    plot_m2 = float(land.areas.on_basis(rule.area_basis or "NET")[row])
    needs = wells_needed(plot_m2, float(count.values[row]), rule.params["serves"], rule.params)
    if needs is None:
        reason = Reason("ABOVE_VALID_STOREYS", {"storeys": rule.params["valid_up_to_storeys"]})
        return Finding(key, None, unit, "unknown", reason, rule=rule.reference, inputs=inputs)
    slack_m2 = float(columns["envelope_area_m2"].values[row] - footprint.values[row])
    total = sum(need.area_m2 for need in needs)
    value = {
        "wells": [vars(need) for need in needs],
        "total_m2": total,
        "slack_m2": slack_m2,
        "fit": slack_m2 >= total - 0.001,
    }
    return Finding(key, value, unit, **_sureness(inputs, columns, row), rule=rule.reference, inputs=inputs)


def bays(columns: Mapping[str, Column], found: LotRules, row: int) -> list[Finding]:
    """Parking that the reachable floor area needs, and what the footprint holds."""
    reachable, footprint, count = (
        columns[key] for key in ("reachable_floor_area_m2", "footprint_m2", "storeys")
    )
    keys, rule = ("parking_need", "parking_capacity"), found.rule[row]
    if rule is None:
        return [Finding(key, None, "bays", "unknown", found.why_none(row)) for key in keys]
    if not (reachable.known[row] and count.known[row]):
        missing = Reason("INPUT_UNKNOWN", {"inputs": [reachable.key]})
        return [Finding(key, None, "bays", "unknown", missing, rule=rule.reference) for key in keys]
    need = parking_need(float(reachable.values[row]), float(count.values[row]), rule)
    holds = capacity(float(footprint.values[row]), rule.params["capacity_share"], rule.params["m2_per_bay"])
    asks, offers = (reachable.key, count.key), (footprint.key,)
    # A unit of the assumed size may lie in no band of the table.
    silent: dict[str, Any] = {"state": "unknown", "reason": no_row("PARK", rule)}
    told = silent if need is None else _sureness(asks, columns, row)
    return [
        Finding(keys[0], need, "bays", **told, rule=rule.reference, inputs=asks),
        Finding(
            keys[1], holds, "bays", **_sureness(offers, columns, row), rule=rule.reference, inputs=offers
        ),
    ]


def _sureness(inputs: Sequence[str], columns: Mapping[str, Column], row: int) -> dict[str, Any]:
    """State and reason of what is no surer than the least sure of its inputs."""
    doubts = max((columns[key].doubts for key in inputs), key=lambda doubt: doubt.state[row])
    return {"state": STATES[doubts.state[row]], "reason": doubts.reason[row]}
