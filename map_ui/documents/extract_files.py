"""Writes a parcel's extract as DXF for architects and as GeoPackage."""

import io
import re
import tempfile
from pathlib import Path
from textwrap import wrap

import ezdxf
import geopandas
import pandas as pd
import pyogrio
import shapely
from ezdxf.document import Drawing
from ezdxf.layouts import Modelspace

from map_ui.documents.extract import LAYERS, Drawn, Extract

#: Units of a DXF file in its own words: metres.
_METRES = 6
#: Height of letters and lines of notes, metres on the ground.
_TEXT_M, _LINE_M = 0.6, 1.0
_LINE_LETTERS = 90
#: A style of letters with a font that has the Persian ones.
_LETTERS = "pelak"
_GEOPACKAGE = "GPKG"


def as_dxf(extract: Extract) -> bytes:
    """
    The extract as DXF (AutoCAD 2010): layers named as in `extract.LAYERS`, metres of the city's CRS.

    An area is a closed line for each of its rings. Letters beyond ASCII are written as \\U+ codes, which
    every program reads alike; of UTF-8 some make another alphabet.
    """
    drawing = ezdxf.new("R2010", setup=True, units=_METRES)
    drawing.header["$MEASUREMENT"] = 1
    drawing.header.custom_vars.append("CRS", f"EPSG:{extract.srid}")
    drawing.header.custom_vars.append("PARCEL", extract.key)
    for name, colour in LAYERS.items():
        drawing.layers.add(name, color=colour)
    drawing.styles.add(_LETTERS, font="arial.ttf")
    space = drawing.modelspace()
    for thing in extract.things:
        _draw(space, thing)
    _write_notes(space, extract)
    _show_all(drawing, extract)
    written = io.StringIO()
    drawing.write(written)
    # "dxfreplace" of ezdxf writes the letters below U+0100 (· « ² ×) in a way that no program reads
    return re.sub(r"[^\x00-\x7f]", _coded, written.getvalue()).encode("ascii")


def _coded(letter: re.Match[str]) -> str:
    return f"\\U+{ord(letter[0]):04X}"


def as_geopackage(extract: Extract) -> bytes:
    """The extract as GeoPackage: a layer for each kind of shape, and the notes as a table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parcel.gpkg"
        for layer in LAYERS:
            things = extract.of_layer(layer)
            if things:
                pyogrio.write_dataframe(_frame(things, extract.srid), path, layer=layer, driver=_GEOPACKAGE)
        notes = pd.DataFrame({"note": list(extract.notes)})
        pyogrio.write_dataframe(notes, path, layer="notes", driver=_GEOPACKAGE)
        return path.read_bytes()


def _draw(space: Modelspace, thing: Drawn) -> None:
    on_layer = {"layer": thing.layer}
    if thing.shape.geom_type == "Polygon":
        for ring in (thing.shape.exterior, *thing.shape.interiors):
            space.add_lwpolyline(list(ring.coords)[:-1], close=True, dxfattribs=on_layer)
        return
    for line in shapely.get_parts(thing.shape):
        space.add_lwpolyline(list(line.coords), dxfattribs=on_layer)
    if thing.text:
        middle = shapely.line_interpolate_point(thing.shape, 0.5, normalized=True)
        _say(space, thing.layer, thing.text, (middle.x, middle.y))


def _write_notes(space: Modelspace, extract: Extract) -> None:
    """The notes under the drawing, in lines that can be read."""
    west, south, _east, _north = extract.bounds
    lines = [line for note in extract.notes for line in wrap(note, _LINE_LETTERS)]
    for number, line in enumerate(lines, start=2):
        _say(space, "notes", line, (west, south - number * _LINE_M))


def _say(space: Modelspace, layer: str, text: str, place: tuple[float, float]) -> None:
    """Words at a place; signs that a drawing program takes for orders are written as themselves."""
    written = re.sub(r"([\\{}])", r"\\\1", text)
    words = {"layer": layer, "style": _LETTERS, "char_height": _TEXT_M, "insert": place}
    space.add_mtext(written, dxfattribs=words)


def _show_all(drawing: Drawing, extract: Extract) -> None:
    """Open on the parcel, and not on the origin of the coordinates, thousands of kilometres away."""
    west, south, east, north = extract.bounds
    drawing.header["$EXTMIN"], drawing.header["$EXTMAX"] = (west, south, 0.0), (east, north, 0.0)
    height = 1.5 * max(north - south, east - west, 10.0)
    drawing.set_modelspace_vport(height=height, center=((west + east) / 2, (south + north) / 2))


def _frame(things: list[Drawn], srid: int) -> geopandas.GeoDataFrame:
    columns = {
        "state": [thing.state for thing in things],
        "area_m2": [thing.area_m2 for thing in things],
        "text": [thing.text for thing in things],
    }
    frame = pd.DataFrame(columns).astype({"area_m2": float})
    return geopandas.GeoDataFrame(frame, geometry=[thing.shape for thing in things], crs=srid)
