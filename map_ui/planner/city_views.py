"""The planner's maps of the whole city: allowed density, what is not known, where rules contradict."""

from typing import Any

from django.contrib.gis.db.models import Extent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gis_core import crs
from gis_core.constraints import ENGINE_VERSION
from gis_core.errors import NotFound
from layers import catalog
from layers.models import District
from map_ui.map_config import map_config
from map_ui.planner import city_result
from map_ui.planner.city_scale import LENSES, Lens, breaks_of, classes_of
from parcels.city_wide.models import CityEvaluation


@require_safe
def city(request: HttpRequest) -> HttpResponse:
    """One map of the newest evaluation of the whole city (`?run=` an earlier one), its numbers beside."""
    lens = LENSES.get(request.GET.get("lens", ""), LENSES["density"])
    run = _run(request.GET.get("run", ""))
    tabs = [{"key": one.key, "title": _(one.title), "current": one is lens} for one in LENSES.values()]
    context: dict[str, Any] = {"run": run, "lens": lens, "tabs": tabs}
    if run is not None:
        context |= _shown(run, lens, request.GET.get("district", ""))
    return render(request, "planner/city.html", context)


def _run(asked: str) -> CityEvaluation | None:
    if not asked:
        return city_result.newest()
    found = (
        CityEvaluation.objects.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() else None
    )
    if found is None:
        raise NotFound(
            "چنین محاسبه‌ای از همهٔ شهر نیست.", "There is no such evaluation of the city.", {"run": asked[:20]}
        )
    return found


def _shown(run: CityEvaluation, lens: Lens, district: str) -> dict[str, Any]:
    values = city_result.block_values(run, lens.field)
    breaks = breaks_of(lens, values)
    config = map_config(on=run.on, only=("base", "corrected"))
    extent = _extent(run, district)
    if extent:
        config["extent"] = extent
    return {
        "runs": CityEvaluation.objects.order_by("-created_at")[:20],
        "districts": city_result.districts(run),
        "whole": city_result.whole(run),
        "chosen": district if extent else "",
        "reasons": city_result.reasons(run),
        "contradictions": city_result.contradictions(run),
        "classes": classes_of(lens, values, breaks),
        "published_since": city_result.published_since(run),
        "other_engine": ENGINE_VERSION if city_result.computed_by_another_engine(run) else "",
        "is_today": run.on == timezone.localdate(),
        "map_config": config,
        "corrected": any(entry["key"] == "corrected" for entry in config["sets"]),
        "city_config": _city_config(run, lens, breaks),
    }


def _city_config(run: CityEvaluation, lens: Lens, breaks: tuple[float, ...]) -> dict[str, Any]:
    address = reverse("city-tile", args=[run.pk, 0, 0, 0]).replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")
    return {
        "tiles": address,
        "minzoom": catalog.CITY_RESULT.layers[0].zooms[0],
        "maxzoom": catalog.DEEPEST_ZOOM,
        "lens": lens.key,
        "field": lens.field,
        "breaks": breaks,
        "colours": lens.colours[: len(breaks) + 1],
        "parcel": reverse("parcel", args=["KEY"]),
        "words": {
            "block": _(
                "A block of {lots} lots: density {far}, reachable {reachable} percent;"
                " not known of {unknown}, contradictions on {conflicts}."
            ),
            "lot": _("Lot {key}: density {far} percent, floor area {area} square metres."),
            "lot_unknown": _("Lot {key}: its floor area is not known. {reason}"),
            "lot_conflict": _("Rules that contradict each other: {rules}."),
            "unknown": _("not known"),
            "open": _("Open the parcel"),
            "nothing": _("There is no lot at this place."),
        },
        "reasons": city_result.reason_words(run),
    }


def _extent(run: CityEvaluation, district: str) -> list[float] | None:
    """West, south, east, north of a district in degrees; None without one of that code."""
    if not district:
        return None
    rows = District.objects.in_force(on=run.on).filter(level=District.Level.DISTRICT, code=district[:20])
    found = rows.aggregate(extent=Extent("geometry"))["extent"]
    if not found:
        return None
    west, south = crs.to_lonlat(found[0], found[1])
    east, north = crs.to_lonlat(found[2], found[3])
    return [round(float(value), 6) for value in (west, south, east, north)]
