"""Takes what lies on the street's side of a corrected line (بر اصلاحی), and says for which lots it speaks."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.columns import NEEDS_INSPECTION, UNKNOWN, Doubts
from gis_core.constraints.findings import Finding, Reason, RuleReference
from gis_core.constraints.frontages import Ways
from gis_core.constraints.plane import Floats, Ints, Shapes, flagged, line_ends, shapes, side_of
from gis_core.constraints.soundness import readable
from gis_core.constraints.values import CorrectedLines, Edges, Passages

#: A line that ends this near to the end of a frontage speaks for all of it, in metres.
REACHES_M = 0.5
#: A line is street so much farther than to the middle of its street, and goes on so far at its ends: m.
BEYOND_M = 0.5


@dataclass(frozen=True)
class Spoken:
    """
    What corrected lines say of lots: pairs (m,) of lot and line.

    `edge` (e,): edges of which lines alone say where the street will end. `unclear` (n,): lots of which a
    line speaks for a part of a frontage only, or several for the same one. `unread` (n,): lots on a street
    with a line that cannot be read.
    """

    lot: Ints
    line: Ints
    edge: NDArray[np.bool_]
    unclear: NDArray[np.bool_]
    unread: NDArray[np.bool_]

    def of(self, lot: int) -> Ints:
        """The lines that speak for one lot, in their order."""
        return np.unique(self.line[self.lot == lot])


def silent(edges: Edges, lots: int) -> Spoken:
    """No line says anything."""
    nobody, nothing = np.zeros(lots, dtype=bool), np.array([], dtype=np.int64)
    return Spoken(nothing, nothing, np.zeros(len(edges), dtype=bool), nobody, nobody)


def spoken(edges: Edges, passages: Passages, lines: CorrectedLines, lots: int) -> Spoken:
    """
    For which of `lots` lots which lines speak: those that run along its frontage on their street.

    A line on the other side of the street says nothing of a lot.
    """
    said = silent(edges, lots)
    if not len(lines):
        return said
    good = readable(lines.geometry) & readable(passages.geometry)[lines.passage]
    broken = np.isin(edges.passage, lines.passage[~good]) & (edges.kind == "passage")
    edge, line = _pairs(edges, lines, good.nonzero()[0])
    first, last = _covered(edges.geometry[edge], lines.geometry[line])
    beside = (last - first > REACHES_M) | (last - first > shapely.length(edges.geometry[edge]) / 2)
    beside &= _same_side(edges.geometry[edge], lines.geometry[line], passages.geometry[lines.passage[line]])
    edge, line, first, last = edge[beside], line[beside], first[beside], last[beside]
    length_m = shapely.length(edges.geometry)
    covered_m = np.bincount(edge, last - first, minlength=len(edges))
    told = np.zeros(len(edges), dtype=bool)
    told[edge] = True
    whole = told & (np.abs(covered_m - length_m) <= REACHES_M)
    return Spoken(
        lot=edges.lot[edge],
        line=line,
        edge=whole,
        unclear=flagged(edges.lot[told & ~whole], lots),
        unread=flagged(edges.lot[broken], lots),
    )


def taking(said: Spoken, passages: Passages, lines: CorrectedLines) -> Ways:
    """The ground on the street's side of the lines that speak, and the lots they take it from."""
    used, way = np.unique(said.line, return_inverse=True)
    strips = [_strip(lines.geometry[line], passages.geometry[lines.passage[line]]) for line in used]
    pairs = np.unique(np.column_stack([said.lot, way.reshape(-1)]), axis=0).reshape(-1, 2)
    return Ways(shapes(*strips), lines.passage[used], pairs[:, 0], pairs[:, 1])


def with_lines(ways: Ways, said: Spoken, edges: Edges, passages: Passages, lines: CorrectedLines) -> Ways:
    """
    Rights of way with what corrected lines take in place of what the widths would.

    Where a line is not clear the widths take theirs as well: what is left is then no more than there is.
    """
    if not len(said.lot):
        return ways
    more = taking(said, passages, lines)
    count = len(passages)
    front = (edges.kind == "passage") & (edges.passage >= 0)
    clear = front & said.edge & ~said.unclear[edges.lot]
    replaced = np.setdiff1d(
        edges.lot[clear] * count + edges.passage[clear],
        edges.lot[front & ~clear] * count + edges.passage[front & ~clear],
    )
    on = ways.passage[ways.way]
    kept = (on < 0) | ~np.isin(ways.lot * count + on, replaced)
    lot = np.concatenate([ways.lot[kept], more.lot])
    way = np.concatenate([ways.way[kept], more.way + len(ways.shape)])
    order = np.lexsort((way, lot))
    return Ways(
        np.concatenate([ways.shape, more.shape]),
        np.concatenate([ways.passage, more.passage]),
        lot[order],
        way[order],
    )


