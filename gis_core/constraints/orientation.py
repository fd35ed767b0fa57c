"""Finds which way a lot looks (زمین شمالی / جنوبی) and from where to where its depth is measured."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Proj, Transformer

from gis_core.constraints.plane import Floats, Ints, Shapes, or_none

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
    lines, line_owner = shapely.get_parts(frontages, return_index=True)
    points, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    start, run = points[:-1][same], np.diff(points, axis=0)[same]
    of_lot = np.asarray(lot)[line_owner[owner[:-1][same]]]
    normal = np.column_stack([run[:, 1], -run[:, 0]])
    length = np.hypot(*run.T)
    keep = length > 0
    start, run, normal, of_lot, length = start[keep], run[keep], normal[keep], of_lot[keep], length[keep]
    # A centimetre beyond the middle of the segment is outside, or the normal points the wrong way.
    probe = start + run / 2 + normal / length[:, None] * 0.01
    inward = shapely.contains_xy(lots[of_lot], probe[:, 0], probe[:, 1])
    normal[inward] *= -1
    sums = np.zeros((len(lots), 2))
    np.add.at(sums, of_lot, normal)
    azimuth = np.degrees(np.arctan2(sums[:, 0], sums[:, 1])) % 360
    return np.where(np.hypot(*sums.T) > 1e-9, azimuth, np.nan)


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
    sector = ((np.where(known, azimuth_deg, 0.0) + 45.0) // 90.0).astype(int) % 4
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
    where = np.array([sides.get(kind, "DESK") for kind in types], dtype=object)
    southward = np.where(np.cos(np.radians(azimuth_deg + 90.0)) < 0, azimuth_deg + 90.0, azimuth_deg - 90.0)
    found = np.where(where == "NORTH", southward, np.nan)
    found = np.where(where == "AT_FRONTAGE", azimuth_deg + 180.0, found)
    return np.where(where == "OPPOSITE_FRONTAGE", azimuth_deg, found) % 360
