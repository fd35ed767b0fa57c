"""Overlays where nobody has said how exact the maps are: what ends near a lot is not known, nothing else."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from gis_core.constraints.findings import Reason, as_document
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule
from gis_core.constraints.values import Edges, Layer, Lots, Passages, chosen
from tests.gis_core.constraints.scenes import (
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    edges_of,
    overlays,
    reference_corner,
    rule_set,
    surveyed,
    zones,
)

UNTOLD = {"neither": (np.nan, None), "the lot": (np.nan, 0.05), "the layer": (0.08, None)}
#: What a city reckons with where a map does not say how exact it is: together 5 cm.
MAPS = Rule(
    "MAPS",
    "ACCURACY",
    {
        "measure": "INSCRIBED_DIAMETER",
        "combine": "SUM",
        "parcel_accuracy_m": 0.02,
        "layer_accuracy_m": 0.03,
    },
)
WORKS = Rule(
    "WORKS",
    "BUFFER",
    {"layer": "works", "measured_from": "POLYGON", "distance_m": 0.0, "effect": "NO_BUILD"},
)
#: A lot of 100 m along its street, in the middle of nowhere: nothing is ceded.
LONG_LOT = shapely.box(X, Y, X + 100, Y + 30)


def beside(accuracy_m=0.0, **more):
    edges = edges_of(LONG_LOT, *[("neighbour", -1)] * 4)
    lot = a_lot(LONG_LOT, accuracy_m=accuracy_m)
    return reference_corner(edges=edges, passages=Passages.none(), **more), lot


def vaguely_drawn(shape, untold="the layer", *more, of_a_rule=True, **layer):
    """The long lot beside a layer of works, with a rule or without one, of which an accuracy is not told."""
    lot_m, layer_m = UNTOLD[untold]
    around, lot = beside(
        zones=zones(("R121", WHOLE_PLACE)),
        overlays=overlays("works", (shape, {})),
        layers=surveyed("works", accuracy_m=layer_m, **layer),
    )
    rules = rule_set(*([WORKS] if of_a_rule else []), *more)
    return answer_for(replace(lot, accuracy_m=np.array([lot_m])), around, rules)[0]


def works_reaching(reach_m):
    return shapely.box(X - 200, Y - 500, X + 300, Y + reach_m)


@pytest.mark.parametrize("untold", UNTOLD)
@pytest.mark.parametrize("reach_m", [-49.0, -3.0, -0.001, 0.0, 0.03, 12.0])
def test_what_ends_near_a_lot_is_unknown_where_nobody_said_how_exact_the_maps_are(untold, reach_m):
    evaluation = vaguely_drawn(works_reaching(reach_m), untold)
    found = evaluation.overlays[0]
    assert (found.state, found.reason) == ("unknown", Reason("ACCURACY_NOT_TOLD"))
    # What it may take is not permitted for sure, and what it shows is taken.
    assert evaluation.findings["buildable_area_m2"].reason.code == "OVERLAY_UNKNOWN"
    assert evaluation.findings["buildable_area_m2"].value == pytest.approx(
        LONG_LOT.difference(works_reaching(reach_m)).area, abs=1e-6
    )
    assert "works" in evaluation.unknown


@pytest.mark.parametrize("untold", UNTOLD)
@pytest.mark.parametrize(
    ("shape", "state"),
    [
        (works_reaching(-51.0), "does_not_apply"),
        (LONG_LOT, "applies"),
        (shapely.box(X - 400, Y - 400, X + 400, Y + 400), "applies"),
    ],
    ids=["far away", "drawn along the lot's own border", "all around it"],
)
def test_what_is_far_off_or_holds_the_lot_whole_is_not_doubted_without_any_accuracy(untold, shape, state):
    found = vaguely_drawn(shape, untold).overlays[0]
    assert (found.state, found.reason) == (state, None)


def test_what_reaches_far_into_a_large_lot_applies_without_any_accuracy():
    field = shapely.box(X, Y, X + 300, Y + 300)
    around, lot = beside(zones=zones(("R121", WHOLE_PLACE)))
    around = replace(around, edges=edges_of(field, *[("neighbour", -1)] * 4), layers=surveyed("works"))
    for reach_m, state in ((60.0, "applies"), (40.0, "unknown")):
        drawn = replace(around, overlays=overlays("works", (works_reaching(reach_m), {})))
        found = answer_for(replace(lot, geometry=shapes(field)), drawn, rule_set(WORKS))[0].overlays[0]
        assert found.state == state


@pytest.mark.parametrize("reach_m", [-0.04, 0.03, 0.049])
def test_what_the_city_reckons_with_leaves_it_borderline_and_says_so(reach_m):
    found = vaguely_drawn(works_reaching(reach_m), "neither", MAPS).overlays[0]
    assert (found.state, found.reason) == ("borderline", Reason("ACCURACY_ASSUMED", {"assumed_m": 0.03}))
    stated = vaguely_drawn(works_reaching(reach_m), "the lot", MAPS).overlays[0]
    assert (stated.state, stated.reason) == ("borderline", None)


@pytest.mark.parametrize(("reach_m", "state"), [(-0.06, "does_not_apply"), (0.06, "applies")])
def test_beyond_what_the_city_reckons_with_there_is_no_doubt(reach_m, state):
    found = vaguely_drawn(works_reaching(reach_m), "neither", MAPS).overlays[0]
    assert (found.state, found.reason) == (state, None)


def test_a_survey_that_does_not_reach_the_lot_is_told_before_that_nobody_said_how_exact_it_is():
    around, lot = beside(overlays=overlays("works", (works_reaching(1.0), {})))
    elsewhere = Layer("works", surveyed_extent=shapely.box(X - 900, Y - 900, X - 800, Y - 800))
    found = answer_for(lot, replace(around, layers={"works": elsewhere}), rule_set(WORKS))[0].overlays[0]
    assert (found.state, found.reason.code) == ("unknown", "OUTSIDE_SURVEYED_EXTENT")


@pytest.mark.parametrize(
    ("reach_m", "told"), [(-51.0, "computed"), (-3.0, "conditional"), (3.0, "conditional")]
)
def test_a_layer_without_rule_or_accuracy_takes_into_doubt_what_it_may_reach(reach_m, told):
    assert vaguely_drawn(works_reaching(reach_m), of_a_rule=False).findings["storeys"].state == told


def test_a_layer_without_rule_that_is_out_of_date_takes_into_doubt_what_it_shows():
    dated = {"surveyed_on": date(2020, 1, 1), "stale_after_days": 30}
    for reach_m, told in ((-51.0, "computed"), (3.0, "conditional")):
        evaluation = vaguely_drawn(works_reaching(reach_m), "the lot", of_a_rule=False, **dated)
        assert evaluation.findings["storeys"].state == told


def test_exact_lots_and_inexact_ones_beside_each_other_are_told_as_each_would_be_alone():
    around, lot = beside(overlays=overlays("works", (works_reaching(-3.0), {})), layers=surveyed("works"))
    around = replace(around, layers=surveyed("works", accuracy_m=0.05))
    two = Lots(**{name: np.concatenate([rows, rows]) for name, rows in vars(lot).items()})
    two = replace(two, id=np.array([1, 2]), accuracy_m=np.array([0.08, np.nan]))
    twice = replace(around.edges, lot=around.edges.lot + 1)
    edges = Edges(
        **{name: np.concatenate([rows, vars(twice)[name]]) for name, rows in vars(around.edges).items()}
    )
    for rules in (rule_set(), rule_set(WORKS)):
        together = answer_for(two, replace(around, edges=edges), rules)
        for number in range(2):
            alone = answer_for(chosen(two, [number]), around, rules)[0]
            assert as_document(together[number])["overlays"] == as_document(alone)["overlays"]
