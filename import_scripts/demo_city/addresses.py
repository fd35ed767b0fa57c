"""Gives every lot with a passage an address: its widest front's street, and a number along it."""

import numpy as np
import pandas as pd
import shapely

from gis_core.persian import normalise, persian_digits
from import_scripts.beyond_edges import PASSAGE
from import_scripts.demo_city import reference as ref
from import_scripts.demo_city.city import DemoCity
from import_scripts.frontages import Edges


def addresses(city: DemoCity, edges: Edges) -> pd.DataFrame:
    """
    One address a lot: `row` in `city.parcels`, street, number, text, search key and the point of its door.

    Odd numbers stand on the left of the centreline, even ones on the right, in the order of the street.
    """
    fronts = _main_fronts(city, edges)
    lots, segments = city.parcels, city.segments
    street = segments["name_fa"].to_numpy()[edges.street[fronts]]
    row = edges.parcel[fronts]
    doors = _doors(edges, fronts)
    key, side = _along(city, edges.street[fronts], doors)
    frame = pd.DataFrame({"row": row, "street_name": street, "geometry": doors, "along": key, "side": side})
    frame = frame.sort_values(["street_name", "side", "along", "row"], kind="stable").reset_index(drop=True)
    order = frame.groupby(["street_name", "side"]).cumcount()
    number = (2 * order + 1 + frame["side"]).astype(int)
    is_reference = lots["key"].to_numpy()[frame["row"]] == ref.KEY
    taken = (frame["street_name"] == ref.STREET_NAMES["front"]) & (number == ref.HOUSE) & ~is_reference
    number[taken] = int(number[is_reference].iloc[0]) if is_reference.any() else 0
    number[is_reference] = ref.HOUSE
    frame["number"] = number.astype(str)
    frame["text"] = [
        _text(name, house, known)
        for name, house, known in zip(frame["street_name"], frame["number"], is_reference, strict=True)
    ]
    frame["search_key"] = [normalise(text) for text in frame["text"]]
    return frame.drop(columns=["along", "side"])


def _text(street: str, number: str, is_reference: bool) -> str:
    corner = f"، نبش {ref.STREET_NAMES['side']}" if is_reference else ""
    return f"{street}{corner}، پلاک {persian_digits(number)}"


def _main_fronts(city: DemoCity, edges: Edges) -> np.ndarray:
    """For each lot with a passage its edge on the widest street; the reference lot's is its named front."""
    names = city.segments["name_fa"].to_numpy()
    widths = city.segments["existing_width_m"].to_numpy()
    rows = np.flatnonzero((edges.kind == PASSAGE) & (edges.street >= 0) & (edges.length_m > 0.5))
    weight = widths[edges.street[rows]] + edges.length_m[rows] * 0.01
    is_reference = city.parcels["key"].to_numpy()[edges.parcel[rows]] == ref.KEY
    weight[is_reference & (names[edges.street[rows]] == ref.STREET_NAMES["front"])] += 1000
    order = np.lexsort((-weight, edges.parcel[rows]))
    first = np.r_[True, np.diff(edges.parcel[rows][order]) > 0] if len(rows) else np.zeros(0, bool)
    return rows[order][first]


def _doors(edges: Edges, fronts: np.ndarray) -> np.ndarray:
    lines = [shapely.LineString(edges.points[edges.starts[k] : edges.starts[k + 1]]) for k in fronts]
    return shapely.line_interpolate_point(np.array(lines, dtype=object), 0.5, normalized=True)


def _along(city: DemoCity, segment: np.ndarray, doors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where a door stands along its street (segment first), and on which side: 0 left, 1 right."""
    lines = city.segments["geometry"].to_numpy()[segment]
    at = shapely.line_locate_point(lines, doors)
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(at - 0.5, 0)))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, at + 0.5))
    t, d = ahead - here, shapely.get_coordinates(doors) - here
    right = t[:, 0] * d[:, 1] - t[:, 1] * d[:, 0] < 0
    return segment * 10_000.0 + at, right.astype(int)
