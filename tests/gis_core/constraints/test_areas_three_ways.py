"""Ceded, chamfer, net, zones and overlaps: the same by the engine, by PostGIS and by counting points."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
import shapely
from django.db import connection

from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.parting import GRID_M
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.values import Edges, Layer, Lots, Overlays, Surroundings, Zones
from tests.gis_core.constraints.scenes import NOW, ON, RULES, X, Y, streets

#: How many lots are drawn, and how far apart they stand, in metres.
LOTS, APART_M = 2000, 250.0
#: Radius of the wells, and the side of the cells whose centres are counted, in metres.
WELL_M, CELL_M = 15.0, 0.2
PLAN = {"layer": "plan", "measured_from": "POLYGON", "distance_m": 0.0, "effect": "NO_BUILD"}
WELL = {"layer": "well", "measured_from": "POINT", "distance_m": WELL_M, "effect": "INFO"}
RULE_SET = RuleSet.on_day(
    [
        *(RULES[kind] for kind in ("WIDEN", "CHAMFER", "ZONE")),
        Rule("PLAN", "BUFFER", PLAN),
        Rule("WELL", "BUFFER", WELL),
    ],
    ON,
)
MEASURES = ("surveyed", "ceded", "chamfer", "net", "zone A", "zone B", "no zone", "plan", "well")


@dataclass(frozen=True)
class Drawn:
    """
    Random lots on street corners, each in a frame of its own; (n, ...) arrays, metres.

    The front street reaches to y = `front_m`, the side street to the line through `foot` across `normal`.
    Zone A lies at `border` · (x, y, -1) <= 0, zone B beyond it, no zone at `bare` · (x, y, -1) > 0.
    """

    rings: list[np.ndarray]
    widths_m: np.ndarray
    normal: np.ndarray
    border: np.ndarray
    bare: np.ndarray
    triangle: np.ndarray
    well: np.ndarray
    turn: np.ndarray
    place: np.ndarray

    @property
    def front_m(self) -> np.ndarray:
        """Where the front street will end: its middle runs at y = -4."""
        return self.widths_m[:, 0] / 2 - 4.0

    @property
    def foot(self) -> np.ndarray:
        """A point where the side street will end: its middle runs through (16, 10)."""
        return np.array([16.0, 10.0]) - self.normal * self.widths_m[:, 1:] / 2

    def placed(self, lot: int, points: np.ndarray) -> np.ndarray:
        """Points of a lot's own frame on the map."""
        cosine, sine = np.cos(self.turn[lot]), np.sin(self.turn[lot])
        return np.asarray(points, float) @ np.array([[cosine, sine], [-sine, cosine]]) + self.place[lot]

    def corner(self, lot: int) -> np.ndarray:
        """The triangle that the rule book cuts from the corner: its base is a tenth of both widths."""
        normal, foot, front_m = self.normal[lot], self.foot[lot], self.front_m[lot]
        along = np.array([-normal[1], normal[0]])
        meeting = foot + along * (front_m - foot[1]) / along[1]
        angle = np.arccos(-along[0])
        leg_m = self.widths_m[lot].sum() / 10 / (2 * np.sin(angle / 2))
        return np.array([meeting, meeting - np.array([leg_m, 0.0]), meeting + along * leg_m])


def drawn(seed: int, count: int) -> Drawn:
    """Lots of four corners, or of six with a part of their back cut out; all cede to both streets."""
    random = np.random.default_rng(seed)
    rings = []
    for _ in range(count):
        ring = np.array([(0.0, 0.0), (12.0, 0.0), (12.0, 25.0), (0.0, 25.0)])
        if random.random() < 0.5:
            low, aside = 25 - random.uniform(3, 9), random.uniform(3, 7)
            ring = np.array([(0, 0), (12, 0), (12, 25), (aside, 25), (aside, low), (0, low)], float)
        rings.append(ring + random.uniform(-0.5, 0.5, ring.shape))
    lean, angle = random.uniform(-0.06, 0.06, count), random.uniform(0, 2 * np.pi, (2, count))
    inside = np.column_stack([random.uniform(1, 8, count), random.uniform(2, 22, count)])
    first, second = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    side = int(np.ceil(np.sqrt(count)))
    return Drawn(
        rings=rings,
        widths_m=np.column_stack([random.uniform(10.5, 16.0, count), random.uniform(12.5, 14.0, count)]),
        normal=np.column_stack([np.cos(lean), np.sin(lean)]),
        border=np.column_stack([first, (first * inside).sum(axis=1)]),
        bare=np.column_stack([second, second @ [6.0, 12.0] + random.uniform(2, 14, count)]),
        triangle=inside[:, None, :] + random.uniform(-9, 9, (count, 3, 2)),
        well=inside + random.uniform(-20, 20, (count, 2)),
        turn=random.uniform(0, 2 * np.pi, count),
        place=np.column_stack(np.divmod(np.arange(count), side)) * APART_M + [X, Y],
    )


