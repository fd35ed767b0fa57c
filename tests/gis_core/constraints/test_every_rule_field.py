"""Every field of every kind of rule changes some answer: a parameter that nothing reads is a legal bug."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
import shapely

from gis_core.constraints.division import judge_consolidation, judge_subdivision
from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.parameters import NEEDED, OPTIONAL, faults
from gis_core.constraints.plane import shapes
from gis_core.constraints.proposal import BuiltPart, Proposal, judge
from gis_core.constraints.rules import Rule, RuleSet
from tests.gis_core.constraints.rule_fields import CASES
from tests.gis_core.constraints.rule_fields.changed import FAR_CAP, STOREYS, Scene, value_of
from tests.gis_core.constraints.scenes import DIVIDING, NOW, ON, REFERENCE_LOT, RULES, WELL_ROWS, X, Y

#: Parameters that are read elsewhere than in an evaluation of a lot, each with a test of its own below.
ELSEWHERE = {
    ("COUNT", "kinds"),
    ("PARK", "uses"),
    ("MERGE", "min_shared_edge_m"),
    ("CONFLICT", "equal_rank_conflict"),
    ("RASTER", "measure"),
    ("HEIGHT_SURFACE", "ground_layer"),
    *((kind, "row_columns") for kind in ("STOREY", "PARK", "CANTILEVER")),
    *(
        ("SUBDIV", name)
        for name in (
            "width_min_m",
            "width_measure",
            "ratio_max",
            "topology_m2",
            "area_sum_share",
            "access_min_m",
            "forced_subdivision_exempt",
            # read of a drawn subdivision: test_dividing.py
            "applies_above_m2",
            "public_percent",
            "passage_percent_of_remainder",
            "forced_grounds",
        )
    ),
}
EVERY = {(kind, name) for table in (NEEDED, OPTIONAL) for kind, named in table.items() for name in named}
#: Parameters that may say one word only: the law knows no other reading, and any other word is refused.
ONE_WORD = {
    (kind, name): next(iter(wanted))
    for table in (NEEDED, OPTIONAL)
    for kind, named in table.items()
    for name, wanted in named.items()
    if isinstance(wanted, frozenset) and len(wanted) == 1
}


def test_every_parameter_of_every_kind_has_a_case():
    shown = {(case.kind, case.name.split(".")[0]) for case in CASES}
    assert EVERY - shown - set(ONE_WORD) - ELSEWHERE == set()
    assert (shown | ELSEWHERE) - EVERY == set(), "A case of a parameter that is gone."


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}.{case.name}")
def test_two_values_of_a_parameter_give_two_answers(case):
    one, other = (case.rule(value) for value in (case.one, case.other))
    assert [faults(case.kind, rule.params) for rule in (one, other)] == [[], []]
    here, there = (case.shown(case.scene.answer(rule)) for rule in (one, other))
    assert here != there


@pytest.mark.parametrize(("kind", "name"), sorted(ONE_WORD), ids=lambda part: part)
def test_a_parameter_with_one_reading_refuses_every_other_word(kind, name):
    only = ONE_WORD[kind, name]
    params = dict(RULES[kind].params)
    assert faults(kind, params | {name: only}) == []
    assert faults(kind, params | {name: "ANOTHER"}) == [f"{name} is ANOTHER, and must be one of {only}"]


# --- parameters that something else than the evaluation of a lot reads ---------------------------------


def proposed(rule: Rule, proposal: Proposal) -> list[tuple[str, Any, Any]]:
    rules = RuleSet.on_day([*RULES.values(), rule], ON)
    evaluation = evaluate(Scene().lot, Scene().around, rules, on=ON, known_at=NOW)[0]
    return [
        (point.state, point.proposed, point.reason) for point in judge(proposal, evaluation, rules).judgements
    ]


@pytest.mark.parametrize(
    ("other", "bays"), [({"m2_per_bay": 50}, 3), ({"m2_per_bay": 25, "surcharge_share": 0.3}, 4)]
)
def test_how_many_bays_a_shop_needs_is_the_rules_word(other, bays):
    found = []
    for row in ({"m2_per_bay": 25}, other):
        rule = replace(RULES["PARK"], rank=40, params={**RULES["PARK"].params, "uses": {"shop": row}})
        assert faults("PARK", rule.params) == []
        found.append(proposed(rule, Proposal(bays=bays, use_areas_m2=(("shop", 100.0),))))
    assert found[0] != found[1]


@pytest.mark.parametrize(
    "other",
    [{"share": "0.5"}, {"share": "1", "from_m2": 50, "share_from": "1/3"}],
    ids=["share", "from a size on"],
)
def test_what_of_a_building_counts_as_floor_area_is_the_rules_word(other):
    proposal = Proposal(parts=(BuiltPart("ROOM", 60.0),))
    counted = [
        proposed(Rule("COUNT", "COUNT", {"kinds": {"ROOM": row}}), proposal)
        for row in ({"share": "1"}, other)
    ]
    assert counted[0] != counted[1]


def test_two_circulars_of_one_rank_contradict_always_or_only_where_they_decide():
    shown = []
    for when in ("ALWAYS", "ONLY_IF_IT_DECIDES"):
        policy = Rule("POLICY", "CONFLICT", {"equal_rank_conflict": when})
        weaker = [
            replace(RULES["FAR"], code=f"C{far}", params={"far_percent": far}, rank=60) for far in (300, 320)
        ]
        shown.append(value_of("far_percent")(Scene(beside=tuple(weaker)).answer(policy)))
    assert shown[0] != shown[1]


def test_how_long_a_shared_border_must_be_decides_a_consolidation():
    lots, nothing = shapes(REFERENCE_LOT, shapely.box(X + 12, Y + 20, X + 24, Y + 45)), shapes()
    shown = [
        judge_consolidation(
            lots, ["a", "a"], nothing, RuleSet.on_day([Rule("M", "MERGE", {"min_shared_edge_m": metres})], ON)
        ).found.reasons
        for metres in (4.0, 6.0)
    ]
    assert shown == [(), ("SHARED_EDGE_TOO_SHORT",)]


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("parent_min_m2", 1000, 3000),
        ("lot_min_m2", 500, 900),
        ("width_min_m", 10, 25),
        ("width_measure", "BOUNDING_RECTANGLE", "INSCRIBED_CIRCLE"),
        ("ratio_max", 5, 1.5),
        ("topology_m2", 0.01, 150.0),
        ("area_sum_share", 0.001, 0.05),
        ("access_min_m", 3.0, 30.0),
    ],
)
def test_each_limit_of_a_subdivision_decides_one(name, one, other):
    """Three lots on a road, one of them with a part cut out, so that its ground is not shared out."""
    parent, road = shapely.box(0, 0, 60, 46), shapely.box(0, -8, 60, 6)
    cut = shapely.box(0, 6, 20, 46).difference(shapely.box(0, 20, 5, 46))
    lots = shapes(cut, shapely.box(20, 6, 40, 46), shapely.box(40, 6, 60, 46))
    roads = shapes(shapely.box(0, 0, 60, 6))
    plain = DIVIDING | {"lot_min_m2": 500, "width_min_m": 19.0}

    def failed(value):
        rule = Rule("S", "SUBDIV", plain | {name: value})
        return judge_subdivision(parent, lots, roads, shapes(road), RuleSet.on_day([rule], ON)).found.failed

    assert failed(one) != failed(other)


def test_a_forced_subdivision_is_exempt_where_the_rule_says_so():
    small = shapes(shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10))

    def failed(exempt):
        rule = Rule("S", "SUBDIV", DIVIDING | {"lot_min_m2": 500, "forced_subdivision_exempt": exempt})
        street = shapes(shapely.box(0, -5, 20, 0))
        found = judge_subdivision(
            shapely.box(0, 0, 20, 10), small, shapes(), street, RuleSet.on_day([rule], ON), forced=True
        ).found
        return found.failed

    assert failed(True) == ()
    assert "LOT_AREA" in failed(False)


# --- fields of the rule itself -------------------------------------------------------------------------

#: Kinds that count on an area, and what of their answer shows on which.
ON_AN_AREA = {
    "COV": value_of("coverage_cap_m2"),
    "FAR": FAR_CAP,
    "MIN_LOT": STOREYS,
    "STOREY": STOREYS,
    "LIGHTWELL": value_of("light_wells_m2"),
}
ROW_OF_LAW = {
    "code": ("A", "B", lambda e: e.findings["far_percent"].rule.code),
    "version": (1, 2, lambda e: e.findings["far_percent"].rule.version),
    "article": ("3", "4", lambda e: e.findings["far_percent"].rule.article),
    "source_code": ("a", "b", lambda e: e.findings["far_percent"].rule.source_code),
    "source_title_fa": ("a", "b", lambda e: e.findings["far_percent"].rule.source_title_fa),
    "source_title_en": ("a", "b", lambda e: e.findings["far_percent"].rule.source_title_en),
    "confidence": ("A", "B", lambda e: e.findings["far_percent"].rule.confidence),
    "legal_status": ("in_force", "annulled", value_of("far_percent")),
    "zone_code": ("R121", "R122", value_of("far_percent")),
    "valid_from": (date(2020, 1, 1), date(2027, 1, 1), value_of("far_percent")),
    "valid_to": (None, date(2026, 11, 21), value_of("far_percent")),
    "area_basis": ("DEED", "NET", FAR_CAP),
    "kind": ("FAR", "MIN_LOT", value_of("far_percent")),
    "params": ({"far_percent": 240}, {"far_percent": 120}, value_of("far_percent")),
}


@pytest.mark.parametrize("name", [entry.name for entry in fields(Rule)])
def test_each_field_of_a_rule_as_a_row_of_law_is_read(name):
    if name == "rank":
        weak = replace(RULES["FAR"], code="WEAK", params={"far_percent": 300})
        shown = [
            value_of("far_percent")(Scene(beside=(weak,)).answer(replace(RULES["FAR"], rank=rank)))
            for rank in (50, 40)
        ]
    else:
        one, other, shown_by = ROW_OF_LAW[name]
        plain = {"params": {"far_percent": 240}, "zone_code": "R121", "kind": "FAR", "code": "LAW"}
        rules = [Rule(**(plain | {name: value})) for value in (one, other)]
        shown = [shown_by(replace(Scene(), without=("FAR",)).answer(rule)) for rule in rules]
    assert shown[0] != shown[1]


@pytest.mark.parametrize("kind", sorted(ON_AN_AREA))
def test_the_area_that_a_rule_counts_on_is_the_one_it_names(kind):
    """Deed 310, surveyed 300, after widening 276, net 275 m²."""
    params = {
        "MIN_LOT": {"min_area_m2": 290.0, "falls_to": None},
        "STOREY": {
            "limit": "BY_AREA",
            "bands": [{"from": 0, "to": 290, "storeys": 2}, {"from": 290, "storeys": 3}],
        },
        "LIGHTWELL": RULES["LIGHTWELL"].params | {"rows": [WELL_ROWS[0] | {"up_to_m2": 500}]},
    }.get(kind) or RULES[kind].params
    zone = "R121" if kind in ("COV", "FAR", "MIN_LOT") else ""
    shown = {
        basis: ON_AN_AREA[kind](Scene().answer(Rule("LAW", kind, params, zone_code=zone, area_basis=basis)))
        for basis in ("DEED", "EXISTING", "NET", "NET_BEFORE_CHAMFER", "MIN(DEED,EXISTING)")
    }
    assert shown["NET"] != shown["DEED"]
    assert shown["EXISTING"][0] == shown["MIN(DEED,EXISTING)"][0]
    if kind not in ("MIN_LOT", "STOREY"):
        assert len({repr(value[0]) for value in shown.values()}) == 4


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in OPTIONAL for name in OPTIONAL[kind]])
def test_what_may_be_left_out_of_a_rule_may_be_left_out(kind, name):
    """A rule that its check calls sound never stops the engine, which would be the whole city's answer."""
    for case in (case for case in CASES if case.kind == kind):
        told = case.params(case.one)
        params = {key: value for key, value in told.items() if key != name}
        if name in told and faults(kind, params) == []:
            assert case.scene.answer(replace(case.rule(case.one), params=params)).findings
            return


def poorer(value, path=()):
    """Every way to leave one entry of nested tables out, as its place and what is left."""
    if isinstance(value, dict):
        for key in value:
            yield (*path, key), {name: entry for name, entry in value.items() if name != key}
            for place, left in poorer(value[key], (*path, key)):
                yield place, value | {key: left}
    elif isinstance(value, list):
        for at, entry in enumerate(value):
            for place, left in poorer(entry, (*path, str(at))):
                yield place, [*value[:at], left, *value[at + 1 :]]


def every_poorer_rule():
    """A rule for each place in its parameters that may be empty, once."""
    seen, found = set(), []
    for case in CASES:
        for value in (case.one, case.other):
            for place, params in poorer(case.params(value)):
                if (case.kind, place) not in seen:
                    seen.add((case.kind, place))
                    found.append(pytest.param(case, params, id=".".join((case.kind, *place))))
    return found


@pytest.mark.parametrize(("case", "params"), every_poorer_rule())
def test_a_rule_that_lacks_anything_is_refused_or_answered(case, params):
    """Whatever row or cell is missing, at any depth: no rule that passes its check stops the engine."""
    if faults(case.kind, params) == []:
        assert case.scene.answer(replace(case.rule(case.one), params=params)).findings
