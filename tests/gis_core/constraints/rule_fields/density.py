"""How much may be built on a lot, and how high."""

from dataclasses import replace
from typing import Any

from tests.gis_core.constraints.rule_fields.changed import (
    FAR_CAP,
    GOVERNING,
    HEIGHT,
    STOREYS,
    Changed,
    Scene,
    corner,
    value_of,
    with_first,
)
from tests.gis_core.constraints.scenes import (
    RULES,
    corner_streets,
)

ASKED = {"zone_prefix": "R", "max_passage_width_m": 12.0, "when_storeys": [4], "extra": 1}
BANDS = [{"from": 0, "to": 10, "storeys": 2}, {"from": 10, "to": None, "storeys": 3}]
FEW = [{"from": 0, "to": 100, "coverage_percent": 50}, {"from": 100, "coverage_percent": 60}]
MANY = [{"from": 0, "to": 100, "far_percent": 180}, {"from": 100, "far_percent": 240}]
COLUMNS = [{"from": 0, "to": 10, "column": "narrow"}, {"from": 10, "column": "wide"}]
COVERAGE = value_of("coverage_percent")


def tabled(percent: str, **more: Any) -> dict[str, Any]:
    """A rule with a table in place of its one percentage."""
    return {percent: None, **more}


CASES = [
    Changed("COV", "coverage_percent", 60, 50, value_of("footprint_m2")),
    Changed("COV", "by", "AREA", "WIDTH", COVERAGE, base=tabled("coverage_percent", bands=FEW)),
    Changed(
        "COV", "bands", FEW, with_first(FEW, to=400), COVERAGE, base=tabled("coverage_percent", by="AREA")
    ),
    Changed("FAR", "far_percent", 240, 180, FAR_CAP),
    Changed("FAR", "by", "AREA", "WIDTH", FAR_CAP, base=tabled("far_percent", bands=MANY)),
    Changed("FAR", "bands", MANY, with_first(MANY, to=400), FAR_CAP, base=tabled("far_percent", by="AREA")),
    Changed(
        "FAR",
        "width_columns",
        COLUMNS,
        [COLUMNS[0] | {"to": 14}, COLUMNS[1] | {"from": 14}],
        FAR_CAP,
        base=tabled("far_percent", by="AREA", bands=[{"from": 0, "narrow": 180, "wide": 200}]),
    ),
    Changed("STOREY", "limit", "ZONE", "FAR_OVER_COVERAGE", STOREYS, base={"storeys": 2, "round": "WHOLE"}),
    Changed(
        "STOREY",
        "limit",
        "BY_WIDTH",
        "BY_AREA",
        STOREYS,
        base={"bands": BANDS},
        scene=Scene(around=corner(passages=corner_streets({"existing": 8, "planned": 9}))),
    ),
    Changed("STOREY", "storeys", 3, 2, STOREYS, Scene(without=("STOREY",)), {"limit": "ZONE"}),
    Changed("STOREY", "bands", BANDS, with_first(BANDS, to=14), STOREYS, base={"limit": "BY_WIDTH"}),
    Changed(
        "STOREY",
        "round",
        "WHOLE",
        "HALF",
        STOREYS,
        Scene(beside=(replace(RULES["FAR"], params={"far_percent": 210}),), without=("FAR",)),
        {"limit": "FAR_OVER_COVERAGE"},
    ),
    Changed(
        "STOREY",
        "round",
        "NONE",
        "HALF",
        STOREYS,
        Scene(beside=(replace(RULES["FAR"], params={"far_percent": 200}),), without=("FAR",)),
        {"limit": "FAR_OVER_COVERAGE"},
    ),
    Changed("STOREY_POLICY", "width_basis", "EXIST", "PLAN", GOVERNING),
    Changed("STOREY_POLICY", "width_basis", "AFTER_OWN_SETBACK", "PLAN", GOVERNING),
    Changed(
        "STOREY_POLICY",
        "which_passage",
        "WIDEST",
        "WIDEST_WITH_LEGAL_ACCESS",
        GOVERNING,
        Scene(around=corner(passages=corner_streets({"legal_access": False}))),
    ),
    *(
        Changed("STOREY_POLICY", "discretionary", ASKED, ASKED | change, value_of("may_request_storeys"))
        for change in (
            {"zone_prefix": "S"},
            {"max_passage_width_m": 11.0},
            {"when_storeys": [3]},
            {"extra": 2},
        )
    ),
    *(
        Changed("HEIGHT", name, RULES["HEIGHT"].params[name], RULES["HEIGHT"].params[name] + 0.5, HEIGHT)
        for name in ("pilot_clear_m", "slab_m", "storey_clear_m", "parapet_m")
    ),
]