def beyond(line: np.ndarray) -> np.ndarray:
    """A large rectangle of all points with line · (x, y, -1) > 0."""
    normal, along = line[:2], np.array([-line[1], line[0]])
    foot = normal * line[2]
    return np.array(
        [
            foot - along * 90,
            foot + along * 90,
            foot + along * 90 + normal * 90,
            foot - along * 90 + normal * 90,
        ]
    )


@dataclass(frozen=True)
class OnMap:
    """The same lots as shapes on the map; arrays of (n,)."""

    lot: np.ndarray
    front: np.ndarray
    side: np.ndarray
    corner: np.ndarray
    zone_a: np.ndarray
    zone_b: np.ndarray
    plan: np.ndarray
    well: np.ndarray


def on_map(lots: Drawn) -> OnMap:
    columns = []
    for lot in range(len(lots.rings)):
        along = np.array([-lots.normal[lot][1], lots.normal[lot][0]])
        to_map = lambda points, lot=lot: lots.placed(lot, points)  # noqa: E731
        behind = shapely.Polygon(to_map(beyond(-lots.bare[lot])))
        sides = [shapely.Polygon(to_map(beyond(turned))) for turned in (-lots.border[lot], lots.border[lot])]
        columns.append(
            (
                shapely.Polygon(to_map(lots.rings[lot])),
                shapely.LineString(to_map([(-60, -4), (80, -4)])),
                shapely.LineString(to_map(np.array([16.0, 10.0]) + along * np.array([[-70.0], [70.0]]))),
                shapely.Polygon(to_map(lots.corner(lot))),
                *(shapely.intersection(side, behind) for side in sides),
                shapely.Polygon(to_map(lots.triangle[lot])),
                shapely.Point(to_map(lots.well[[lot]])[0]),
            )
        )
    return OnMap(*(shapes(*column) for column in zip(*columns, strict=True)))


