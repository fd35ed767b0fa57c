"""Builders that name situations: what a test puts on the map, in the metric CRS of the demo city."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry

from layers.models import Layer, LayerVersion
from layers.network.models import StreetNode, StreetSegment
from layers.zoning.models import Rule, Zone
from parcels.models import Identifier, Parcel, ParcelEdges
from tests.gis_core.constraints.scenes import RULES

LONG_AGO = date(2020, 1, 1)
ORIGIN = (560012.35, 3610047.80)  # where the reference lot of rules.md section 22 stands


def geos(geometry: shapely.Geometry) -> GEOSGeometry:
    """A shapely geometry for a column of the database."""
    from gis_core.crs import metric_srid

    return GEOSGeometry(memoryview(shapely.to_wkb(geometry)), srid=metric_srid())


def whole_city() -> shapely.MultiPolygon:
    """A surveyed extent that reaches ten kilometres round the reference lot."""
    x, y = ORIGIN
    return shapely.MultiPolygon([shapely.box(x - 10_000, y - 10_000, x + 10_000, y + 10_000)])


def published_layer(key: str, kind: str, *, valid_from: date = LONG_AGO, **values: Any) -> LayerVersion:
    """A layer with one published version, surveyed over the whole city unless said otherwise."""
    layer, _ = Layer.objects.get_or_create(key=key, defaults={"kind": kind, "title_fa": key, "title_en": key})
    extent = values.pop("surveyed_extent", whole_city())
    version = LayerVersion.objects.create(
        layer=layer,
        number=values.pop("number", 1),
        status=LayerVersion.Status.IN_FORCE,
        valid=values.pop("valid", (valid_from, None)),
        known=(datetime(2020, 1, 1, tzinfo=UTC), None),
        surveyed_extent=geos(extent) if extent is not None else None,
        positional_accuracy_m=values.pop("positional_accuracy_m", 0.05),
        **values,
    )
    version.refresh_from_db()
    return version


def plot(
    ring: shapely.Polygon, key: str, *, edges: list[dict[str, Any]] | None = None, **values: Any
) -> Parcel:
    """A parcel with its edges; areas are taken from the shape unless given."""
    parcel = Parcel.objects.create(
        key=key,
        surveyed_area_m2=values.pop("surveyed_area_m2", ring.area),
        deed_area_m2=values.pop("deed_area_m2", ring.area),
        positional_accuracy_m=values.pop("positional_accuracy_m", 0.05),
        valid=values.pop("valid", (LONG_AGO, None)),
        known=values.pop("known", (datetime(2020, 1, 1, tzinfo=UTC), None)),
        geometry=geos(ring),
        **values,
    )
    Identifier.objects.create(parcel=parcel, kind="renovation_code", value=key, search_key=key)
    edges = edges or []
    access = any(edge["kind"] == "passage" for edge in edges)
    ParcelEdges.objects.create(parcel=parcel, edges=edges, has_access=access)
    return parcel


def edge(
    kind: str, line: list[tuple[float, float]], street: uuid.UUID | None = None, **values: Any
) -> dict[str, Any]:
    """One edge of a parcel as the frontage derivation stores it."""
    return {
        "kind": kind,
        "line": [list(point) for point in line],
        "length_m": shapely.LineString(line).length,
        "street": str(street) if street else None,
        "measured_width_m": values.get("measured_width_m"),
        "attribute_width_m": values.get("attribute_width_m"),
    }


def street(
    version: LayerVersion,
    line: shapely.LineString,
    name_fa: str = "",
    *,
    nodes: tuple[int, int] | None = None,
    **values: Any,
) -> StreetSegment:
    """A street segment between two nodes that are told, or made for it."""
    first, last = nodes or _nodes_at_ends(version, line)
    return StreetSegment.objects.create(
        layer_version=version,
        name_fa=name_fa,
        street_class=values.pop("street_class", StreetSegment.StreetClass.LOCAL),
        from_node=first,
        to_node=last,
        length_m=line.length,
        geometry=geos(line),
        valid=(LONG_AGO, None),
        known=(datetime(2020, 1, 1, tzinfo=UTC), None),
        **values,
    )


def _nodes_at_ends(version: LayerVersion, line: shapely.LineString) -> tuple[int, int]:
    first = StreetNode.objects.filter(layer_version=version).count() + 1
    for number, point in ((first, line.coords[0]), (first + 1, line.coords[-1])):
        StreetNode.objects.create(layer_version=version, number=number, geometry=geos(shapely.Point(point)))
    return first, first + 1


def corner_plot(key: str = "3-2-45-17-0-0-0") -> Parcel:
    """
    The reference lot of rules.md section 22: 12 x 25 m on the corner of an 8 m street that becomes 12 m.

    Its front faces south, its side street lies east; west and north are neighbours.
    """
    x, y = ORIGIN
    streets = published_layer("streets", Layer.Kind.STREETS)
    front = street(
        streets,
        shapely.LineString([(x - 40, y - 4), (x + 60, y - 4)]),
        "کوچهٔ سرو",
        existing_width_m=8.0,
        planned_width_m=12.0,
    )
    side = street(
        streets,
        shapely.LineString([(x + 16, y - 40), (x + 16, y + 70)]),
        "کوچهٔ نارون",
        existing_width_m=8.0,
        planned_width_m=8.0,
    )
    edges = [
        edge("passage", [(x, y), (x + 12, y)], front.lineage, measured_width_m=8.0, attribute_width_m=8.0),
        edge(
            "passage",
            [(x + 12, y), (x + 12, y + 25)],
            side.lineage,
            measured_width_m=8.0,
            attribute_width_m=8.0,
        ),
        edge("neighbour", [(x + 12, y + 25), (x, y + 25)]),
        edge("neighbour", [(x, y + 25), (x, y)]),
    ]
    return plot(shapely.box(x, y, x + 12, y + 25), key, edges=edges, deed_area_m2=300.0, district_code="3")


def zoned(
    code: str = "R121", *, ring: shapely.Polygon | None = None, version: LayerVersion | None = None
) -> Zone:
    """A zone over all that surrounds the reference lot, or over the ring given."""
    x, y = ORIGIN
    version = version or published_layer("zoning", Layer.Kind.ZONING)
    return Zone.objects.create(
        layer_version=version,
        code=code,
        geometry=geos(ring or shapely.box(x - 500, y - 500, x + 500, y + 500)),
        valid=(version.valid.lower, None),
        known=version.known,
    )


def rule(code: str, kind: str, params: dict[str, Any], **values: Any) -> Rule:
    """A rule in force for long."""
    return Rule.objects.create(
        code=code,
        kind=kind,
        params=params,
        valid=values.pop("valid", (LONG_AGO, None)),
        known=(datetime(2020, 1, 1, tzinfo=UTC), None),
        **values,
    )


def rule_pack() -> None:
    """The plain rule pack of the engine's tests, as rows."""
    for kind, value in RULES.items():
        rule(value.code, kind, dict(value.params), zone_code=value.zone_code, area_basis=value.area_basis)


def reference_lot(key: str = "3-2-45-17-0-0-0") -> Parcel:
    """The reference lot of the rule book on its corner, in its zone, under the plain rule pack."""
    zoned()
    rule_pack()
    return corner_plot(key)
