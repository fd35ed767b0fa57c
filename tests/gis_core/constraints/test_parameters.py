"""A rule that lacks a parameter, or has one that nothing reads, is stopped before it reaches a parcel."""

import re
import tomllib

import pytest

from conftest import ROOT
from gis_core.constraints.parameters import NEEDED, OPTIONAL, faults
from tests.gis_core.constraints.rule_fields import CASES
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
        ("FAR", {"far_percent": -1}, "far_percent is -1, and must not be negative"),
        ("COV", {"coverage_percent": 160}, "coverage_percent is 160, and must not be more than 100"),
        ("DEPTH60", {"retreat_deg": 90}, "retreat_deg is 90, and must not be more than 89"),
        ("GRID_TO_GROUND", {"grid_scale": 0}, "grid_scale is 0, and must be a number above zero"),
        ("ZONE", {"one_zone": {"kind": "AREA_TOLERANCE"}}, "neither one_zone.tolerance_share nor"),
        ("STOREY", {"limit": "BY_WIDTH", "bands": []}, "bands is []"),
        ("PARK", {"bands": [{"from": 0, "to": 9, "bays": "two"}]}, "bands[0].bays is 'two'"),
        ("PARK", {"bands": [{"from": 9, "to": 6, "bays": 2}]}, "bands[0] begins at 9 and ends at 6"),
        (
            "LIGHT",
            {"planes": [{"from": "NEIGHBOUR", "base_height_m": 3, "angle_deg": 90}]},
            "planes[0].angle_deg",
        ),
        ("CHAMFER", {"automatic_angle_deg": [60]}, "automatic_angle_deg is not two angles"),
        ("ORIENT", {"building_side": {}}, "building_side.NORTH_LOT is None"),
        ("STOREY", {"limit": "BY_AREA"}, "bands is missing for the limit BY_AREA"),
        ("USE", {"uses": {"SHOP": "MAYBE"}}, "uses.SHOP is MAYBE"),
        ("LIGHT", {"planes": [{"from": "SKY"}]}, "planes[0].from is SKY"),
    ],
)
def test_a_wrong_value_is_named(kind, change, fault):
    sound = RULES.get(kind) or next((rule for rule in DEMO if rule["kind"] == kind), {"params": {}})
    params = dict(sound.params if hasattr(sound, "params") else sound["params"])
    if kind == "STOREY":
        params = {}
    if kind == "GRID_TO_GROUND":
        params = {"apply": True, "grid_scale": 0.9996, "elevation_factor": 1.0}
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


#: Places in a rule where any word, nothing or a text of figures may stand.
FREE = re.compile(r"(layer|attribute|agency|unit|select|_attribute|zone_prefix|key|ground_layer|falls_to)$")


def leaves(value, path=()):
    """Paths to all plain values within a rule's parameters."""
    if isinstance(value, dict | list | tuple):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        return [found for key, one in inner for found in leaves(one, (*path, key))]
    return [path]


def with_leaf(value, path, other):
    if not path:
        return other
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = with_leaf(value[path[0]], path[1:], other)
    return copied


def at(value, path):
    return at(value[path[0]], path[1:]) if path else value


def every_number():
    """Each place in a rule of each kind at which a number stands, once."""
    found = {}
    for case in CASES:
        params = case.rule(case.one).params
        for path in leaves(params):
            number = isinstance(at(params, path), int | float) and not isinstance(at(params, path), bool)
            if number and not FREE.search(str(path[-1])):
                found.setdefault((case.kind, path), params)
    return [
        pytest.param(kind, path, params, id=f"{kind}.{'.'.join(map(str, path))}")
        for (kind, path), params in found.items()
    ]


@pytest.mark.parametrize(("kind", "path", "params"), every_number())
def test_where_a_number_stands_nothing_else_is_taken_in(kind, path, params):
    assert faults(kind, params) == []
    for other in ("many", [], {}, [3], True, float("nan"), float("inf")):
        assert faults(kind, with_leaf(params, path, other)) != [], other


@pytest.mark.parametrize("kind", sorted(NEEDED))
def test_whatever_stands_in_a_rule_its_check_tells_a_sentence(kind):
    """A parameter of any shape is answered with sentences, never with a crash."""
    for params in [case.rule(case.one).params for case in CASES if case.kind == kind][:3]:
        for name in params:
            for other in ([], {}, [None], ["x"], [{}], {"a": 1}, 7, "x", None):
                assert all(isinstance(said, str) for said in faults(kind, {**params, name: other}))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"m2_per_bay": 0}, "uses.shop.m2_per_bay is 0, and must be a number above zero"),
        ({}, "uses.shop.m2_per_bay is None, and must be a number above zero"),
        (
            {"m2_per_bay": 25, "surcharge_share": "30 %"},
            "uses.shop.surcharge_share is '30 %', and must be a number",
        ),
        ({"m2_per_bay": 25, "visitors": 0.3}, "nothing reads uses.shop.visitors"),
        (25, "uses.shop is 25, and must be a table"),
    ],
)
def test_the_bays_of_a_use_that_nobody_can_read_are_refused(row, fault):
    assert faults("PARK", {**RULES["PARK"].params, "uses": {"shop": row}}) == [fault]
