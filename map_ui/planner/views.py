"""The planner's pages: zoning by day, one draft with its zones, its way to approval and into force."""

import json
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gis_core import crs, jalali
from gis_core.access import allowed, require
from gis_core.errors import BadInput, NotFound, Trouble
from layers import versions
from layers.models import Layer, LayerVersion
from layers.zoning.editing import findings
from layers.zoning.models import Zone
from map_ui import wording
from map_ui.map_config import map_config
from map_ui.planner import shapes
from map_ui.planner.picture import zoning_picture

Status = LayerVersion.Status
OPEN_STATES = (Status.DRAFT, Status.IN_REVIEW)


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """Which plan holds on a day, all published versions with their periods, and the open drafts."""
    on, trouble = timezone.localdate(), None
    try:
        on = _asked_day(request.GET.get("on", ""))
    except BadInput as unread:
        trouble = unread
    zoning = Layer.objects.filter(kind=Layer.Kind.ZONING).first()
    held = versions.version_in_force(zoning.key, on=on) if zoning else None
    published = LayerVersion.objects.filter(layer=zoning, status=Status.IN_FORCE, known__upper_inf=True)
    context = {
        "on": on,
        "trouble": trouble,
        "held": held,
        "picture": zoning_picture(held) if held else None,
        "codes": _hectares(held) if held else [],
        "published": published.order_by("-valid").select_related("layer", "source"),
        "drafts": LayerVersion.objects.filter(layer=zoning, status__in=OPEN_STATES)
        .order_by("-number")
        .select_related("layer", "created_by"),
        "may_edit": allowed(request.scope, "edit_zoning"),
    }
    return render(request, "planner/plans.html", context, status=trouble.status if trouble else 200)


@require_POST
def open_plan(request: HttpRequest) -> HttpResponse:
    """Begin a draft from the version in force today."""
    zoning = Layer.objects.filter(kind=Layer.Kind.ZONING).first()
    if zoning is None:
        raise NotFound("شهر هنوز لایهٔ پهنه‌بندی ندارد.", "The city has no zoning layer yet.")
    title = request.POST.get("title", "").strip()[:200]
    draft = versions.open_draft(zoning.key, title=title, by=request.user, on=timezone.localdate())
    return redirect("plan-draft", draft.pk)


@require_safe
def draft_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One draft: its zones on a map and as a list, what it changes, what must be mended."""
    draft = _draft(pk)
    zone = Zone.objects.filter(layer_version=draft, pk=_number(request.GET.get("zone"))).first()
    return render(request, "planner/draft.html", _draft_context(request, draft, zone))


@require_safe
def zones_json(request: HttpRequest, pk: int) -> JsonResponse:
    """The zones of a version for the map, in degrees."""
    rows = Zone.objects.filter(layer_version_id=pk).only("code", "geometry")
    features = [
        {
            "type": "Feature",
            "id": zone.pk,
            "properties": {"code": zone.code},
            "geometry": json.loads(zone.geometry.transform(crs.LONLAT, clone=True).geojson),
        }
        for zone in rows
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a changed zone: shapes drawn on the map (JSON), or one zone typed in the form."""
    draft = _draft(pk)
    require(request.scope, "change_draft", draft)
    if request.content_type == "application/json":
        try:
            with transaction.atomic():
                _take_drawn(draft, request.body)
        except Trouble as trouble:
            told = {"code": trouble.code, "message_fa": trouble.fa, "message_en": trouble.en}
            return JsonResponse(told, status=trouble.status)
        return JsonResponse({"saved_at": timezone.localtime().strftime("%H:%M")})
    zone = _zone(draft, request.POST.get("zone"))
    values: dict[str, Any] = {"code": request.POST.get("code", "").strip()[:40] or zone.code}
    typed = request.POST.get("coordinates", "").strip()
    try:
        if typed.split() != shapes.as_text(zone.geometry).split():
            values["geometry"] = shapes.from_text(typed)
        versions.change_zone(draft, zone, **values)
    except BadInput as trouble:
        return _told(request, draft, zone, trouble)
    return redirect(f"{request.path.removesuffix('zones')}?zone={zone.pk}")


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a draft over for approval; one with something to mend stays."""
    draft = _draft(pk)
    require(request.scope, "change_draft", draft)
    if any(finding.blocking for finding in findings(draft)):
        gaps = BadInput(
            "نخست شکاف‌ها و هم‌پوشانی‌های پیش‌نویس را رفع کنید.",
            "Mend the draft's gaps and overlaps first.",
        )
        return _told(request, draft, None, gaps)
    versions.submit(draft)
    messages.success(request, _("The draft was sent for approval; it cannot be changed meanwhile."))
    return redirect("plan-draft", pk)


@require_POST
def put_in_force(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person approves, and names the day from which it holds."""
    draft = _draft(pk)
    require(request.scope, "approve_zoning", draft)
    if request.POST.get("send_back"):
        versions.send_back(draft)
        messages.success(request, _("The draft is with its planner again."))
        return redirect("plan-draft", pk)
    try:
        day = jalali.parse(request.POST.get("from_day", ""))
        versions.publish(draft, from_day=day, by=request.user)
    except BadInput as trouble:
        return _told(request, draft, None, trouble)
    messages.success(
        request, _("Published. Answers stand on this plan from %(day)s.") % {"day": wording.day(day)}
    )
    return redirect("plans")


