"""Zoning by day as JSON: the versions and their periods, and the zones of a window."""

import json

from django.contrib.gis.geos import Polygon
from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from gis_core import crs
from gis_core.errors import BadInput, NotFound
from layers.models import Layer, LayerVersion
from layers.versions import version_in_force
from layers.zoning.models import Zone
from map_ui.api.asked import ON, asked_day

MOST_ZONES = 2000


@extend_schema(responses={200: OpenApiTypes.OBJECT}, summary="Published versions of the zoning plan")
@api_view(["GET"])
def versions(request: HttpRequest) -> Response:
    """Versions as known now, the newest first; `until` is the first day on which one no longer holds."""
    rows = LayerVersion.objects.filter(
        layer__kind=Layer.Kind.ZONING, status=LayerVersion.Status.IN_FORCE, known__upper_inf=True
    ).select_related("source")
    told = [
        {
            "number": row.number,
            "from": row.valid.lower,
            "until": row.valid.upper,
            "source_fa": row.source.title_fa if row.source else None,
            "source_en": row.source.title_en if row.source else None,
            "positional_accuracy_m": row.positional_accuracy_m,
        }
        for row in rows.order_by("-valid")
    ]
    return Response({"versions": told})


@extend_schema(
    parameters=[
        OpenApiParameter("bbox", str, required=True, description="west,south,east,north in degrees"),
        ON,
    ],
    responses={200: OpenApiTypes.OBJECT},
    summary="Zones in a window on a day, as GeoJSON",
)
@api_view(["GET"])
def zones(request: HttpRequest) -> Response:
    """At most 2000 zones; `complete` says whether there were more."""
    on = asked_day(request)
    zoning = Layer.objects.filter(kind=Layer.Kind.ZONING).first()
    held = version_in_force(zoning.key, on=on) if zoning else None
    if held is None:
        raise NotFound(
            "در این روز طرح نافذی نداریم.", "No published plan covers that day: the zone is not known."
        )
    rows = Zone.objects.filter(layer_version=held, geometry__bboverlaps=_window(request)).order_by("pk")
    found = list(rows[: MOST_ZONES + 1])
    features = [
        {
            "type": "Feature",
            "id": str(zone.lineage),
            "properties": {"code": zone.code, "name_fa": zone.name_fa, "name_en": zone.name_en},
            "geometry": json.loads(zone.geometry.transform(crs.LONLAT, clone=True).geojson),
        }
        for zone in found[:MOST_ZONES]
    ]
    return Response(
        {
            "type": "FeatureCollection",
            "version": held.number,
            "complete": len(found) <= MOST_ZONES,
            "features": features,
        }
    )


def _window(request: HttpRequest) -> Polygon:
    try:
        west, south, east, north = (float(part) for part in request.GET.get("bbox", "").split(","))
    except ValueError as error:
        raise _no_window() from error
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise _no_window()
    box = Polygon.from_bbox((west, south, east, north))
    box.srid = crs.LONLAT
    return box.transform(crs.metric_srid(), clone=True)


def _no_window() -> BadInput:
    return BadInput(
        "bbox باید چهار عدد باشد: غرب، جنوب، شرق، شمال به درجه.",
        "bbox must be four numbers: west, south, east, north in degrees.",
        {"name": "bbox"},
    )
