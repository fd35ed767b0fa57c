"""Several zoning plans in force side by side: each answers for its own zones, and for no lot of another."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from gis_core.constraints.findings import as_document
from gis_core.constraints.frozen import as_file, freeze
from gis_core.constraints.inputs import Inputs
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule
from gis_core.constraints.values import Edges, Layer, Lots, Passages, Zones
from gis_core.constraints.verify import check
from tests.gis_core.constraints.scenes import (
    NOW,
    ON,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    in_zone,
    reference_corner,
    rule_set,
    streets,
)

#: The old town lies in the west, the suburbs in the east; where they meet is X + 6 unless said otherwise.
OLD_TOWN = Layer(
    "old-town", surveyed_extent=shapely.box(X - 900, Y - 900, X + 6, Y + 900), accuracy_m=0.06, kind="zoning"
)
SUBURBS = replace(OLD_TOWN, key="suburbs", surveyed_extent=shapely.box(X + 6, Y - 900, X + 900, Y + 900))
STALE = {"surveyed_on": date(2020, 1, 1), "stale_after_days": 30}
RULES = rule_set(*in_zone("S121"), *in_zone("G111"))


def between(west_m, east_m):
    return shapely.box(X + west_m, Y - 900, X + east_m, Y + 900)


def lot_between(west_m, east_m):
    return a_lot(shapely.box(X + west_m, Y, X + east_m, Y + 25))


def drawn(*rows, plans=(OLD_TOWN, SUBURBS)):
    """Zones of plans: each its code, its ground, and which of the plans it is of."""
    codes = np.array([code for code, _, _ in rows], dtype=object)
    of = np.array([plan for _, _, plan in rows])
    first, *beside = plans
    return Zones(codes, codes, codes, shapes(*[ground for _, ground, _ in rows]), first, tuple(beside), of)


def beside_each_other(border_m=6.0, east="S121", **changes):
    """Both plans with one zone each, which meet at a border; `changes` of one of them by its key."""
    plans = [replace(plan, **changes.get(plan.key.replace("-", "_"), {})) for plan in (OLD_TOWN, SUBURBS)]
    return drawn(("R121", between(-900, border_m), 0), (east, between(border_m, 900), 1), plans=plans)


def around(zones):
    return reference_corner(zones=zones, edges=Edges.none(), passages=Passages.none())


def zone_of(lot, zones, *more):
    rules = rule_set(*more, *in_zone("S121"), *in_zone("G111")) if more else RULES
    return answer_for(lot, around(zones), rules)[0].findings["zone"]


def told(lot, zones, *more):
    found = zone_of(lot, zones, *more)
    return found.value, found.reason and found.reason.code


@pytest.mark.parametrize("east_m", [-40.0, 5.0, 6.0, 6.05])
def test_a_plan_that_is_out_of_date_doubts_no_lot_of_the_plan_beside_it(east_m):
    # The last one reaches into the suburbs by 5 cm, less than the accuracy of lot and plan.
    assert told(lot_between(east_m - 12, east_m), beside_each_other(suburbs=STALE)) == ("R121", None)
    assert told(lot_between(6, 18), beside_each_other(suburbs=STALE)) == (None, "STALE_LAYER")


@pytest.mark.parametrize("old", ["old_town", "suburbs"])
def test_a_lot_over_the_border_of_two_plans_is_doubted_by_either(old):
    assert told(lot_between(0, 12), beside_each_other(**{old: STALE})) == (None, "STALE_LAYER")
    assert told(lot_between(0, 12), beside_each_other()) == ("R121 + S121", None)


def test_a_lot_whose_plans_together_reach_all_of_it_leaves_no_survey():
    extents = {
        "old_town": {"surveyed_extent": between(-900, 3)},
        "suburbs": {"surveyed_extent": between(6, 900)},
    }
    assert told(lot_between(0, 12), beside_each_other()) == ("R121 + S121", None)
    assert told(lot_between(0, 12), beside_each_other(**extents)) == (None, "OUTSIDE_SURVEYED_EXTENT")


def test_a_zone_beyond_the_survey_of_its_own_plan_is_not_known_though_another_plan_was_surveyed_there():
    zones = drawn(("R121", between(-900, 40), 0), ("S121", between(40, 900), 1))
    assert told(lot_between(20, 32), zones) == (None, "OUTSIDE_SURVEYED_EXTENT")


NO_ZONE_THERE = {
    "of the plan that reaches it, which is out of date": ({"suburbs": STALE}, "STALE_LAYER"),
    "of another plan": ({"old_town": STALE}, "NO_ZONE"),
    "of a plan of which nobody said how far it reaches": (
        {"old_town": {"surveyed_extent": None, **STALE}},
        "STALE_LAYER",
    ),
    "in any survey": (
        {"suburbs": {"surveyed_extent": between(6, 100)}, "old_town": STALE},
        "OUTSIDE_SURVEYED_EXTENT",
    ),
}


@pytest.mark.parametrize("where", NO_ZONE_THERE)
def test_a_lot_without_a_zone_is_told_of_the_plans_whose_survey_reaches_it(where):
    changes, code = NO_ZONE_THERE[where]
    plans = [replace(plan, **changes.get(plan.key.replace("-", "_"), {})) for plan in (OLD_TOWN, SUBURBS)]
    zones = drawn(("R121", between(-900, 6), 0), ("S121", between(6, 100), 1), plans=plans)
    assert told(lot_between(200, 212), zones) == (None, code)


def test_a_lot_that_only_touches_a_zone_is_told_of_the_plan_that_reaches_it():
    """East of the old town nothing is drawn in the suburbs, whose plan is out of date."""
    plans = (OLD_TOWN, replace(SUBURBS, **STALE))
    zones = drawn(("R121", between(-900, 6), 0), ("S121", between(500, 900), 1), plans=plans)
    assert told(lot_between(6, 18), zones) == (None, "STALE_LAYER")
    # Nor does a survey that only touches it reach it.
    plans = (replace(OLD_TOWN, **STALE), SUBURBS)
    fresh = drawn(("R121", between(-900, 6), 0), ("S121", between(500, 900), 1), plans=plans)
    assert told(lot_between(6, 18), fresh) == (None, "NO_ZONE")


def test_a_lot_that_a_street_takes_whole_is_no_matter_of_any_plan():
    whole = {"line": shapely.LineString([(X - 300, Y + 12), (X + 300, Y + 12)]), "existing": 8, "planned": 90}
    place = replace(around(beside_each_other(suburbs=STALE)), passages=streets({"key": "front", **whole}))
    finding = answer_for(lot_between(20, 32), place, RULES)[0].findings["zone"]
    assert finding.reason.code == "IN_PLAN"


# --- each plan is as exact as it is -----------------------------------------------------------------------

ROUGH = {"suburbs": {"accuracy_m": 0.5}}


@pytest.mark.parametrize(("sliver_m", "value"), [(0.3, "R121"), (0.6, "R121 + S121")])
def test_a_sliver_is_judged_by_the_accuracy_of_the_plan_that_draws_it(sliver_m, value):
    """The lot to 8 cm: the suburbs' sliver of 30 cm is nothing, and one of the old town is a zone."""
    lot = lot_between(6 + sliver_m - 12, 6 + sliver_m)
    assert told(lot, beside_each_other(**ROUGH))[0] == value
    exact = beside_each_other()
    assert told(lot, exact)[0] == "R121 + S121"
    west = drawn(
        ("G111", between(-900, 6 + sliver_m - 12 + 0.3), 0),
        ("R121", between(6 + sliver_m - 12 + 0.3, 6), 0),
        ("S121", between(6, 900), 1),
        plans=(OLD_TOWN, replace(SUBURBS, **ROUGH["suburbs"])),
    )
    assert told(lot, west)[0] == " + ".join(sorted({"G111", *value.split(" + ")}))


