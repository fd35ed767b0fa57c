"""What lies beyond each edge is derived from the map: neighbour, passage, open land, or not known."""

import numpy as np
import pytest
import shapely

from import_scripts.beyond_edges import KINDS, Surroundings
from import_scripts.frontages import access, derive, documents

X, Y = 560_000.0, 3_610_000.0


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def around(covers=(), kinds=(), lines=(), widths=None, streets=None):
    """Ground cover and centrelines; every street surface belongs to no named street unless said."""
    return Surroundings(
        covers=np.array(covers, dtype=object),
        cover_kinds=np.array(kinds, dtype=object),
        cover_streets=np.array(streets if streets is not None else [-1] * len(covers), dtype=int),
        measured=np.ones(len(covers), dtype=bool),
        centrelines=np.array(lines, dtype=object),
        widths_m=np.array(widths if widths is not None else [np.nan] * len(lines), dtype=float),
    )


def line(*points):
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def sides(edges, parcel=0):
    """Kind, length and street of each edge of a parcel, from its south side on, counter-clockwise."""
    rows = np.flatnonzero(edges.parcel == parcel)
    found = [(str(KINDS[edges.kind[row]]), round(float(edges.length_m[row]), 2)) for row in rows]
    south = min(range(len(rows)), key=lambda place: edges.points[edges.starts[rows[place]]].sum())
    return found[south:] + found[:south]


LOTS = np.array([box(0, 0, 12, 25), box(12, 0, 24, 25)])
STREET = box(-20, -8, 60, 0)
CENTRE = line((-20, -4), (60, -4))


def test_a_lot_between_a_street_and_a_neighbour():
    ground = around([STREET, box(0, 25, 24, 40)], ["passage", "park"], [CENTRE], [8.0])
    edges = derive(LOTS, ground)
    assert sides(edges) == [("passage", 12.0), ("neighbour", 25.0), ("open", 12.0), ("unknown", 25.0)]


def test_nothing_surveyed_beyond_is_unknown_and_leaves_access_open():
    edges = derive(LOTS, around())
    assert {kind for kind, _ in sides(edges)} == {"neighbour", "unknown"}
    assert access(edges, 2).tolist() == [None, None]


def test_a_lot_without_any_passage_has_no_access():
    inner = box(0, 0, 10, 10)
    ring = shapely.difference(box(-10, -10, 20, 20), inner)
    edges = derive(np.array([inner, ring]), around())
    assert sides(edges) == [("neighbour", 10.0)] * 4
    assert access(edges, 2)[0] is False


def test_an_edge_that_borders_two_things_is_parted_where_they_meet():
    ground = around([box(-20, -8, 6, 0)], ["passage"])
    edges = derive(LOTS[:1], ground)
    kinds = sides(edges)[:2]
    assert [kind for kind, _ in kinds] == ["passage", "unknown"]
    assert kinds[0][1] == pytest.approx(6.0, abs=1.0)  # looked at in pieces of two metres


def test_pieces_of_one_straight_border_are_one_edge():
    ring = shapely.Polygon([(X, Y), (X + 5, Y), (X + 12, Y), (X + 12, Y + 25), (X, Y + 25)])
    edges = derive(np.array([ring]), around([STREET], ["passage"]))
    assert sides(edges)[0] == ("passage", 12.0)
    front = int(np.flatnonzero(edges.kind == 1)[0])
    assert edges.starts[front + 1] - edges.starts[front] == 2


def test_the_width_is_measured_between_opposite_frontages_and_kept_beside_the_recorded_one():
    opposite = box(0, -34, 24, -9.5)
    ground = around([box(-20, -9.5, 60, 0)], ["passage"], [CENTRE], [8.0])
    edges = derive(np.array([*LOTS, opposite]), ground)
    fronts = edges.kind == 1
    assert edges.measured_width_m[fronts] == pytest.approx([9.5] * 3)
    assert edges.attribute_width_m[fronts].tolist() == [8.0] * 3
    assert np.isnan(edges.measured_width_m[~fronts]).all()


def test_a_street_with_open_land_on_its_other_side_ends_there():
    ground = around([STREET, box(-20, -40, 60, -8)], ["passage", "water"], [CENTRE])
    edges = derive(LOTS, ground)
    assert edges.measured_width_m[edges.kind == 1] == pytest.approx([8.0, 8.0])


MOUTH = box(0, -60, 12, -8)


