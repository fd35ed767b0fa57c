"""Reads a proposal that was sent as JSON, with its footprint as GeoJSON; one clear sentence per error."""

import math
from collections.abc import Mapping
from typing import Any

import shapely

from gis_core import crs
from gis_core.constraints.counting import BuiltPart
from gis_core.errors import BadInput
from map_ui.proposals.building import (
    FIELDS,
    MOST_UNITS,
    MOST_USES,
    Building,
    bad,
    incomplete,
    named_uses,
    not_a_number,
    within,
)

MOST_PARTS = 200
MOST_CORNERS = 10_000


def from_json(sent: Any) -> Building:
    """
    Read a proposal that was sent as JSON; a field that nobody knows is refused, for it would not be judged.

    Raises
    ------
    BadInput
        In one sentence, with the field's name in the details.

    Examples
    --------
    >>> from_json({"storeys": 4, "units_m2": [82.5, 82.5]}).units_m2
    (82.5, 82.5)
    """
    if not isinstance(sent, Mapping):
        raise BadInput("طرح پیشنهادی باید یک شیء JSON باشد.", "A proposal must be a JSON object.")
    unknown = sorted(set(map(str, sent)) - set(READERS))
    if unknown:
        raise bad(
            unknown[0],
            f"«{unknown[0][:40]}» را نمی‌شناسیم.",
            f"“{unknown[0][:40]}” is not a field of a proposal.",
        )
    told = {name: READERS[name](sent[name]) for name in sent if sent[name] is not None and name != "crs"}
    if "footprint" in told and {"width_m", "depth_m", "footprint_m2"} & set(told):
        raise bad(
            "footprint",
            "سطح اشغال را یک بار بگویید: کشیده، یا با عرض و عمق، یا به مساحت.",
            "Tell the footprint once: drawn, by width and depth, or as an area.",
        )
    if "footprint" in told:
        told["footprint"] = footprint_of(told["footprint"], sent.get("crs"))
    for _name, trouble in incomplete(
        {"width": told.get("width_m"), "depth": told.get("depth_m"), "area": told.get("footprint_m2")}
    ):
        raise trouble
    if "use_areas_m2" in told:
        named = [*told.get("uses", ()), *(use for use, _ in told["use_areas_m2"])]
        told["uses"] = named_uses(named)
    if "footprint_m2" in told:
        told["area_m2"] = told.pop("footprint_m2")
    return Building(**told)


def footprint_of(geometry: Any, reference: Any = None) -> shapely.Polygon:
    """
    A GeoJSON polygon in the metric CRS; `reference` names its CRS, degrees (EPSG:4326) unless said.

    Raises
    ------
    BadInput
        When it is no polygon, has too many corners, crosses itself or lies nowhere on earth.
    """
    source = _reference(reference)
    polygon = _polygon(geometry)
    there = polygon if source == crs.metric_srid() else _in_metres(polygon)
    if not shapely.is_valid(there) or not there.area > 0:
        raise bad(
            "footprint",
            "دور سطح اشغال خودش را قطع می‌کند یا زمینی در بر ندارد.",
            "The outline of the footprint crosses itself or encloses no ground.",
        )
    return there


def _in_metres(polygon: shapely.Polygon) -> shapely.Polygon:
    west, south, east, north = polygon.bounds
    if not (-180 <= west <= east <= 180 and -85 <= south <= north <= 85):
        raise bad(
            "footprint",
            "مختصات سطح اشغال باید طول و عرض جغرافیایی به درجه باشد.",
            "The footprint's coordinates must be longitude and latitude in degrees.",
        )
    there = crs.transform(polygon, crs.LONLAT, crs.metric_srid())
    if not all(map(math.isfinite, there.bounds)):
        raise bad("footprint", "سطح اشغال بیرون از محدودهٔ شهر است.", "The footprint lies outside the city.")
    return there