def _told(request: HttpRequest, draft: LayerVersion, zone: Zone | None, trouble: BadInput) -> HttpResponse:
    """The draft with what was typed and the sentence of what is wrong with it."""
    draft.refresh_from_db()
    context = _draft_context(request, draft, zone) | {"trouble": trouble, "typed": request.POST}
    if zone is not None:
        context["coordinates"] = request.POST.get("coordinates", "")
    return render(request, "planner/draft.html", context, status=trouble.status)


def _draft_context(request: HttpRequest, draft: LayerVersion, zone: Zone | None) -> dict[str, Any]:
    found = findings(draft) if draft.status in OPEN_STATES else []
    blocking = sum(finding.blocking for finding in found)
    config = map_config(on=timezone.localdate())
    return {
        "draft": draft,
        "zones": Zone.objects.filter(layer_version=draft).order_by("code", "pk").only("code"),
        "zone": zone,
        "coordinates": shapes.as_text(zone.geometry) if zone else "",
        "codes": sorted(set(Zone.objects.filter(layer_version=draft).values_list("code", flat=True))),
        "changes": versions.changes(draft),
        "findings": found,
        "blocking": blocking,
        "may_change": draft.status == Status.DRAFT and allowed(request.scope, "change_draft", draft),
        "may_approve": draft.status == Status.IN_REVIEW and allowed(request.scope, "approve_zoning", draft),
        "map_config": config,
        "corrected": any(entry["key"] == "corrected" for entry in config["sets"]),
        "map_words": {"saved": _("Saved at"), "failed": _("Not saved"), "changed": _("Not saved yet")},
    }


def _take_drawn(draft: LayerVersion, body: bytes) -> None:
    try:
        drawn = [(int(row["id"]), row["geometry"]) for row in json.loads(body)["zones"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput("این فرستاده خوانده نشد.", "What was sent cannot be read.") from error
    known = shapes.vertices(list(Zone.objects.filter(layer_version=draft).values_list("geometry", flat=True)))
    for pk, geometry in drawn:
        versions.change_zone(draft, _zone(draft, pk), geometry=shapes.from_drawing(geometry, known))


def _draft(pk: int) -> LayerVersion:
    draft = LayerVersion.objects.filter(pk=pk, layer__kind=Layer.Kind.ZONING).select_related("layer").first()
    if draft is None:
        raise NotFound("چنین پیش‌نویسی نیست.", "There is no such draft.")
    return draft


def _zone(draft: LayerVersion, pk: Any) -> Zone:
    zone = Zone.objects.filter(layer_version=draft, pk=_number(pk)).first()
    if zone is None:
        raise NotFound("این پهنه در این پیش‌نویس نیست.", "This zone is not in this draft.")
    return zone


def _number(value: Any) -> int | None:
    return int(value) if str(value or "").isascii() and str(value or "").isdigit() else None


def _hectares(version: LayerVersion) -> list[tuple[str, float]]:
    """Codes of a version with their hectares, the largest first."""
    sums: dict[str, float] = {}
    for code, geometry in Zone.objects.filter(layer_version=version).values_list("code", "geometry"):
        sums[code] = sums.get(code, 0.0) + geometry.area / 10_000
    return sorted(sums.items(), key=lambda pair: -pair[1])


def _asked_day(text: str) -> date:
    return jalali.parse(text) if text.strip() else timezone.localdate()
