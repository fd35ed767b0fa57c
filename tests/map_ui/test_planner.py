"""A planner edits one polygon in a draft, a second person publishes it, and the plan by day shows it."""

import json
from datetime import date

import pytest
import shapely
from django.apps import apps
from django.test import Client

from gis_core import crs
from gis_core.models import Role, RoleGrant, User
from layers.models import Layer, LayerVersion
from layers.zoning.models import Zone
from map_ui.planner.shapes import as_text
from tests.builders import LONG_AGO, ORIGIN, published_layer, zoned

pytestmark = pytest.mark.django_db
X, Y = ORIGIN


def signed_in(role: Role) -> Client:
    user = User.objects.create(username=role.value)
    RoleGrant.objects.create(user=user, role=role, valid=(LONG_AGO, None))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def planner() -> Client:
    return signed_in(Role.PLANNER)


@pytest.fixture
def draft(planner) -> LayerVersion:
    version = published_layer("zoning", Layer.Kind.ZONING)
    zoned("R121", ring=shapely.box(X - 100, Y - 100, X, Y + 100), version=version)
    zoned("M112", ring=shapely.box(X, Y - 100, X + 100, Y + 100), version=version)
    planner.post("/plans/open", {"title": "محور مختلط"})
    return LayerVersion.objects.get(status=LayerVersion.Status.DRAFT)


def zone_of(draft: LayerVersion, code: str) -> Zone:
    return Zone.objects.get(layer_version=draft, code=code)


def drawn(*rings: tuple[Zone, shapely.Polygon]) -> str:
    """What the map sends: shapes in degrees, as they come back from the browser."""
    zones = []
    for zone, ring in rings:
        in_degrees = crs.transform(ring, crs.metric_srid(), crs.LONLAT)
        zones.append({"id": zone.pk, "geometry": json.loads(shapely.to_geojson(in_degrees))})
    return json.dumps({"zones": zones})


def test_a_shared_border_dragged_on_the_map_moves_both_zones_and_leaves_no_crack(planner, draft):
    west, east = zone_of(draft, "R121"), zone_of(draft, "M112")
    body = drawn(
        (west, shapely.box(X - 100, Y - 100, X + 7, Y + 100)),
        (east, shapely.box(X + 7, Y - 100, X + 100, Y + 100)),
    )
    answer = planner.post(f"/plans/{draft.pk}/zones", body, content_type="application/json")
    assert answer.status_code == 200
    shapes = [shapely.from_wkb(bytes(zone_of(draft, code).geometry.wkb)) for code in ("R121", "M112")]
    assert shapely.coverage_is_valid(shapes)
    assert [shape.area for shape in shapes] == pytest.approx([21_400.0, 18_600.0], abs=0.01)


def test_a_border_nobody_moved_comes_back_from_the_map_exactly_as_it_was(planner, draft):
    west = zone_of(draft, "R121")
    ring = shapely.from_wkb(bytes(west.geometry.wkb))
    planner.post(f"/plans/{draft.pk}/zones", drawn((west, ring)), content_type="application/json")
    assert shapely.equals(shapely.from_wkb(bytes(zone_of(draft, "R121").geometry.wkb)), ring)


def test_the_same_edit_is_possible_without_the_map(planner, draft):
    east = zone_of(draft, "M112")
    ring = [(X, Y - 100), (X + 90, Y - 100), (X + 90, Y + 100), (X, Y + 100)]
    corners = "\n".join(f"{east:.3f} {north:.3f}" for east, north in ring)
    planner.post(f"/plans/{draft.pk}/zones", {"zone": east.pk, "code": "M112", "coordinates": corners})
    assert zone_of(draft, "M112").geometry.area == pytest.approx(18_000.0)


def test_a_corner_that_is_no_number_is_told_by_its_line(planner, draft):
    east = zone_of(draft, "M112")
    answer = planner.post(
        f"/plans/{draft.pk}/zones", {"zone": east.pk, "code": "M112", "coordinates": "1 2\nnorth 4\n5 6"}
    )
    assert answer.status_code == 400
    assert "سطر" in answer.content.decode()


def test_a_draft_with_a_gap_is_not_handed_over(planner, draft):
    east = zone_of(draft, "M112")
    body = drawn((east, shapely.box(X + 2, Y - 100, X + 100, Y + 100)))
    planner.post(f"/plans/{draft.pk}/zones", body, content_type="application/json")
    assert planner.post(f"/plans/{draft.pk}/submit").status_code == 400
    draft.refresh_from_db()
    assert draft.status == LayerVersion.Status.DRAFT