def alternating(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The shapes of two columns, lot by lot."""
    return np.stack([first, second], axis=1).reshape(-1)


def edges_on_map(lots: Drawn) -> Edges:
    """The edges of every lot: its first two on its two streets, the others on neighbours."""
    corners = np.array([len(ring) for ring in lots.rings])
    owner = np.repeat(np.arange(len(lots.rings)), corners)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(corners) - corners, corners)
    placed = [lots.placed(lot, ring) for lot, ring in enumerate(lots.rings)]
    ends = [np.concatenate([ring, ring[:1]]) for ring in placed]
    return Edges(
        lot=owner,
        geometry=shapes(*[shapely.LineString(pair) for ring in ends for pair in pairwise(ring)]),
        kind=np.where(rank < 2, "passage", "neighbour").astype(object),
        passage=np.where(rank < 2, 2 * owner + rank, -1),
        width_m=np.full(len(owner), np.nan),
    )


def surroundings(lots: Drawn, shape: OnMap) -> Surroundings:
    """Two streets a lot, the two zones, a plan and a well."""
    count = len(lots.rings)
    passages = streets(
        *[
            {"key": f"{lot} {name}", "line": line[lot], "existing": 8, "planned": lots.widths_m[lot, number]}
            for lot in range(count)
            for number, (name, line) in enumerate((("front", shape.front), ("side", shape.side)))
        ]
    )
    codes = np.array(["A", "B"] * count, dtype=object)
    drawn_zones = Zones(
        codes, codes, codes, alternating(shape.zone_a, shape.zone_b), Layer("z", accuracy_m=0.0)
    )
    names = np.array(["plan", "well"] * count, dtype=object)
    untold = np.array([{} for _ in names], dtype=object)
    drawn_over = Overlays(names, names, names, names, alternating(shape.plan, shape.well), untold)
    place = shapely.box(X - 1000, Y - 1000, X + 50_000, Y + 50_000)
    layers = {key: Layer(key, surveyed_extent=place) for key in ("plan", "well")}
    return Surroundings(edges_on_map(lots), passages, drawn_zones, drawn_over, layers)


def by_engine(lots: Drawn, shape: OnMap) -> np.ndarray:
    """Areas (n, 9) in m² as the engine keeps them, all lots in one call."""
    count = len(lots.rings)
    nan = np.full(count, np.nan)
    asked = Lots(np.arange(count), np.arange(count).astype(object), shape.lot, nan, np.zeros(count), nan)
    around = surroundings(lots, shape)
    found = evaluate(asked, around, RULE_SET, on=ON, known_at=NOW)
    assert not found.refused
    columns = [found.columns[f"{name}_area_m2"].values for name in ("surveyed", "widening", "chamfer", "net")]
    overlaps, zone_m2 = found.steps.placed.overlaps, np.zeros((2, count))
    for number, code in enumerate("AB"):
        mine = around.zones.code[overlaps.zone] == code
        np.add.at(zone_m2[number], overlaps.lot[mine], overlaps.area_mm2[mine] / 1e6)
    over_m2 = np.zeros((2, count))
    for number, judged in enumerate(found.steps.restrictions.judgements):
        np.add.at(over_m2[number], judged.lot, judged.overlap_m2)
    return np.column_stack([*columns, *zone_m2, overlaps.uncovered_mm2 / 1e6, *over_m2]).astype(float)


def by_postgis(lots: Drawn, shape: OnMap) -> np.ndarray:
    """The same areas in SQL: buffered streets taken off, zones and overlays cut out of the rest."""
    parts = [shapely.to_wkb(column).tolist() for column in vars(shape).values()]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with given as (
              select number, lot::geometry, front::geometry, side::geometry, corner::geometry, a::geometry,
                     b::geometry, plan::geometry, well::geometry, w1, w2
                from unnest(%s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[],
                            %s::bytea[], %s::bytea[], %s::float8[], %s::float8[])
                     with ordinality as t(lot, front, side, corner, a, b, plan, well, w1, w2, number)
            ), widened as (
              select *, ST_Difference(ST_Difference(lot, ST_Buffer(front, w1 / 2, 'endcap=flat join=mitre')),
                                      ST_Buffer(side, w2 / 2, 'endcap=flat join=mitre')) as after from given
            ), cut as (select *, ST_Difference(after, corner) as net from widened)
            select ST_Area(lot), ST_Area(lot) - ST_Area(after), ST_Area(after) - ST_Area(net), ST_Area(net),
                   ST_Area(ST_Intersection(net, a)), ST_Area(ST_Intersection(net, b)),
                   ST_Area(ST_Difference(ST_Difference(net, a), b)), ST_Area(ST_Intersection(net, plan)),
                   ST_Area(ST_Intersection(net, ST_Buffer(well, %s, 'quad_segs=128')))
              from cut order by number
            """,
            [*parts, *lots.widths_m.T.tolist(), WELL_M],
        )
        return np.array(cursor.fetchall(), dtype=float)


def by_points(lots: Drawn, seed: int) -> np.ndarray:
    """The same areas by counting the points of a lattice, laid at random; no geometry library."""
    random = np.random.default_rng(seed)
    return np.array([_counted(lots, lot, random) for lot in range(len(lots.rings))]) * CELL_M**2


