"""Reads how a lot is to be divided: into even parts, by drawn lines, or as shapes that were sent."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.cutting import cut_by_lines, cut_evenly
from gis_core.constraints.parcelling import GROUNDS
from gis_core.constraints.plane import Shapes, shapes
from gis_core.errors import BadInput
from gis_core.persian import latin_digits
from map_ui.proposals.building import bad
from map_ui.proposals.sent import footprint_of

MOST_PARTS, MOST_LINES, MOST_SHAPES = 40, 40, 200
MOST_BYTES = 1_000_000
_WAYS = {"BESIDE", "BEHIND"}
_BETWEEN = re.compile(r"[\s,;،؛]+")


@dataclass(frozen=True)
class Asked:
    """
    How a lot is to be divided, as it was told.

    `parts` of one area, BESIDE or BEHIND one another (`how`); or drawn `lines`; or `lots` and `roads` as
    shapes (metric CRS). `nothing` is told while all are empty. `forced`: what is said to
    force it, if anything.
    """

    parts: int = 0
    how: str = "BESIDE"
    lines: tuple[shapely.LineString, ...] = ()
    lots: tuple[shapely.Polygon, ...] = ()
    roads: tuple[shapely.Polygon, ...] = ()
    forced: str = ""

    @property
    def nothing(self) -> bool:
        """Whether nothing at all is told."""
        return not (self.parts or self.lines or self.lots)

    def drawn(self, land: shapely.Polygon, along: np.ndarray) -> tuple[Shapes, Shapes]:
        """The lots and the roads into which the land is to be divided; `along` (2,): the way of its front."""
        if self.lots:
            return shapes(*self.lots), shapes(*self.roads)
        if self.lines:
            return cut_by_lines(land, self.lines), shapes()
        how = "BEHIND" if self.how == "BEHIND" else "BESIDE"
        return cut_evenly(land, self.parts, along, how), shapes()


def parts_of(text: str) -> int:
    """
    How many parts were asked for.

    Raises
    ------
    BadInput
        When it is no whole number, or too many.

    Examples
    --------
    >>> parts_of("۴")
    4
    """
    digits = latin_digits(text.strip())
    if not digits.isdecimal() or len(digits) > 3 or not 2 <= int(digits) <= MOST_PARTS:
        raise bad(
            "parts",
            f"شمار قطعه‌ها عددی درست از ۲ تا {MOST_PARTS} است.",
            f"The number of lots is a whole number from 2 to {MOST_PARTS}.",
        )
    return int(digits)


def ground_of(text: str) -> str:
    """
    What is said to force a subdivision; empty where nothing is said.

    Raises
    ------
    BadInput
        When it is none of the grounds that there are.

    Examples
    --------
    >>> ground_of("COURT")
    'COURT'
    """
    if text and text not in GROUNDS:
        named = ", ".join(GROUNDS)
        raise bad("forced", f"forced یکی از اینهاست: {named}.", f"forced is one of: {named}.")
    return text


def lines_of(text: str, origin: tuple[float, float]) -> tuple[shapely.LineString, ...]:
    """
    Drawn lines, one on each row: metres east and north of `origin`, point after point.

    Raises
    ------
    BadInput
        When a row is not such a line; the sentence names the row.

    Examples
    --------
    >>> lines_of("0 5, 20 5", (100.0, 200.0))
    (<LINESTRING (100 205, 120 205)>,)
    """
    rows = [
        row.strip()
        for row in latin_digits(text).replace("٫", ".").replace("−", "-").splitlines()
        if row.strip()
    ]
    if len(rows) > MOST_LINES:
        raise bad("cuts", f"خط‌ها بیش از {MOST_LINES} است.", f"There are more than {MOST_LINES} lines.")
    return tuple(_line(row, number, origin) for number, row in enumerate(rows, start=1))


def _line(row: str, number: int, origin: tuple[float, float]) -> shapely.LineString:
    wrong = bad(
        "cuts",
        f"خط {number}: چهار عدد بنویسید، شرق و شمالِ آغاز و شرق و شمالِ پایان، به متر.",
        f"Line {number}: write four numbers, east and north of its start and of its end, in metres.",
    )
    try:
        values = [float(part) for part in _BETWEEN.split(row) if part]
    except ValueError:
        raise wrong from None
    if len(values) < 4 or len(values) % 2 or len(values) > 200 or not np.all(np.abs(values) < 1e5):
        raise wrong
    points = np.array(values).reshape(-1, 2) + origin
    if (np.hypot(*np.diff(points, axis=0).T) < 0.01).any():
        raise wrong
    return shapely.LineString(points)


def shapes_of(sent: Any, reference: Any = None) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """
    Lots and roads of a GeoJSON FeatureCollection, a list of polygons, or one polygon.

    A feature whose property `kind` is `road` is a road. `reference` names the CRS; degrees unless said.

    Raises
    ------
    BadInput
        When it is none of these, or one of its polygons cannot be read; the sentence numbers it.
    """
    features = sent.get("features") if isinstance(sent, Mapping) and "features" in sent else sent
    listed = features if isinstance(features, list) else [features]
    if not listed or len(listed) > MOST_SHAPES:
        raise bad(
            "lots",
            f"از یک تا {MOST_SHAPES} قطعه بفرستید.",
            f"Send from 1 to {MOST_SHAPES} lots.",
        )
    lots, roads = [], []
    for number, feature in enumerate(listed, start=1):
        is_road = False
        geometry = feature
        if isinstance(feature, Mapping) and feature.get("type") == "Feature":
            about = feature.get("properties")
            is_road = isinstance(about, Mapping) and about.get("kind") == "road"
            geometry = feature.get("geometry")
        (roads if is_road else lots).append(_polygon(geometry, reference, number))
    if not lots:
        raise bad("lots", "در این شکل‌ها قطعه‌ای نیست، فقط گذر است.", "There is no lot among the shapes.")
    return tuple(lots), tuple(roads)


def _polygon(geometry: Any, reference: Any, number: int) -> shapely.Polygon:
    try:
        return footprint_of(geometry, reference)
    except BadInput as trouble:
        if trouble.details.get("name") == "crs":
            raise
        raise bad(
            "lots",
            f"شکل {number}: یک Polygon بسته در GeoJSON بفرستید که دورش خودش را قطع نکند.",
            f"Shape {number}: send a closed Polygon in GeoJSON whose outline does not cross itself.",
        ) from trouble


def document_of(text: str | bytes) -> tuple[Any, Any]:
    """
    A GeoJSON document and the CRS that it names, as `EPSG:…`; None where it names none.

    Raises
    ------
    BadInput
        When it is too long or no JSON.
    """
    if len(text) > MOST_BYTES:
        raise bad("lots", "پرونده بیش از یک مگابایت است.", "The file is larger than one megabyte.")
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        raise bad("lots", "این GeoJSON خوانده نشد.", "This GeoJSON cannot be read.") from None
    named = sent.get("crs") if isinstance(sent, Mapping) else None
    if isinstance(named, Mapping) and isinstance(named.get("properties"), Mapping):
        named = str(named["properties"].get("name", "")).rpartition(":")[2]
        named = None if named in ("CRS84", "") else f"EPSG:{named}"
    return sent, named


def from_json(sent: Any) -> Asked:
    """
    Read a division that was sent as JSON: `parts` with `how`, or `lots` with `roads` and `crs`; `forced`.

    Raises
    ------
    BadInput
        In one sentence, with the field's name in the details.

    Examples
    --------
    >>> from_json({"parts": 3}).parts
    3
    """
    if not isinstance(sent, Mapping):
        raise BadInput("تفکیک باید یک شیء JSON باشد.", "A subdivision must be a JSON object.")
    unknown = sorted(set(map(str, sent)) - {"parts", "how", "lots", "roads", "crs", "forced"})
    if unknown:
        name = unknown[0][:40]
        raise bad(unknown[0], f"«{name}» را نمی‌شناسیم.", f"“{name}” is not a field of a subdivision.")
    if (sent.get("lots") is None) == (sent.get("parts") is None):
        raise bad(
            "lots",
            "یکی را بگویید: lots (شکل قطعه‌ها) یا parts (شمار قطعه‌ها).",
            "Tell one of them: lots (their shapes) or parts (their number).",
        )
    forced = ground_of(str(sent.get("forced") or ""))
    if sent.get("lots") is not None:
        lots, more = shapes_of(sent["lots"], sent.get("crs"))
        roads = shapes_of(sent["roads"], sent.get("crs"))[0] if sent.get("roads") else ()
        return Asked(lots=lots, roads=(*more, *roads), forced=forced)
    if isinstance(sent["parts"], bool) or not isinstance(sent["parts"], int):
        raise bad("parts", "parts باید عدد درست باشد.", "parts must be a whole number.")
    how = sent.get("how", "BESIDE")
    if how not in _WAYS:
        raise bad("how", "how باید BESIDE یا BEHIND باشد.", "how must be BESIDE or BEHIND.")
    return Asked(parts=parts_of(str(sent["parts"])), how=how, forced=forced)