def test_another_planner_cannot_change_this_draft(draft):
    other = User.objects.create(username="another")
    RoleGrant.objects.create(user=other, role=Role.PLANNER, valid=(LONG_AGO, None))
    client = Client()
    client.force_login(other)
    answer = client.post(f"/plans/{draft.pk}/zones", {"zone": zone_of(draft, "M112").pk, "code": "G111"})
    assert answer.status_code == 403


def test_the_plan_of_a_day_is_the_published_one_of_that_day(planner, draft):
    zone = zone_of(draft, "M112")
    same_border = {"zone": zone.pk, "code": "S121", "coordinates": as_text(zone.geometry)}
    planner.post(f"/plans/{draft.pk}/zones", same_border)
    planner.post(f"/plans/{draft.pk}/submit")
    approver = signed_in(Role.PLAN_APPROVER)
    answer = approver.post(f"/plans/{draft.pk}/publish", {"from_day": "۱۵۰۰/۰۱/۰۱"})
    assert answer.status_code == 302
    new_year = date(2121, 3, 21)
    assert "S121" in planner.get("/plans/", {"on": new_year.isoformat()}).content.decode()
    assert "S121" not in planner.get("/plans/", {"on": "2121-03-20"}).content.decode()


def test_a_mistake_in_a_zone_or_a_day_is_said_on_the_same_page_and_what_was_typed_stays(planner, draft):
    east = zone_of(draft, "M112")
    typed = {"zone": east.pk, "code": "S221", "coordinates": f"{X} {Y}\nnorth"}
    told = planner.post(f"/plans/{draft.pk}/zones", typed)
    assert told.status_code == 400
    assert "سطر ۲ دو عدد" in told.content.decode()
    assert f"{X} {Y}\nnorth" in told.content.decode()
    asked = planner.get("/plans/", {"on": "چرند"})
    assert asked.status_code == 400
    assert 'value="چرند"' in asked.content.decode()
    assert "R121" in asked.content.decode()  # today's plan stands there meanwhile


@pytest.mark.parametrize("day", ["1404/01/01", "چرند", ""])
def test_a_day_on_which_nothing_can_come_into_force_keeps_the_draft_in_review(planner, draft, day):
    zone = zone_of(draft, "M112")
    same_border = {"zone": zone.pk, "code": "S221", "coordinates": as_text(zone.geometry)}
    planner.post(f"/plans/{draft.pk}/zones", same_border)
    planner.post(f"/plans/{draft.pk}/submit")
    approver = signed_in(Role.PLAN_APPROVER)
    told = approver.post(f"/plans/{draft.pk}/publish", {"from_day": day})
    assert told.status_code == 400
    assert 'role="alert"' in told.content.decode()
    draft.refresh_from_db()
    assert draft.status == LayerVersion.Status.IN_REVIEW


def test_a_plan_that_bears_its_layers_name_is_called_in_the_language_of_the_page(planner):
    version = published_layer("zoning", Layer.Kind.ZONING)
    zoned("R121", version=version)
    Layer.objects.filter(key="zoning").update(title_fa="طرح تفصیلی", title_en="Detailed plan")
    LayerVersion.objects.filter(pk=version.pk).update(title="طرح تفصیلی")
    english = planner.get("/plans/", headers={"accept-language": "en"}).content.decode()
    assert "Detailed plan" in english
    assert "طرح تفصیلی" not in english
    assert "طرح تفصیلی" in planner.get("/plans/", headers={"accept-language": "fa"}).content.decode()


def test_a_border_that_crosses_itself_is_refused_whole_with_the_reason(planner, draft):
    west, east = zone_of(draft, "R121"), zone_of(draft, "M112")
    crossing = shapely.Polygon([(X, Y - 100), (X + 100, Y + 100), (X + 100, Y - 100), (X, Y + 100)])
    body = drawn((west, shapely.box(X - 100, Y - 100, X + 7, Y + 100)), (east, crossing))
    answer = planner.post(f"/plans/{draft.pk}/zones", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_INPUT")
    assert answer.json()["message_fa"] == "مرز پهنه خودش را قطع می‌کند؛ رأس آخر را برگردانید."
    assert zone_of(draft, "R121").geometry.area == pytest.approx(20_000.0)


def test_the_history_of_changes_says_who_opened_a_draft(draft):
    event = apps.get_model("layers", "LayerVersionEvent").objects.filter(pgh_obj_id=draft.pk).first()
    told = event.pgh_context.metadata
    assert (told["user"], told["url"]) == (draft.created_by_id, "/plans/open")
