"""What a drawing file of a parcel holds: its shapes by layer, and in words what is not known of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import shape

from gis_core.errors import NotFound
from map_ui import wording
from map_ui.accounts import layer_names
from map_ui.sheet.unknown import unknown_things

#: Layers of a drawing file in the order in which they are drawn, with their colour in drawing programs.
LAYERS: Mapping[str, int] = {
    "lot": 7,
    "ceded": 1,
    "widening_line": 1,
    "corrected_line": 10,
    "chamfer": 30,
    "net_lot": 3,
    "setbacks": 6,
    "depth_line": 4,
    "envelope": 5,
    "frontages": 8,
    "notes": 8,
}
#: Shapes of the evaluation that are a layer as they are, and the finding that measures each.
_AS_THEY_ARE = {
    "lot": ("parcel", "surveyed_area_m2"),
    "ceded": ("ceded", "widening_area_m2"),
    "chamfer": ("chamfer", "chamfer_area_m2"),
    "net_lot": ("net", "net_area_m2"),
    "envelope": ("envelope", "envelope_area_m2"),
    "depth_line": ("line60", None),
}
#: Lines closer than this are one line: coordinates are written in whole millimetres.
SAME_LINE_M = 0.002
#: How far about the lot corrected lines are drawn, in metres.
ABOUT_M = 20.0


@dataclass(frozen=True)
class Drawn:
    """
    One thing of a drawing file: its layer, its shape in metres of the city's CRS, and what is said of it.

    `state` is that of the finding that measures it: `computed`, `conditional`, ...; "" where none does.
    """

    layer: str
    shape: shapely.Geometry
    state: str = ""
    area_m2: float | None = None
    text: str = ""


@dataclass(frozen=True)
class Corrected:
    """A corrected line (بر اصلاحی) of a street by the lot, in the city's CRS, and the sheet that draws it."""

    code: str
    sheet: str
    source: str
    line: shapely.Geometry