@pytest.mark.parametrize(
    ("second", "value", "code"), [(1, "R121", None), (0, None, "OVERLAPPING_ZONES")], ids=["rough", "exact"]
)
def test_zones_that_overlap_are_judged_by_the_less_exact_of_their_two_plans(second, value, code):
    """30 cm at the end of the lot are drawn twice; beside it, touching, lies a zone of the rough plan."""
    plans = (OLD_TOWN, replace(SUBURBS, accuracy_m=0.5))
    zones = drawn(
        ("R121", between(-900, 5), 0), ("S121", between(4.7, 900), second), ("G111", between(5, 6), 1),
        plans=plans,
    )  # fmt: skip
    assert told(lot_between(-7, 5), zones) == (value, code)


def test_ground_between_two_plans_is_judged_by_the_less_exact_of_those_that_hold_some_of_the_lot():
    """30 cm of the lot lie in no zone."""
    for rough, value in ((0.5, "R121 + S121"), (0.06, None)):
        plans = (OLD_TOWN, replace(SUBURBS, accuracy_m=rough, surveyed_extent=between(5.7, 900)))
        zones = drawn(("R121", between(-900, 5.7), 0), ("S121", between(6, 900), 1), plans=plans)
        assert told(lot_between(0, 12), zones)[0] == value
    # A rough plan that only touches the lot from behind excuses nothing.
    zones = drawn(
        ("R121", between(-900, 5.7), 0), ("G111", between(6, 12), 0), ("S121", between(12, 900), 1),
        plans=(replace(OLD_TOWN, surveyed_extent=between(-900, 12)), replace(SUBURBS, accuracy_m=0.5)),
    )  # fmt: skip
    assert told(lot_between(0, 12), zones) == (None, "PARTLY_UNZONED")