def doubt_lines(doubts: Doubts, said: Spoken, lines: CorrectedLines) -> None:
    """Doubt what lots cede where a corrected line does not clearly say it."""
    doubts.add(said.unread, UNKNOWN, Reason("CORRECTED_LINE_NOT_DRAWN"))
    doubts.add_each(
        said.unclear,
        NEEDS_INSPECTION,
        lambda lot: Reason(
            "CORRECTED_LINE_UNCLEAR", {"lines": sorted({str(lines.code[line]) for line in said.of(lot)})}
        ),
    )


def line_findings(said: Spoken, lines: CorrectedLines, lot: int) -> list[Finding]:
    """Each line that speaks for a lot with the document that draws it; the first is `corrected_line`."""
    found: dict[str, Finding] = {}
    for line in said.of(lot):
        code, told = str(lines.code[line]), lines.told[line]
        # A line along two stretches of one street is one line.
        found.setdefault(
            code,
            Finding(
                "corrected_line" if not found else f"corrected_line_{len(found) + 1}",
                code,
                rule=RuleReference(code=code, kind="CORRECTED_LINE", **told),
            ),
        )
    return list(found.values())


def _pairs(edges: Edges, lines: CorrectedLines, good: Ints) -> tuple[Ints, Ints]:
    """Frontages and the lines of their street."""
    front = ((edges.kind == "passage") & np.isin(edges.passage, lines.passage[good])).nonzero()[0]
    edge, line = np.nonzero(edges.passage[front][:, None] == lines.passage[good][None, :])
    return front[edge], good[line]


def _covered(fronts: Shapes, lines: Shapes) -> tuple[Floats, Floats]:
    """From where to where along each frontage its line runs beside it, in metres."""
    ends = line_ends(lines)
    at = [shapely.line_locate_point(fronts, shapely.points(ends[:, end])) for end in (0, 1)]
    return np.minimum(*at), np.maximum(*at)


def _same_side(fronts: Shapes, lines: Shapes, centrelines: Shapes) -> NDArray[np.bool_]:
    """Whether the way from the middle of a frontage to its line does not cross the street's centreline."""
    middle = shapely.line_interpolate_point(fronts, 0.5, normalized=True)
    across = shapely.shortest_line(middle, lines)
    return np.asarray(~shapely.intersects(across, centrelines))


def _strip(line: shapely.Geometry, centreline: shapely.Geometry) -> shapely.Geometry:
    """The ground between a line and the middle of its street; it begins exactly on the line."""
    points = shapely.get_coordinates(line)
    depth_m = float(shapely.distance(shapely.points(points), centreline).max()) + BEYOND_M
    runs = np.diff(points, axis=0)
    runs = runs / np.hypot(*runs.T)[:, None]
    ends = (points[:1] - runs[:1] * depth_m, points[-1:] + runs[-1:] * depth_m)
    points = np.concatenate([ends[0], points[1:-1], ends[1]])
    inward = np.column_stack([-runs[:, 1], runs[:, 0]]) * _street_side(line, centreline) * depth_m
    first, last = points[:-1], points[1:]
    sides = np.stack([first, last, last + inward, first + inward], axis=1)
    bends = np.stack([last[:-1], last[:-1] + inward[:-1], last[:-1] + inward[1:]], axis=1)
    parts = np.concatenate([shapely.polygons(sides), shapely.polygons(bends)])
    return shapely.union_all(parts[shapely.area(parts) > 0])


def _street_side(line: shapely.Geometry, centreline: shapely.Geometry) -> float:
    """+1 where the street lies left of a line in its direction, -1 right."""
    half = line.length / 2
    before, middle, beyond = (line.interpolate(half + step) for step in (-1e-3 * half, 0.0, 1e-3 * half))
    street = shapely.get_coordinates(shapely.shortest_line(middle, centreline))[-1]
    side = side_of(shapely.get_coordinates(before)[0], shapely.get_coordinates(beyond)[0], street)
    return 1.0 if side > 0 else -1.0