def _counted(lots: Drawn, lot: int, random: np.random.Generator) -> list[int]:
    steps = np.arange(-75, 76) * CELL_M
    angle, shift = random.uniform(0, 2 * np.pi), random.uniform(-CELL_M / 2, CELL_M / 2, 2)
    across = np.array([np.cos(angle), np.sin(angle)])
    points = (
        steps[:, None, None] * across + steps[None, :, None] * [-across[1], across[0]] + shift + [6.0, 12.5]
    )
    x, y = points.reshape(-1, 2)[_in_ring(points.reshape(-1, 2), lots.rings[lot])].T
    normal, foot = lots.normal[lot], lots.foot[lot]
    street = (y <= lots.front_m[lot]) | ((x - foot[0]) * normal[0] + (y - foot[1]) * normal[1] >= 0)
    cut = ~street & _in_ring(np.column_stack([x, y]), lots.corner(lot))
    net = ~street & ~cut
    first, last = (x * line[0] + y * line[1] <= line[2] for line in (lots.border[lot], lots.bare[lot]))
    planned = _in_ring(np.column_stack([x, y]), lots.triangle[lot])
    near = np.hypot(x - lots.well[lot, 0], y - lots.well[lot, 1]) <= WELL_M
    groups = (
        street,
        cut,
        net,
        net & first & last,
        net & ~first & last,
        net & ~last,
        net & planned,
        net & near,
    )
    return [len(x), *(int(group.sum()) for group in groups)]


def _in_ring(points: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """Points whose ray to the east crosses the ring an odd number of times."""
    within = np.zeros(len(points), dtype=bool)
    for (ax, ay), (bx, by) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if ay != by:
            rises = (points[:, 1] < ay) != (points[:, 1] < by)
            within ^= rises & (points[:, 0] < ax + (points[:, 1] - ay) * (bx - ax) / (by - ay))
    return within


@pytest.fixture(scope="module")
def lots() -> Drawn:
    return drawn(20261121, LOTS)


@pytest.fixture(scope="module")
def engine(lots) -> np.ndarray:
    return by_engine(lots, on_map(lots))


def border_m(lots: Drawn) -> np.ndarray:
    """How long the borders of a lot are (n,): no part of it has longer ones than it and a well together."""
    return np.array([shapely.Polygon(ring).length for ring in lots.rings]) + 2 * np.pi * WELL_M


def as_flags(within: np.ndarray) -> dict[str, bool]:
    """Whether all lots (n, 9) are within the bound, by what was measured."""
    return dict(zip(MEASURES, within.all(axis=0).tolist(), strict=True))


def test_all_areas_of_thousands_of_lots_are_those_of_postgis_to_some_square_millimetres(lots, engine, db):
    """
    The bound: areas are kept in whole mm² (half a one for each of two, half of the remainder shared out),
    and an overlay that fails is done again on a grid, on which a corner moves by half a cell's diagonal.
    """
    apart_m2 = np.abs(engine - by_postgis(lots, on_map(lots)))
    bound_m2 = 1.5e-6 + GRID_M * np.sqrt(0.5) * border_m(lots)
    assert bound_m2.max() < 2e-5
    assert as_flags(apart_m2 <= bound_m2[:, None]) == dict.fromkeys(MEASURES, True)


def test_all_areas_of_thousands_of_lots_are_those_of_counted_points(lots, engine):
    """
    The bounds. Of a cell only a part of which lies in a shape no point is farther than r = cell · √2 / 2 from
    the border: so a count errs by at most 2 r · border + π r² on every lot. The lattice lies at random, so
    counts are right in the mean: over all lots the mean error is below five standard errors, far below what a
    shape grown by a centimetre would change.
    """
    apart_m2 = engine - by_points(lots, 7)
    reach_m = CELL_M * np.sqrt(2) / 2
    bound_m2 = 2 * reach_m * border_m(lots) + np.pi * reach_m**2
    assert as_flags(np.abs(apart_m2) <= bound_m2[:, None]) == dict.fromkeys(MEASURES, True)
    mean_m2, error_m2 = apart_m2.mean(axis=0), apart_m2.std(axis=0) / np.sqrt(len(apart_m2))
    assert (error_m2 < 0.02).all()
    assert (np.abs(mean_m2) <= 5 * error_m2).all(), dict(
        zip(MEASURES, (mean_m2 / error_m2).tolist(), strict=True)
    )


def test_the_parts_of_every_lot_add_up_to_the_square_millimetre(engine):
    whole = np.rint(engine * 1e6).astype(np.int64)
    assert (np.abs(engine * 1e6 - whole)[:, :7] < 1e-3).all()
    assert (whole[:, 1:4].sum(axis=1) == whole[:, 0]).all()
    assert (whole[:, 4:7].sum(axis=1) == whole[:, 3]).all()
    assert (whole[:, 1:4] > 0).all(), "Every lot cedes land, loses a corner and keeps some."
