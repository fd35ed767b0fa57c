"""A rule that lacks a parameter, or has one that nothing reads, is stopped before it reaches a parcel."""

import re
import tomllib

import pytest

from conftest import ROOT
from gis_core.constraints.parameters import NEEDED, OPTIONAL, faults
from tests.gis_core.constraints.scenes import RULES

DEMO = tomllib.loads((ROOT / "import_scripts/recipes/demo/rules.toml").read_text(encoding="utf-8"))["rule"]
README = (ROOT / "gis_core/constraints/README.md").read_text(encoding="utf-8")


def test_the_rules_of_the_demo_city_and_of_the_engines_tests_are_sound():
    assert [
        (rule["code"], faults(rule["kind"], rule["params"]))
        for rule in DEMO
        if faults(rule["kind"], rule["params"])
    ] == []
    assert [
        (kind, faults(kind, rule.params)) for kind, rule in RULES.items() if faults(kind, rule.params)
    ] == []


@pytest.mark.parametrize("kind", sorted(NEEDED))
def test_the_readme_tells_every_parameter_of_a_kind(kind):
    row = next(line for line in README.splitlines() if line.startswith(f"| `{kind}` |"))
    told = set(re.findall(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", row))
    assert {*NEEDED[kind], *OPTIONAL.get(kind, {})} - {"row_columns"} <= told


@pytest.mark.parametrize("rule", DEMO, ids=lambda rule: rule["code"] + rule.get("zone_code", ""))
def test_each_parameter_that_a_rule_needs_is_missed(rule):
    for name in NEEDED[rule["kind"]]:
        lacking = {key: value for key, value in rule["params"].items() if key != name}
        assert f"{name} is missing" in faults(rule["kind"], lacking)
    assert faults(rule["kind"], {**rule["params"], "colour": 3}) == ["nothing reads colour"]


@pytest.mark.parametrize(
    ("kind", "change", "fault"),
    [
        ("FAR", {"far_percent": "240"}, "far_percent is '240', and must be a number"),
        ("FAR", {"far_percent": float("nan")}, "far_percent is nan, and must be a number"),
        ("FAR", {"far_percent": True}, "far_percent is True, and must be a number"),
        ("WIDEN", {"never_narrow": 1}, "never_narrow is 1, and must be yes or no"),
        ("WIDEN", {"line_caps": "ROUND"}, "line_caps is ROUND, and must be one of FLAT"),
        ("CHAMFER", {"sizes": {}}, "sizes.VEHICULAR.kind is None"),
        ("CHAMFER", {"automatic_angle_deg": [60]}, "automatic_angle_deg is not two angles"),
        ("ORIENT", {"building_side": {}}, "building_side.NORTH_LOT is None"),
        ("STOREY", {"limit": "BY_AREA"}, "bands is missing for the limit BY_AREA"),
        ("USE", {"uses": {"SHOP": "MAYBE"}}, "uses.SHOP is MAYBE"),
        ("LIGHT", {"planes": [{"from": "SKY"}]}, "planes[0].from is SKY"),
    ],
)
def test_a_wrong_value_is_named(kind, change, fault):
    sound = RULES.get(kind) or next(rule for rule in DEMO if rule["kind"] == kind)
    params = dict(sound.params if hasattr(sound, "params") else sound["params"])
    if kind == "STOREY":
        params = {}
    assert any(said.startswith(fault) for said in faults(kind, {**params, **change}))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, "neither distance_m nor table"),
        ({"table": {"kind": "BY_HEART"}}, "table.kind is BY_HEART"),
        ({"table": {"kind": "BY_VALUE", "rows": []}}, "attribute is missing"),
        ({"distance_m": 5, "effect": "HEIGHT_LIMIT"}, "neither max_height_m nor max_height_attribute"),
    ],
)
def test_a_buffer_says_how_far_it_reaches_and_a_height_limit_how_high(change, fault):
    buffer = {"layer": "wells", "measured_from": "POINT", "effect": "NO_BUILD", **change}
    assert any(said.startswith(fault) for said in faults("BUFFER", buffer))
