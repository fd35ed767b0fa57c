"""The depth envelope against its own definition, judged point by point on random lots."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate

from gis_core.constraints.depth import depth_envelopes
from gis_core.constraints.plane import shapes

POLICY = {
    "length": "CHORD",
    "depth_share": 0.6,
    "extension_m": 2.0,
    "retreat_deg": 45,
    "retreat": "ACROSS_DISTANCE",
}
STEP_M = 0.1


def random_lot(random):
    """A lot of four to eight corners, some of them L-shaped; north (the building's side) is up."""
    if random.random() < 0.4:
        wide, deep = random.uniform(12, 20), random.uniform(18, 30)
        cut_x, cut_y = random.uniform(4, wide - 4), random.uniform(5, deep - 6)
        ring = [(0, 0), (cut_x, 0), (cut_x, cut_y), (wide, cut_y), (wide, deep), (0, deep)]
    else:
        ring = [(0, 0), (14, 0), (14, 24), (0, 24)]
    jitter = random.normal(0, 0.6, (len(ring), 2))
    return rotate(shapely.Polygon(np.array(ring) + jitter), random.uniform(-8, 8))


def first_chord(lot, x, top):
    """Where the first chord along the depth at x begins (north) and how long it is."""
    cut = shapely.intersection(lot, shapely.LineString([(x, top + 1), (x, -60)]))
    pieces = [
        part for part in shapely.get_parts(cut) if part.geom_type == "LineString" and part.length > 1e-9
    ]
    if not pieces:
        return None
    first = max(pieces, key=lambda piece: piece.bounds[3])
    return first.bounds[3], first.length


def near_a_neighbour(x, y, least_m, sides):
    """Whether a point is nearer than that, across the depth, to a neighbour's edge."""
    for (xa, ya), (xb, yb) in sides:
        if min(ya, yb) <= y <= max(ya, yb) and ya != yb:
            across = abs(x - (xa + (xb - xa) * (y - ya) / (yb - ya)))
            if across < least_m:
                return True
    return False


def by_points(lot, sides, retreat_deg=45):
    """Area of the envelope counted on a lattice, in m²."""
    low_x, low_y, high_x, high_y = lot.bounds
    count, reach = 0, np.tan(np.radians(retreat_deg))
    for x in np.arange(low_x + STEP_M / 2, high_x, STEP_M):
        chord = first_chord(lot, x, high_y)
        if chord is None:
            continue
        start, length = chord
        for y in np.arange(low_y + STEP_M / 2, high_y, STEP_M):
            beyond_m = (start - y) - 0.6 * length
            if y > start or beyond_m > 2.0 or not shapely.contains_xy(lot, x, y):
                continue
            count += beyond_m <= 0 or not near_a_neighbour(x, y, beyond_m * reach, sides)
    return count * STEP_M**2


@pytest.mark.parametrize(
    ("seed", "retreat_deg"), [*((seed, 45) for seed in range(6)), (0, 60), (1, 75), (3, 70), (2, 20), (4, 85)]
)
def test_the_envelope_is_what_its_definition_says_of_every_point(seed, retreat_deg):
    policy = POLICY | {"retreat_deg": retreat_deg}
    lot = random_lot(np.random.default_rng(seed))
    ring = list(lot.exterior.coords)
    sides = [pair for pair in pairwise(ring) if pair[0] != ring[0]]
    edges = shapes(*[shapely.LineString(pair) for pair in sides])
    owner = np.zeros(len(edges), dtype=np.int64)
    found = depth_envelopes(shapes(lot), shapes(lot), np.array([180.0]), (owner, edges), policy)
    assert found.envelope_m2[0] == pytest.approx(
        by_points(lot, sides, retreat_deg), abs=2.0 * STEP_M * lot.length / 10
    )


#: A lot of 12 × 20 m, plain and with corners on its street side that change nothing.
CORNERS = [(), (3.0,), (2.0, 5.5, 9.0, 11.0)]


@pytest.mark.parametrize("corners", CORNERS)
@pytest.mark.parametrize(
    ("retreat_deg", "both_m2", "one_m2"),
    [(0, 24.0, 24.0), (45, 20.0, 22.0), (60, 17.072, 20.536), (75, 9.646, 16.536)],
)
def test_a_steeper_retreat_reaches_as_far_across_the_lot_as_it_says(corners, retreat_deg, both_m2, one_m2):
    """By hand: widths at t beyond the line are 12 − n · t · tan(angle), up to 2 m or to nothing."""
    lot = shapely.Polygon([(0, 0), *((x, 0) for x in corners), (12, 0), (12, 20), (0, 20)])
    west, east = shapely.LineString([(0, 0), (0, 20)]), shapely.LineString([(12, 20), (12, 0)])
    for retreat in ("ACROSS_DISTANCE", "FROM_LINE_END"):
        policy = POLICY | {"retreat_deg": retreat_deg, "retreat": retreat}
        for neighbours, extension_m2 in ((shapes(west, east), both_m2), (shapes(west), one_m2)):
            owner = np.zeros(len(neighbours), dtype=np.int64)
            found = depth_envelopes(shapes(lot), shapes(lot), np.array([180.0]), (owner, neighbours), policy)
            assert found.extension_m2[0] == pytest.approx(extension_m2, abs=1e-3)


def test_thousands_of_random_lots_get_an_envelope_between_its_bounds():
    random = np.random.default_rng(1404)
    lots = shapes(*[random_lot(random) for _ in range(1000)])
    lines = [shapely.LineString(pair) for lot in lots for pair in pairwise(lot.exterior.coords)]
    owner = np.concatenate([np.full(len(lot.exterior.coords) - 1, number) for number, lot in enumerate(lots)])
    azimuth = 180.0 + random.uniform(-10, 10, len(lots))
    found = depth_envelopes(lots, lots, azimuth, (owner, shapes(*lines)), POLICY)
    assert (found.envelope_m2 >= found.basic_m2 - 1e-6).all()
    assert (found.envelope_m2 <= shapely.area(lots) + 1e-6).all()
    assert (found.basic_m2 >= 0.3 * shapely.area(lots)).all()
    assert shapely.is_valid(found.envelope).all()