def _reference(told: Any) -> int:
    known = {f"EPSG:{srid}": srid for srid in (crs.LONLAT, crs.metric_srid())}
    if told is None:
        return crs.LONLAT
    if told not in known:
        names = sorted(known)
        raise bad(
            "crs",
            f"crs باید یکی از این‌ها باشد: {'، '.join(names)}.",
            f"crs must be one of these: {', '.join(names)}.",
        )
    return known[told]


def _polygon(geometry: Any) -> shapely.Polygon:
    wrong = bad(
        "footprint", "footprint باید یک Polygon در GeoJSON باشد.", "footprint must be a Polygon in GeoJSON."
    )
    if not isinstance(geometry, Mapping) or geometry.get("type") != "Polygon":
        raise wrong
    rings = geometry.get("coordinates")
    if (
        not isinstance(rings, list)
        or not rings
        or not all(isinstance(ring, list) and len(ring) >= 4 for ring in rings)
    ):
        raise wrong
    if sum(map(len, rings)) > MOST_CORNERS:
        raise bad(
            "footprint",
            "سطح اشغال بیش از ده هزار گوشه دارد.",
            "The footprint has more than ten thousand corners.",
        )
    corners = [[_corner(point) for point in ring] for ring in rings]
    if any(corner is None for ring in corners for corner in ring) or any(
        ring[0] != ring[-1] for ring in corners
    ):
        raise wrong
    return shapely.Polygon(corners[0], corners[1:])


def _corner(point: Any) -> tuple[float, float] | None:
    if not isinstance(point, list) or len(point) < 2 or not all(_is_number(part) for part in point[:2]):
        return None
    return float(point[0]), float(point[1])


def _areas(areas: Any) -> tuple[float, ...]:
    if not isinstance(areas, list) or len(areas) > MOST_UNITS:
        raise bad(
            "units_m2",
            f"units_m2 باید فهرست مساحت واحدها باشد، تا {MOST_UNITS} واحد.",
            f"units_m2 must be a list of areas of dwellings, {MOST_UNITS} at most.",
        )
    return tuple(_number("unit_area", area) for area in areas)


def _parts(parts: Any) -> tuple[BuiltPart, ...]:
    right = isinstance(parts, list) and len(parts) <= MOST_PARTS
    if not right or not all(
        isinstance(part, Mapping) and isinstance(part.get("kind"), str) for part in parts
    ):
        raise bad(
            "parts",
            "parts باید فهرستی از بخش‌ها با kind و area_m2 باشد.",
            "parts must be a list of parts with kind and area_m2.",
        )
    return tuple(BuiltPart(part["kind"][:60], _number("part_area", part.get("area_m2"))) for part in parts)


def _use_areas(areas: Any) -> tuple[tuple[str, float], ...]:
    if not isinstance(areas, Mapping) or len(areas) > MOST_USES:
        raise bad(
            "use_areas_m2",
            "use_areas_m2 باید مساحت هر کاربری را با نام آن بگوید.",
            "use_areas_m2 must be an object of areas by the names of uses.",
        )
    named = named_uses([str(use) for use in areas])
    return tuple((use, _number("use_area", areas[use])) for use in named)


def _number(name: str, value: Any) -> float:
    field = FIELDS[name]
    if not _is_number(value):
        raise not_a_number(field)
    return within(field, value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


#: The fields of a proposal in JSON, by what reads each.
READERS: dict[str, Any] = {
    "storeys": lambda value: _number("storeys", value),
    "width_m": lambda value: _number("width", value),
    "depth_m": lambda value: _number("depth", value),
    "footprint_m2": lambda value: _number("area", value),
    "footprint": lambda value: value,
    "crs": lambda value: value,
    "units": lambda value: int(_number("units", value)),
    "unit_m2": lambda value: _number("unit_area", value),
    "units_m2": _areas,
    "bays": lambda value: int(_number("bays", value)),
    "uses": named_uses,
    "use_areas_m2": _use_areas,
    "height_m": lambda value: _number("height", value),
    "projection_m": lambda value: _number("projection", value),
    "parts": _parts,
}
