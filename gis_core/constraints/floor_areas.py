"""Puts footprint and floor area into the table: coverage, density, envelope and storeys brought together."""

import numpy as np

from gis_core.constraints.columns import Table, metres
from gis_core.constraints.density import density


def floor_area_columns(table: Table) -> None:
    """Footprint, the floor area that can be reached, and what of the density cannot."""
    cap, far = table["coverage_cap_m2"], table["far_cap_m2"]
    envelope, count = table["envelope_area_m2"], table["storeys"]
    found = density(cap.numbers(), far.numbers(), count.numbers(), envelope.numbers())
    table.add(
        "footprint_m2",
        np.where(envelope.known, found.footprint_m2, np.nan),
        unit="m2",
        inputs=("coverage_cap_m2", "envelope_area_m2"),
        binding=found.footprint_binding,
        rule=cap.rule,
        formula=lambda lot: f"min({metres(cap.values[lot])}, {metres(envelope.values[lot])})",
        geometry="envelope",
    )
    inputs = ("far_cap_m2", "footprint_m2", "storeys")
    table.add(
        "reachable_floor_area_m2",
        found.reachable_m2,
        unit="m2",
        inputs=inputs,
        binding=found.floor_area_binding,
        formula=lambda lot: (
            f"min({metres(far.values[lot])}, {metres(found.footprint_m2[lot])} × {count.values[lot]:g})"
        ),
    )
    table.add(
        "unreachable_floor_area_m2",
        found.unreachable_m2,
        unit="m2",
        inputs=("far_cap_m2", "reachable_floor_area_m2"),
        formula=lambda lot: f"{metres(far.values[lot])} − {metres(found.reachable_m2[lot])}",
    )
