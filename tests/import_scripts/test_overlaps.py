"""Ground that two lots both claim: the quick looks pass over only what intersecting every pair leaves out."""

import numpy as np
import pytest
import shapely

from import_scripts.check import TOUCH_M2, overlaps

UTM = np.array([560_000.0, 3_610_000.0])


def found_by_every_pair(lots):
    """Common area of each pair by intersection alone."""
    first, second = shapely.STRtree(lots).query(lots, predicate="intersects")
    first, second = first[first < second], second[first < second]
    area = shapely.area(shapely.intersection(lots[first], lots[second]))
    real = area > TOUCH_M2
    return dict(
        zip(zip(first[real].tolist(), second[real].tolist(), strict=True), area[real].tolist(), strict=True)
    )


def stars(corners, seed):
    """Lots of any form thrown about: convex and not, most of them over others."""
    chance = np.random.default_rng(seed)
    angle = np.sort(chance.uniform(0, 2 * np.pi, (600, corners)), axis=1)
    reach = chance.uniform(2, 9, (600, corners, 1))
    rays = reach * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    lots = shapely.polygons(UTM + chance.uniform(0, 150, (600, 1, 2)) + rays)
    return lots[shapely.is_valid(lots)]


def turned_rows(seed):
    """Lots in rows, turned as a city lies; some a nanometre, a tenth of a mm or a mm too wide or narrow."""
    chance = np.random.default_rng(seed)
    misfit = chance.choice([0.0, 0.0, 1e-9, 1e-4, -1e-3], 900)
    west, south = np.divmod(np.arange(900), 30)
    lots = shapely.box(12 * west, 25 * south, 12 * west + 12 + misfit, 25 * south + 25)
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    return shapely.transform(lots, lambda corners: corners @ turn + UTM)


@pytest.mark.parametrize(
    "lots",
    [stars(3, 1), stars(4, 2), stars(8, 3), stars(20, 4), turned_rows(5)],
    ids=["triangles", "quadrangles", "stars", "many corners", "turned rows"],
)
def test_the_overlaps_are_those_of_every_pair_with_their_areas(lots):
    found = overlaps(lots)
    pairs = zip(found.first.tolist(), found.second.tolist(), strict=True)
    expected = found_by_every_pair(lots)
    assert expected
    assert dict(zip(pairs, found.area_m2.tolist(), strict=True)) == pytest.approx(expected)


def test_lots_that_only_touch_do_not_overlap_on_either_side_of_the_middle():
    west, south = np.divmod(np.arange(400), 20)
    rows = shapely.box(12 * west, 25 * south, 12 * west + 12, 25 * south + 25)
    shifted = shapely.transform(rows, lambda corners: corners + np.array([240.0, 12.5]))
    assert len(overlaps(np.concatenate([rows, shifted]))) == 0
    over_the_middle = shapely.box(239.5, 100, 241, 101)
    assert len(overlaps(np.concatenate([rows, shifted, [over_the_middle]]))) == 2
