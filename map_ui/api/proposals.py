"""A proposed building as JSON: sent to a parcel, judged point by point, each with code and sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from gis_core import crs
from gis_core.constraints.findings import Reason, geojson
from gis_core.constraints.proposal import Judgement
from map_ui.api.asked import ON, asked_day
from map_ui.proposals.judging import Held, Judged, held_on, judged, mended
from map_ui.proposals.sent import from_json
from map_ui.sheet.light import light_reason
from map_ui.sheet.proposal import point_in_words, proposal_sheet
from parcels import queries

_PART = inline_serializer(
    "BuiltPart",
    {
        "kind": serializers.CharField(help_text="As the COUNT rule names it, such as ROOM."),
        "area_m2": serializers.FloatField(min_value=0),
    },
)
_PROPOSAL = inline_serializer(
    "Proposal",
    {
        "storeys": serializers.FloatField(required=False, min_value=0.5, max_value=200),
        "footprint": serializers.DictField(
            required=False, help_text="GeoJSON Polygon, in `crs`; or one of the next three."
        ),
        "crs": serializers.CharField(required=False, help_text="EPSG:4326 unless said, or the city's own."),
        "footprint_m2": serializers.FloatField(required=False, help_text="Only the area."),
        "width_m": serializers.FloatField(required=False, help_text="Along the street, with `depth_m`."),
        "depth_m": serializers.FloatField(required=False),
        "units": serializers.IntegerField(required=False, help_text="Number of dwellings."),
        "unit_m2": serializers.FloatField(required=False, help_text="Area of each of them."),
        "units_m2": serializers.ListField(
            child=serializers.FloatField(), required=False, help_text="Or their areas one by one."
        ),
        "bays": serializers.IntegerField(required=False, min_value=0),
        "uses": serializers.ListField(child=serializers.CharField(), required=False),
        "use_areas_m2": serializers.DictField(
            child=serializers.FloatField(),
            required=False,
            help_text="Area of each use beside dwellings, by name; it needs bays as the PARK rule says.",
        ),
        "height_m": serializers.FloatField(required=False),
        "projection_m": serializers.FloatField(required=False, help_text="Over the street."),
        "parts": serializers.ListField(child=_PART, required=False),
    },
)


@extend_schema(
    request={"application/json": _PROPOSAL},
    parameters=[ON],
    responses={200: OpenApiTypes.OBJECT},
    summary="Whether a proposed building is permitted on a parcel, point by point",
    description="Every field may be left out; what is not told is not judged, and a proposal that tells "
    "nothing is `unknown`. `fails` comes with `excess` and a `remedy`, `unknown` with a `reason`. Nothing "
    "is kept.",
)
@api_view(["POST"])
@parser_classes([JSONParser])
def proposal(request: Request, key: str) -> Response:
    """The judged points of a proposal, what would make it pass, and the choices that the parcel offers."""
    on = asked_day(request)
    building = from_json(request.data)
    held = held_on(queries.parcel_by_key(key, on=on), on=on)
    found = judged(building, held)
    better = mended(found, held)
    told = {
        "engine": held.evaluation.engine,
        "on": held.document["on"],
        "known_at": held.document["known_at"],
        "parcel": held.document["parcel"],
        "crs": f"EPSG:{crs.metric_srid()}",
        **_verdict(found, held),
        "footprint": geojson(found.proposal.footprint),
        "would_pass": _told(better) if better else None,
        "unknown": held.document["unknown"],
        "choices": [
            {**choice, "light": light_reason(held.document, choice)} for choice in held.document["choices"]
        ],
    }
    return Response(told)


def _verdict(found: Judged, held: Held) -> dict[str, Any]:
    sentences = {}
    for language in _each_language():
        sentences[f"sentence_{language}"] = proposal_sheet(found.verdict, held.document).verdict
    points = [_point(judgement, held.document) for judgement in found.verdict.judgements]
    return {"state": found.verdict.state, **sentences, "judgements": points}


def _point(judgement: Judgement, document: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "key": judgement.key,
        "state": judgement.state,
        "proposed": _rounded(judgement.proposed),
        "limit": _rounded(judgement.limit),
        "excess": _rounded(judgement.excess),
        "unit": judgement.unit or None,
        "finding": judgement.finding,
        "remedy": _reason(judgement.remedy),
        "reason": _reason(judgement.reason),
    }
    for language in _each_language():
        said = point_in_words(judgement, document)
        told |= {f"name_{language}": said.name, f"sentence_{language}": said.sentence}
    return told


def _told(better: Judged) -> dict[str, Any]:
    """The building that would pass, in the fields of a proposal."""
    building = better.building
    told = {
        "state": better.verdict.state,
        "storeys": building.storeys,
        "width_m": building.width_m,
        "depth_m": building.depth_m,
        "footprint_m2": _rounded(building.covered_m2),
        "bays": building.bays,
        "height_m": _rounded(building.height_m),
        "projection_m": _rounded(building.projection_m),
        "uses": list(building.uses),
        "use_areas_m2": dict(building.use_areas_m2) or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _reason(reason: Reason | None) -> dict[str, Any] | None:
    if reason is None:
        return None
    return {"code": reason.code, "args": {name: _rounded(value) for name, value in reason.args.items()}}


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def _each_language() -> Iterator[str]:
    for language in ("fa", "en"):
        with translation.override(language):
            yield language
