"""Imports corrected lines (بر اصلاحی): each is laid to the streets along which it runs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from import_scripts import features
from import_scripts.issues import SENTENCES, Doubts, Outcome
from import_scripts.normalise import Field
from import_scripts.task import Counts, Destination, Task
from layers.models import Layer
from layers.network.models import CorrectedLine, StreetSegment

#: A line farther from every centreline than this is the border of no street, in metres.
FARTHEST_M = 40.0
#: Along a line it is looked so often which street is the nearest, in metres.
STEP_M = 1.0
#: A stretch shorter than this belongs to a junction, not to the street that crosses there, in metres.
SHORTEST_M = 4.0
#: So far a stretch reaches into the next one: fronts at a junction change streets a little elsewhere: m.
OVERLAP_M = 10.0
#: A line that turns by more than this turns back on itself, in degrees.
SHARPEST_DEG = 89.0

SENTENCES.update(
    {
        "BROKEN_LINE": (
            "این خط {count} تکهٔ جدا دارد و یک خط نمی‌شود.",
            "The line has {count} separate parts that make no single line.",
        ),
        "UNKNOWN_STREET": (
            "معبری با کد «{street}» در این تاریخ نداریم.",
            "There is no street with the code “{street}” on that day.",
        ),
        "NO_STREET_NEAR": (
            "در {reach} متری این خط معبری نیست.",
            "No street runs within {reach} m of the line.",
        ),
        "LINE_CROSSES_STREET": (
            "این خط محور معبر «{street}» را قطع می‌کند؛ بر اصلاحی در یک سوی معبر است.",
            "The line crosses the middle of the street “{street}”; a corrected line is on one side of it.",
        ),
        "LINE_TURNS_BACK": (
            "این خط {angle} درجه می‌پیچد؛ آن را دو خط کنید.",
            "The line turns by {angle} degrees; make two lines of it.",
        ),
        "LINES_OF_ONE_SIDE": (
            "این خط و «{other}» هر دو بر یک سوی معبر «{street}» اند، در {length} متر از آن.",
            "The line and “{other}” are both on one side of the street “{street}”, over {length} m of it.",
        ),
        "LAID_TO_STREETS": (
            "پرونده معبر این خط را نمی‌گوید؛ کنار این‌ها نهاده شد: {streets}.",
            "The file does not name its street; it was laid to {streets}.",
        ),
    }
)


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """
    Bring one file of corrected lines in, as an edition of its layer; the same file again changes nothing.

    `code` names a line, `street` the code of its street (several with commas; found by place where the
    file does not say it), `sheet` where in the document it is drawn.
    """
    return features.bring_in(KIND, task, destination, doubts)


def _laid_to_streets(
    frame: pd.DataFrame, shapes: np.ndarray, task: Task, doubts: Doubts
) -> tuple[pd.DataFrame, np.ndarray]:
    """One row for each stretch of a line along one street; lines that are none of a street are refused."""
    streets = _streets(task)
    rows, parts = [], []
    for position, (line, shape) in enumerate(zip(frame.index, shapely.line_merge(shapes), strict=True)):
        code = str(frame["code"].iloc[position])
        if not _is_sound(shape, line, code, doubts):
            continue
        named = _named(frame["street"].iloc[position] if "street" in frame else None)
        found = list(_stretches(shape, _candidates(streets, named, line, doubts)))
        if not found and not named:
            doubts.add("NO_STREET_NEAR", line=line, value=code, outcome=Outcome.REFUSED, reach=FARTHEST_M)
        elif not named:
            told = ", ".join(dict.fromkeys(streets["code"].iloc[street] for street, _ in found))
            doubts.add("LAID_TO_STREETS", line=line, field="street", value=code, streets=told)
        for street, part in found:
            if part.intersects(streets["geometry"].iloc[street]):
                crossed = streets["code"].iloc[street]
                doubts.add(
                    "LINE_CROSSES_STREET", line=line, value=code, outcome=Outcome.REFUSED, street=crossed
                )
            rows.append((position, street))
            parts.append(part)
    refused = doubts.refused_lines()
    sound = [number for number, (position, _) in enumerate(rows) if frame.index[position] not in refused]
    rows, parts = [rows[number] for number in sound], [parts[number] for number in sound]
    kept = frame.iloc[[position for position, _ in rows]].drop(columns=["street"], errors="ignore")
    on = [street for _, street in rows]
    laid = kept.assign(street_lineage=[str(streets["lineage"].iloc[street]) for street in on])
    pieces = np.array(parts, dtype=object)
    _report_rivals(laid, pieces, streets.iloc[on], doubts)
    return laid, pieces


def _streets(task: Task) -> pd.DataFrame:
    """Streets in force on the first day of the lines."""
    rows = StreetSegment.objects.in_force(on=task.recipe.valid[0]).order_by("code", "pk")
    told = [(row.code, row.lineage, shapely.from_wkb(bytes(row.geometry.wkb))) for row in rows]
    return pd.DataFrame(told, columns=["code", "lineage", "geometry"])


def _is_sound(shape: shapely.Geometry, line: int, code: str, doubts: Doubts) -> bool:
    """Whether a shape is one line that does not turn back; otherwise it is refused."""
    if shape.geom_type != "LineString":
        count = shapely.get_num_geometries(shape)
        doubts.add("BROKEN_LINE", line=line, value=code, outcome=Outcome.REFUSED, count=count)
        return False
    runs = np.diff(shapely.get_coordinates(shape), axis=0)
    headings = np.degrees(np.arctan2(runs[:, 1], runs[:, 0]))
    turns = np.abs((np.diff(headings) + 180) % 360 - 180)
    if turns.max(initial=0) > SHARPEST_DEG:
        angle = round(float(turns.max()))
        doubts.add("LINE_TURNS_BACK", line=line, value=code, outcome=Outcome.REFUSED, angle=angle)
        return False
    return True


def _named(cell: object) -> list[str]:
    if not isinstance(cell, str):
        return []
    return [code.strip() for code in cell.replace("،", ",").replace(";", ",").split(",") if code.strip()]


def _candidates(streets: pd.DataFrame, named: list[str], line: int, doubts: Doubts) -> pd.DataFrame:
    """The streets that a line may belong to: those it names, or all."""
    if not named:
        return streets
    for code in named:
        if not (streets["code"] == code).any():
            doubts.add(
                "UNKNOWN_STREET",
                line=line,
                field="street",
                value=code,
                outcome=Outcome.REFUSED,
                street=code,
            )
    return streets[streets["code"].isin(named)]


def _stretches(line: shapely.LineString, streets: pd.DataFrame) -> Iterator[tuple[int, shapely.LineString]]:
    """Rows of the streets along which a line runs, each with the stretch of it beside that street."""
    if streets.empty:
        return
    stations = np.linspace(0.0, line.length, max(2, round(line.length / STEP_M) + 1))
    points = shapely.line_interpolate_point(line, stations)
    tree = shapely.STRtree(streets["geometry"].to_numpy())
    asked, found = tree.query_nearest(points, max_distance=FARTHEST_M, all_matches=False)
    nearest = np.full(len(points), -1)
    nearest[asked] = found
    for street in dict.fromkeys(nearest[nearest >= 0].tolist()):
        beside = stations[nearest == street]
        if beside[-1] - beside[0] < min(SHORTEST_M, line.length / 2):
            continue
        first, last = max(0.0, beside[0] - OVERLAP_M), min(line.length, beside[-1] + OVERLAP_M)
        yield int(streets.index[street]), substring(line, first, last)


def _report_rivals(laid: pd.DataFrame, parts: np.ndarray, streets: pd.DataFrame, doubts: Doubts) -> None:
    """Lines of one side of one street that lie beside each other: which of them holds nobody can say."""
    middles = streets["geometry"].to_numpy()
    ends = [shapely.line_locate_point(middles, shapely.get_point(parts, end)) for end in (0, -1)]
    low, high = np.minimum(*ends), np.maximum(*ends)
    across = shapely.shortest_line(shapely.line_interpolate_point(parts, 0.5, normalized=True), middles)
    for street in laid["street_lineage"].unique():
        here = np.flatnonzero((laid["street_lineage"] == street).to_numpy())
        for place, one in enumerate(here):
            for other in here[place + 1 :]:
                common_m = min(high[one], high[other]) - max(low[one], low[other])
                same_line = laid["code"].iloc[one] == laid["code"].iloc[other]
                apart = shapely.intersects(
                    shapely.shortest_line(shapely.get_point(across[one], 0), parts[other]), middles[one]
                )
                if common_m > SHORTEST_M and not same_line and not apart:
                    doubts.add(
                        "LINES_OF_ONE_SIDE",
                        line=laid.index[other],
                        value=laid["code"].iloc[other],
                        other=laid["code"].iloc[one],
                        street=streets["code"].iloc[one],
                        length=round(float(common_m), 1),
                    )


KIND = features.FeatureKind(
    model=CorrectedLine,
    layer_kind=Layer.Kind.CORRECTED_LINES,
    fields={"code": Field("code", required=True), "street": Field("code"), "sheet": Field()},
    dimension=1,
    key="code",
    check=_laid_to_streets,
)