@pytest.mark.parametrize(
    ("surfaces", "streets"),
    [
        ([STREET, MOUTH], [0, 1]),
        ([shapely.union(STREET, MOUTH)], [-1]),  # all street surface drawn as one
    ],
)
def test_opposite_the_mouth_of_a_side_street_no_width_is_made_up(surfaces, streets):
    opposite = box(12, -40, 24, -8)
    ground = around(
        surfaces,
        ["passage"] * len(surfaces),
        [CENTRE, line((6, -60), (6, -4))],
        [8.0, 12.0],
        streets=streets,
    )
    edges = derive(np.array([*LOTS, opposite]), ground)
    fronts = (edges.kind == 1) & (edges.street == 0)
    measured = dict(zip(edges.parcel[fronts].tolist(), edges.measured_width_m[fronts].tolist(), strict=True))
    assert np.isnan(measured[0])
    assert measured[1] == measured[2] == pytest.approx(8.0)


def test_the_lot_at_the_end_of_a_cul_de_sac_does_not_measure_its_length():
    lane, end = box(0, 0, 5, 40), box(0, -20, 5, 0)
    sides_of_it = [box(-12, 0, 0, 40), box(5, 0, 17, 40)]
    ground = around([lane], ["passage"], [line((2.5, 40), (2.5, 0.5))], [5.0], streets=[0])
    edges = derive(np.array([end, *sides_of_it]), ground)
    fronts = edges.kind == 1
    assert np.isnan(edges.measured_width_m[fronts & (edges.parcel == 0)]).all()
    assert edges.measured_width_m[fronts & (edges.parcel > 0)] == pytest.approx([5.0, 5.0])


def test_a_frontage_a_little_askew_measures_square_to_its_street():
    askew = shapely.Polygon([(X, Y), (X + 12, Y + 3), (X + 12, Y + 25), (X, Y + 25)])
    ground = around(
        [shapely.difference(box(-20, -8, 60, 25), askew)], ["passage"], [CENTRE], [8.0], streets=[0]
    )
    edges = derive(np.array([askew, box(-20, -40, 60, -8)]), ground)
    front = np.flatnonzero((edges.kind == 1) & (edges.parcel == 0))[0]
    assert edges.length_m[front] == pytest.approx(np.hypot(12, 3))
    assert edges.measured_width_m[front] == pytest.approx(9.5)  # half way along it, not along its normal


def test_where_there_are_only_centrelines_the_passage_is_found_and_its_width_unknown():
    edges = derive(np.array([*LOTS, box(0, -35, 24, -9)]), around(lines=[CENTRE], widths=[8.0]))
    front = sides(edges)[0]
    assert front == ("passage", 12.0)
    assert np.isnan(edges.measured_width_m).all()
    assert edges.street[edges.kind == 1].tolist() == [0, 0, 0]


def test_a_parcel_before_the_centreline_hides_the_street():
    across = box(0, -3, 24, -1)
    edges = derive(np.array([*LOTS, across]), around(lines=[CENTRE]))
    assert sides(edges)[0] == ("unknown", 12.0)


def test_a_crack_narrower_than_the_survey_can_tell_is_a_border():
    apart = np.array([box(0, 0, 12, 25), box(12.06, 0, 24, 25)])
    assert sides(derive(apart, around(), accuracy_m=0.05))[1] == ("neighbour", 25.0)


def test_a_corner_lot_has_two_streets():
    ground = around(
        [box(-20, -8, 24, 0), box(24, -8, 30, 40)],
        ["passage", "passage"],
        [CENTRE, line((27, -8), (27, 40))],
        [8.0, 6.0],
        streets=[0, 1],
    )
    edges = derive(LOTS, ground)
    own = (edges.parcel == 1) & (edges.kind == 1)
    assert sorted(edges.street[own].tolist()) == [0, 1]
    assert sorted(edges.attribute_width_m[own].tolist()) == [6.0, 8.0]


def test_the_same_lot_drawn_the_other_way_round_has_the_same_edges():
    ground = around([STREET], ["passage"], [CENTRE])
    turned = np.array([shapely.Polygon(shapely.get_coordinates(lot)[::-1]) for lot in LOTS])
    assert sides(derive(turned, ground)) == sides(derive(LOTS, ground))


def test_land_of_which_nobody_says_what_it_is_stays_unknown():
    edges = derive(LOTS, around([STREET], ["unknown"], [CENTRE]))
    assert sides(edges)[0] == ("unknown", 12.0)


def test_only_wanted_parcels_get_edges_but_all_of_them_are_neighbours():
    edges = derive(LOTS, around(), wanted=np.array([True, False]))
    assert set(edges.parcel.tolist()) == {0}
    assert ("neighbour", 25.0) in sides(edges)


def test_the_edges_close_the_ring():
    edges = derive(LOTS, around([STREET], ["passage"], [CENTRE]))
    assert edges.length_m[edges.parcel == 0].sum() == pytest.approx(74.0)
    text = documents(edges, 2, np.array(["a-street"]))[0]
    assert '"street":"a-street"' in text
    assert text.count('"kind"') == 4


def test_no_parcels_have_no_edges():
    edges = derive(np.zeros(0, dtype=object), around())
    assert len(edges) == 0
    assert documents(edges, 0, np.zeros(0)) == []
