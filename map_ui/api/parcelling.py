"""Subdivision and consolidation as JSON: every check with its measure and limit, codes and sentences."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from gis_core import crs
from gis_core.constraints.dividing import Check, Divided
from gis_core.constraints.findings import Reason, as_document, geojson
from gis_core.constraints.parcelling import GROUNDS
from map_ui.api.asked import ON, asked_day
from map_ui.parcelling.asked import MOST_PARTS, from_json
from map_ui.parcelling.forced import ground_of, spared_line
from map_ui.parcelling.judging import divided, land_of
from map_ui.parcelling.merging import Compared, chosen_lots, compared, merged
from map_ui.parcelling.words import merging_lines, name_of, sentence_of, verdict_of
from parcels import queries

_SUBDIVISION = inline_serializer(
    "Subdivision",
    {
        "parts": serializers.IntegerField(
            required=False, min_value=2, max_value=MOST_PARTS, help_text="Lots of one area; or `lots`."
        ),
        "how": serializers.ChoiceField(
            required=False, choices=["BESIDE", "BEHIND"], help_text="How `parts` lie, seen from the street."
        ),
        "lots": serializers.ListField(
            child=serializers.DictField(), required=False, help_text="GeoJSON Polygons, in `crs`."
        ),
        "roads": serializers.ListField(
            child=serializers.DictField(), required=False, help_text="GeoJSON Polygons, in `crs`."
        ),
        "crs": serializers.CharField(required=False, help_text="EPSG:4326 unless said, or the city's own."),
        "forced": serializers.ChoiceField(
            required=False, choices=list(GROUNDS), help_text="What forces the subdivision, if anything does."
        ),
    },
)


@extend_schema(
    request={"application/json": _SUBDIVISION},
    parameters=[ON],
    responses={200: OpenApiTypes.OBJECT},
    summary="Whether a parcel may be divided so, lot by lot",
    description="The lots and roads are to tile what widening leaves of the parcel (`land`); corners within "
    "3 cm of its border lie on it. Every check has `measured`, `limit` and `by`, how much it fails by. "
    "`unknown`: there is no rule, or the land is not known. A subdivision that is `forced` on a ground that "
    "the rule names is spared its sizes: what of them would fail is `not_asked`, and `forced` in the answer "
    "says who may ask and what must prove it. Nothing is kept.",
)
@api_view(["POST"])
@parser_classes([JSONParser])
def subdivision(request: Request, key: str) -> Response:
    """The judged lots of a proposed subdivision."""
    on = asked_day(request)
    asked = from_json(request.data)
    held = land_of(queries.parcel_by_key(key, on=on), on=on)
    found = divided(asked, held)
    told = {
        "engine": held.document["engine"],
        "on": held.document["on"],
        "known_at": held.document["known_at"],
        "parcel": held.document["parcel"],
        "crs": f"EPSG:{crs.metric_srid()}",
        "state": found.state,
        **{f"sentence_{language}": verdict_of(found) for language in _each_language()},
        "land": geojson(held.land),
        "land_m2": _rounded(found.land_m2),
        "land_state": found.land_state,
        "reason": _reason(found.reason),
        "rule": None if found.rule is None else dict(vars(found.rule)),
        "checks": [_check(check) for check in found.of_lot(None)],
        "lots": [_lot(found, number) for number in range(len(found.lots))],
        "roads": [geojson(road) for road in found.roads],
        "may_subdivide": held.document["findings"]["may_subdivide"],
        "forced": _forced(found),
        "shares": None if found.shares is None else {k: _rounded(v) for k, v in vars(found.shares).items()},
        "unknown": held.document["unknown"],
    }
    return Response(told)


@extend_schema(
    parameters=[
        OpenApiParameter(
            "with", str, required=True, many=True, description="Keys of the lots to join it with, one each."
        ),
        ON,
    ],
    responses={200: OpenApiTypes.OBJECT},
    summary="What lots would have as one lot, and whether they may become one",
    description="Whose the lots are is neither asked nor told: the check of owners is `unknown`. `together` "
    "is the whole evaluation of the one lot, null where they are not one piece of ground.",
)
@api_view(["GET"])
def consolidation(request: HttpRequest, key: str) -> Response:
    """Lots apart and together, and the checks of the rule on consolidation."""
    on = asked_day(request)
    lots = chosen_lots(queries.parcel_by_key(key, on=on), request.GET.getlist("with"), on=on)
    found = merged(lots, on=on)
    judged = found.judgement.found
    reasons = judged.reasons if judged else ()
    limit = {"limit": found.limit_m}
    lines = {language: merging_lines(reasons, limit) if judged else () for language in _each_language()}
    documents = [as_document(one) for one in found.separate]
    told = {
        "engine": documents[0]["engine"],
        "on": documents[0]["on"],
        "known_at": documents[0]["known_at"],
        "crs": f"EPSG:{crs.metric_srid()}",
        "state": "unknown" if judged is None else "fails" if reasons else "conditional",
        "reason": _reason(found.judgement.reason),
        "rule": None if found.judgement.rule is None else dict(vars(found.judgement.rule)),
        "checks": [
            {
                "code": fa.code,
                "state": fa.state,
                **{f"name_{one}": lines[one][number].name for one in lines},
                **{f"sentence_{one}": lines[one][number].sentence for one in lines},
            }
            for number, fa in enumerate(lines["fa"])
        ],
        "shared_edge_m": None if judged is None else _rounded(judged.shared_edge_m),
        "shared_edge_min_m": _rounded(found.limit_m),
        "separate": documents,
        "together": None if found.together is None else as_document(found.together),
        "compared": [_compared(one) for one in compared(found)],
    }
    return Response(told)


def _forced(found: Divided) -> dict[str, Any] | None:
    """What is said to force a subdivision, and whether it spares it its sizes; null where nothing is said."""
    if not found.ground:
        return None
    told: dict[str, Any] = {"ground": found.ground, "spares_sizes": found.spared}
    for language in _each_language():
        ground = ground_of(found.ground)
        told |= {
            f"sentence_{language}": spared_line(found),
            f"who_{language}": ground.who,
            f"proof_{language}": ground.proof,
        }
    return told


def _lot(found: Divided, lot: int) -> dict[str, Any]:
    checks = found.of_lot(lot)
    fails = [check.code for check in checks if check.fails]
    return {
        "number": lot + 1,
        "state": "fails" if fails else "passes" if checks else "unknown",
        "fails": fails,
        "area_m2": _rounded(found.area_m2[lot]),
        "frontage_m": _rounded(found.frontage_m[lot]),
        "access_m": _rounded(found.access_m[lot]),
        "width_m": _rounded(found.width_m[lot]),
        "checks": [_check(check) for check in checks],
        "geometry": geojson(found.lots[lot]),
    }


def _check(check: Check) -> dict[str, Any]:
    told = {
        "code": check.code,
        "state": "passes" if check.passes else "fails" if check.fails else "not_asked",
        "measured": _rounded(check.measured),
        "limit": _rounded(check.limit),
        "by": _rounded(check.by),
        "unit": check.unit or None,
    }
    for language in _each_language():
        told |= {f"name_{language}": name_of(check.code), f"sentence_{language}": sentence_of(check)}
    return told


def _compared(one: Compared) -> dict[str, Any]:
    return {
        "key": one.key,
        "unit": one.unit,
        "state": one.state,
        "apart": _rounded(one.apart),
        "together": _rounded(one.together),
        "difference": _rounded(one.difference),
    }


def _reason(reason: Reason | None) -> dict[str, Any] | None:
    if reason is None:
        return None
    return {"code": reason.code, "args": {name: _rounded(value) for name, value in reason.args.items()}}


def _rounded(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return None if value != value else round(float(value), 6)


def _each_language() -> Iterator[str]:
    for language in ("fa", "en"):
        with translation.override(language):
            yield language