def test_a_plan_of_which_nobody_said_how_exact_it_is_doubts_the_lots_on_its_border_alone():
    untold = beside_each_other(suburbs={"accuracy_m": None})
    assert told(lot_between(6.05 - 12, 6.05), untold) == (None, "ACCURACY_UNKNOWN")
    assert told(lot_between(6 - 12, 6), untold) == ("R121", None)
    # Two zones of the old town are as exact as ever, beside a plan of which nobody knows.
    two = drawn(
        ("G111", between(-900, -3), 0), ("R121", between(-3, 6), 0), ("S121", between(6, 900), 1),
        plans=(OLD_TOWN, replace(SUBURBS, accuracy_m=None)),
    )  # fmt: skip
    assert told(lot_between(-6, 6), two) == ("G111 + R121", None)
    maps = {"measure": "INSCRIBED_DIAMETER", "combine": "SUM", "parcel_accuracy_m": 0.1}
    named = Rule("MAPS", "ACCURACY", {**maps, "layer_accuracy_m": 0.1})
    assert told(lot_between(6.05 - 12, 6.05), untold, named)[0] == "R121"


# --- one code in both plans -------------------------------------------------------------------------------


def test_a_code_that_both_plans_use_is_one_zone_and_either_plan_may_doubt_it():
    assert told(lot_between(0, 12), beside_each_other(east="R121")) == ("R121", None)
    old = beside_each_other(east="R121", suburbs=STALE)
    assert told(lot_between(0, 12), old) == (None, "STALE_LAYER")
    assert told(lot_between(-6, 6), old) == ("R121", None)


def test_a_zone_of_one_code_in_both_plans_is_as_inexact_as_the_less_exact_of_them():
    """The lot leaves the zone by 30 cm, into nothing."""
    for rough, code in ((0.5, "AT_END_OF_SURVEY"), (0.06, "OUTSIDE_SURVEYED_EXTENT")):
        plans = (OLD_TOWN, replace(SUBURBS, accuracy_m=rough, surveyed_extent=between(6, 11.7)))
        zones = drawn(("R121", between(-900, 6), 0), ("R121", between(6, 11.7), 1), plans=plans)
        assert told(lot_between(0, 12), zones)[1] == code


