"""Finds which way a lot looks (زمین شمالی / جنوبی) and from where to where its depth is measured."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Proj, Transformer

from gis_core.constraints.loops.frontages import ways_out
from gis_core.constraints.plane import Floats, Ints, Shapes, or_none, rings_of

#: So far beside the middle of a frontage it is looked which of its sides is the lot's, in metres.
BESIDE_M = 0.01
SECTORS = ("SOUTH_LOT", "FRONTAGE_EAST", "NORTH_LOT", "FRONTAGE_WEST")


def frontage_azimuths_deg(lots: Shapes, lot: Ints, frontages: Shapes) -> Floats:
    """
    Outward azimuth of the frontage of each lot, degrees clockwise from grid north; NaN without one.

    `frontages`: (m,) lines of the lots `lot`. The outward normals of their segments are added up,
    weighted by length.

    Examples
    --------
    >>> lots = np.array([shapely.box(0, 0, 12, 25)], dtype=object)
    >>> front = np.array([shapely.LineString([(0, 0), (12, 0)])], dtype=object)
    >>> frontage_azimuths_deg(lots, np.array([0]), front).tolist()
    [180.0]
    """
    lines, line = shapely.get_parts(frontages, return_index=True)
    points, line_of = shapely.get_coordinates(lines, return_index=True)
    corners, ring_of, lot_of, _ = rings_of(lots)
    sums = ways_out(points, line_of, lot[line], corners, ring_of, lot_of, len(lots), BESIDE_M)
    azimuth = np.degrees(np.arctan2(sums[:, 0], sums[:, 1])) % 360
    return np.where(np.hypot(sums[:, 0], sums[:, 1]) > 1e-9, azimuth, np.nan)


def convergence_deg(points: Floats, epsg: int) -> Floats:
    """
    Grid convergence at points (n, 2) of a projected system, degrees, positive east of the central meridian.

    Examples
    --------
    >>> convergence_deg(np.array([[560012.0, 3610050.0]]), 32639).round(3).tolist()
    [0.345]
    """
    to_lonlat = Transformer.from_crs(epsg, 4326, always_xy=True)
    lon, lat = to_lonlat.transform(points[:, 0], points[:, 1])
    return np.asarray(Proj(epsg).get_factors(lon, lat).meridian_convergence, dtype=float)


def lot_types(azimuth_deg: Floats) -> NDArray[np.object_]:
    """
    `NORTH_LOT` (frontage looks south), `SOUTH_LOT`, `FRONTAGE_EAST`, `FRONTAGE_WEST`; None where not known.

    Examples
    --------
    >>> lot_types(np.array([180.0, 7.0])).tolist()
    ['NORTH_LOT', 'SOUTH_LOT']
    """
    known = ~np.isnan(azimuth_deg)
    # A frontage on a diagonal itself begins the next sector, however its coordinates were rounded.
    sector = ((np.round(np.where(known, azimuth_deg, 0.0), 6) + 45.0) // 90.0).astype(int) % 4
    return or_none(known, np.array(SECTORS, dtype=object)[sector])


def near_a_diagonal(azimuth_deg: Floats, within_deg: float) -> NDArray[np.bool_]:
    """Where the azimuth is so near to the end of a sector that a person is asked."""
    to_diagonal = np.abs((np.asarray(azimuth_deg) - 45.0 + 45.0) % 90.0 - 45.0)
    return to_diagonal <= within_deg + 1e-9


def depth_azimuths_deg(azimuth_deg: Floats, types: NDArray[np.object_], sides: Mapping[str, Any]) -> Floats:
    """
    Azimuth from the building's side of the lot to its yard; NaN where a desk decides.

    `sides` says per type of lot where the building stands: AT_FRONTAGE, OPPOSITE_FRONTAGE, NORTH (across
    the frontage, towards north) or DESK.

    Examples
    --------
    >>> south = depth_azimuths_deg(np.array([7.0]), np.array(["SOUTH_LOT"]), {"SOUTH_LOT": "AT_FRONTAGE"})
    >>> south.tolist()
    [187.0]
    """
    side = [sides.get(kind, "DESK") for kind in types]
    turn = {"AT_FRONTAGE": 180.0, "OPPOSITE_FRONTAGE": 0.0}
    found = azimuth_deg + np.array([turn.get(where, np.nan) for where in side])
    if "NORTH" in side:
        found = np.where(np.array(side) == "NORTH", _southward_deg(azimuth_deg), found)
    return found % 360


def _southward_deg(azimuth_deg: Floats) -> Floats:
    """Of the two azimuths across, the one that looks south."""
    right, left = azimuth_deg + 90.0, azimuth_deg - 90.0
    return np.where(np.cos(np.radians(right)) < 0, right, left)