@dataclass(frozen=True)
class Extract:
    """A parcel's shapes and their words, in the language of the page, ready for a drawing file."""

    key: str
    on: str
    srid: int
    things: Sequence[Drawn]
    notes: Sequence[str]

    def of_layer(self, layer: str) -> list[Drawn]:
        """The things of one layer."""
        return [thing for thing in self.things if thing.layer == layer]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all of it."""
        return tuple(shapely.total_bounds([thing.shape for thing in self.things]).tolist())


def extract(
    document: Mapping[str, Any], *, srid: int, official: bool, corrected: Sequence[Corrected] = ()
) -> Extract:
    """
    The extract of an evaluation document (gis_core/constraints/README.md, "The document").

    `corrected`: corrected lines of its streets; those that speak for the lot are told from the others.

    Raises
    ------
    NotFound
        When the lot could not be judged, so that there is nothing to draw.
    """
    shapes = {name: shape(drawn) for name, drawn in document["geometries"].items()}
    if "parcel" not in shapes:
        raise NotFound(
            "شکل این قطعه داوری‌پذیر نبود؛ نقشه‌ای برای آن نیست.",
            "The shape of this parcel could not be judged; there is no drawing of it.",
            {"key": document["parcel"]["key"]},
        )
    things = [
        *_as_they_are(document, shapes),
        *_lines("widening_line", shapes.get("ceded"), shapes["parcel"]),
        *_corrected(document, corrected, shapes["parcel"]),
        *_lines("setbacks", shapes.get("buildable"), shapes.get("net")),
        *_frontages(document),
    ]
    return Extract(
        key=document["parcel"]["key"],
        on=document["on"],
        srid=srid,
        things=things,
        notes=[*_notes(document, srid, official), *_notes_of_lines(document, corrected)],
    )


def _as_they_are(document: Mapping[str, Any], shapes: Mapping[str, shapely.Geometry]) -> list[Drawn]:
    found = []
    for layer, (name, measured_by) in _AS_THEY_ARE.items():
        if name not in shapes:
            continue
        finding = document["findings"].get(measured_by, {}) if measured_by else {}
        parts = shapely.get_parts(shapes[name])
        told = finding.get("value") if len(parts) == 1 else None
        for part in parts:
            measured = round(part.area, 3) if told is None and part.geom_type == "Polygon" else told
            found.append(Drawn(layer, part, finding.get("state", ""), measured))
    return found


def _lines(layer: str, inner: shapely.Geometry | None, outer: shapely.Geometry | None) -> list[Drawn]:
    """The outline of one area where it is not the outline of the other: where land was taken from it."""
    if inner is None or outer is None:
        return []
    rest = shapely.difference(inner.boundary, shapely.buffer(outer.boundary, SAME_LINE_M))
    lines = shapely.get_parts(shapely.line_merge(rest))
    return [Drawn(layer, line) for line in lines if line.length > 2 * SAME_LINE_M]


def _corrected(
    document: Mapping[str, Any], lines: Sequence[Corrected], parcel: shapely.Geometry
) -> list[Drawn]:
    """The corrected lines by the lot, as far as they lie about it."""
    west, south, east, north = parcel.bounds
    about = shapely.box(west - ABOUT_M, south - ABOUT_M, east + ABOUT_M, north + ABOUT_M)
    state = document["findings"]["widening_area_m2"]["state"]
    speaking = _speaking(document)
    return [
        Drawn("corrected_line", part, state if one.code in speaking else "", text=_named(one))
        for one in lines
        for part in shapely.get_parts(shapely.line_merge(shapely.intersection(one.line, about)))
        if part.length > SAME_LINE_M
    ]


def _speaking(document: Mapping[str, Any]) -> set[str]:
    """Codes of the corrected lines on which what is ceded rests."""
    rules = [(finding.get("rule") or {}, finding["value"]) for finding in document["findings"].values()]
    return {str(value) for rule, value in rules if rule.get("kind") == "CORRECTED_LINE"}


def _named(one: Corrected) -> str:
    return _("Corrected line %(code)s") % {"code": " · ".join(filter(None, (one.code, one.sheet)))}


def _notes_of_lines(document: Mapping[str, Any], lines: Sequence[Corrected]) -> list[str]:
    """Who draws each corrected line, and which of them say nothing of this lot."""
    speaking = _speaking(document)
    return [
        _("%(line)s: %(source)s") % {"line": _named(one), "source": one.source}
        + ("" if one.code in speaking else _(" (says nothing of this parcel)"))
        for one in lines
    ]


def _frontages(document: Mapping[str, Any]) -> list[Drawn]:
    return [
        Drawn("frontages", shape(edge["geometry"]), text=_frontage_text(edge))
        for edge in document["edges"]
        if edge["kind"] == "passage" and edge["geometry"]
    ]


def _frontage_text(edge: Mapping[str, Any]) -> str:
    now, planned = edge["width_m"], edge["planned_width_m"]
    width = f"{now:.2f} m" if now is not None else _("width not known")
    later = f" → {planned:.2f} m" if planned is not None and planned != now else ""
    return f"{edge['street'] or ''} {width}{later}".strip()


def _notes(document: Mapping[str, Any], srid: int, official: bool) -> list[str]:
    """What must be read beside the drawing; what is not known comes first, and is never left out."""
    unknown = [f"{entry.name}: {entry.sentence}" for entry in unknown_things(document, layer_names(document))]
    unsure = [
        wording.amid(wording.finding_name(finding["key"]))
        for finding in document["findings"].values()
        if finding["state"] in ("conditional", "needs_inspection")
    ]
    notes = [_("Not known: %(thing)s") % {"thing": entry} for entry in unknown]
    if unsure:
        notes.append(_("Not final: %(names)s") % {"names": wording.listed(unsure)})
    notes += [
        _("Parcel %(key)s") % {"key": document["parcel"]["key"]},
        _("As of %(day)s; engine %(engine)s") % {"day": document["on"], "engine": document["engine"]},
        _("Coordinates in metres, EPSG:%(srid)s") % {"srid": srid},
        _("An extract for information; it permits nothing."),
    ]
    return notes if official else [*notes, _("Invented city: not an official document.")]