def test_a_sliver_of_one_code_that_both_plans_draw_is_judged_by_the_less_exact_of_them():
    """30 cm at the western end of the lot: half of their length the old town draws, half the suburbs."""
    south, north = (shapely.box(X - 900, Y + low, X + 0.3, Y + high) for low, high in ((-9, 12), (12, 99)))
    for rough, value in ((0.5, "S121"), (0.06, "R121 + S121")):
        plans = (
            replace(OLD_TOWN, surveyed_extent=WHOLE_PLACE),
            replace(SUBURBS, surveyed_extent=WHOLE_PLACE, accuracy_m=rough),
        )
        zones = drawn(("S121", between(0.3, 900), 0), ("R121", south, 0), ("R121", north, 1), plans=plans)
        assert told(lot_between(0, 12), zones) == (value, None)


# --- the same for one lot, for many, and for a file -------------------------------------------------------


def lots_between(*ends):
    each = [lot_between(*pair) for pair in ends]
    return Lots(**{name: np.concatenate([getattr(one, name) for one in each]) for name in vars(each[0])})


def test_lots_of_several_plans_are_told_together_as_each_is_alone_in_whatever_order_the_plans_come():
    ends = [(-40, -28), (-6, 6), (-5.95, 6.05), (0, 12), (6, 18), (200, 212), (2000, 2012)]
    zones = drawn(
        ("R121", between(-900, 6), 0),
        ("S121", between(6, 100), 1),
        plans=(OLD_TOWN, replace(SUBURBS, **STALE)),
    )
    turned = replace(zones, layer=zones.beside[0], beside=(zones.layer,), plan=1 - zones.plan)
    together = answer_for(lots_between(*ends), around(zones), RULES)
    other_way = answer_for(lots_between(*ends), around(turned), RULES)
    for number, pair in enumerate(ends):
        alone = as_document(answer_for(lot_between(*pair), around(zones), RULES)[0])
        for found in (together[number], other_way[number]):
            document = as_document(found)
            assert document["findings"]["zone"] == alone["findings"]["zone"]
            assert document["zones"] == alone["zones"]
    codes = [one.findings["zone"].reason and one.findings["zone"].reason.code for one in together]
    wanted = [None, None, None, "STALE_LAYER", "STALE_LAYER", "STALE_LAYER"]
    assert codes == [*wanted, "OUTSIDE_SURVEYED_EXTENT"]


def test_a_frozen_file_keeps_which_zone_is_of_which_plan_and_is_computed_again_from_it():
    place = around(beside_each_other(suburbs=STALE))
    asked = Inputs(lot_between(-7, 5), place, RULES, ON, NOW, (X, Y))
    kept = json.loads(json.dumps(as_file(freeze(asked))))
    assert kept["answer"]["findings"]["zone"]["value"] == "R121"
    assert [one.code for one in check(kept).said] == ["SAME"]
    kept["inputs"]["parts"]["around.zones"]["plan"]["ints"][0] = 1
    assert [one.code for one in check(kept).said] == ["ALTERED", "DIFFERS"]


def test_the_surveys_of_all_plans_are_read_on_the_ground_as_the_lots_are():
    to_ground = Rule("GROUND", "GRID_TO_GROUND", {"apply": True, "grid_scale": 0.99, "elevation_factor": 1.0})
    zones = drawn(("R121", WHOLE_PLACE, 0), plans=(SUBURBS, OLD_TOWN))
    zones = replace(zones, plan=np.array([1]))
    tight = replace(OLD_TOWN, surveyed_extent=shapely.box(X - 13, Y - 1, X + 6, Y + 26))
    assert told(lot_between(-7, 5), replace(zones, beside=(tight,)), to_ground) == ("R121", None)
