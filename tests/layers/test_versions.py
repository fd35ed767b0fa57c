"""A plan is drafted, approved by a second person, and in force from its day on, not before."""

from datetime import UTC, date, datetime, timedelta

import pytest
import shapely

from gis_core.errors import BadInput, Conflict, Forbidden
from gis_core.models import User
from layers.models import Layer, LayerVersion
from layers.versions import change_zone, changes, open_draft, publish, submit, version_in_force
from layers.zoning.editing import findings
from layers.zoning.models import Zone
from tests.builders import ORIGIN, geos, published_layer, zoned

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
NEXT_MONTH = date(2026, 12, 22)


@pytest.fixture
def planner() -> User:
    return User.objects.create(username="planner")


@pytest.fixture
def approver() -> User:
    return User.objects.create(username="approver")


@pytest.fixture
def two_zones() -> LayerVersion:
    """Housing west of the reference lot, shops east of it, meeting in one border."""
    x, y = ORIGIN
    version = published_layer("zoning", Layer.Kind.ZONING)
    zoned("R121", ring=shapely.box(x - 100, y - 100, x, y + 100), version=version)
    zoned("M112", ring=shapely.box(x, y - 100, x + 100, y + 100), version=version)
    return version


def codes_on(day: date, known_at: datetime | None = None) -> list[str]:
    zones = Zone.objects.in_force(on=day, known_at=known_at).filter(layer_version__status="in_force")
    return sorted(zones.values_list("code", flat=True))


def drafted(planner: User, code: str = "S121") -> LayerVersion:
    draft = open_draft("zoning", title="axis", by=planner, on=TODAY)
    change_zone(draft, Zone.objects.get(layer_version=draft, code="M112"), code=code)
    return draft


def test_a_draft_changes_nobodys_answer(two_zones, planner):
    drafted(planner)
    assert codes_on(TODAY) == ["M112", "R121"]


def test_a_draft_says_what_it_changes(two_zones, planner):
    draft = drafted(planner)
    (change,) = changes(draft)
    assert (change.kind, change.code_before, change.code_after) == ("renamed", "M112", "S121")
    assert change.area_after_m2 == pytest.approx(20_000)


def test_a_published_plan_holds_from_its_day_and_not_the_day_before(two_zones, planner, approver):
    draft = drafted(planner)
    submit(draft)
    publish(draft, from_day=NEXT_MONTH, by=approver, at=NOW)
    assert codes_on(NEXT_MONTH - timedelta(days=1)) == ["M112", "R121"]
    assert codes_on(NEXT_MONTH) == ["R121", "S121"]


def test_what_we_knew_before_the_publication_can_still_be_asked(two_zones, planner, approver):
    draft = drafted(planner)
    submit(draft)
    publish(draft, from_day=NEXT_MONTH, by=approver, at=NOW)
    assert codes_on(NEXT_MONTH, known_at=NOW - timedelta(minutes=1)) == ["M112", "R121"]
    assert version_in_force("zoning", on=NEXT_MONTH, known_at=NOW - timedelta(minutes=1)) == two_zones


def test_a_draft_needs_a_second_person(two_zones, planner):
    draft = drafted(planner)
    submit(draft)
    with pytest.raises(Forbidden):
        publish(draft, from_day=NEXT_MONTH, by=planner, at=NOW)


def test_a_plan_cannot_come_into_force_yesterday(two_zones, planner, approver):
    draft = drafted(planner)
    submit(draft)
    with pytest.raises(BadInput):
        publish(draft, from_day=TODAY - timedelta(days=1), by=approver, at=NOW)


def test_a_submitted_draft_can_no_longer_be_edited(two_zones, planner):
    draft = drafted(planner)
    submit(draft)
    with pytest.raises(Conflict):
        change_zone(draft, Zone.objects.get(layer_version=draft, code="S121"), code="G111")


def test_a_draft_that_changes_nothing_is_not_handed_over(two_zones, planner):
    draft = open_draft("zoning", title="", by=planner, on=TODAY)
    with pytest.raises(BadInput):
        submit(draft)


def test_two_drafts_of_one_base_cannot_both_be_published(two_zones, planner, approver):
    first, second = drafted(planner), drafted(planner, code="G111")
    for draft in (first, second):
        submit(draft)
    publish(first, from_day=TODAY, by=approver, at=NOW + timedelta(hours=1))
    with pytest.raises(Conflict):
        publish(second, from_day=NEXT_MONTH, by=approver, at=NOW + timedelta(hours=2))


def test_a_border_moved_on_one_side_only_leaves_a_gap_that_must_be_mended(two_zones, planner):
    x, y = ORIGIN
    draft = open_draft("zoning", title="gap", by=planner, on=TODAY)
    shops = Zone.objects.get(layer_version=draft, code="M112")
    change_zone(draft, shops, geometry=geos(shapely.box(x + 0.84, y - 100, x + 100, y + 100)))
    (gap,) = findings(draft)
    assert (gap.kind, gap.blocking) == ("gap", True)
    assert sorted(gap.codes) == ["M112", "R121"]
    assert gap.width_m == pytest.approx(0.84, abs=0.002)
    assert gap.area_m2 == pytest.approx(168.0, abs=0.01)


def test_an_overlap_thinner_than_the_layers_accuracy_is_only_shown(two_zones, planner):
    x, y = ORIGIN
    draft = open_draft("zoning", title="sliver", by=planner, on=TODAY)
    shops = Zone.objects.get(layer_version=draft, code="M112")
    change_zone(draft, shops, geometry=geos(shapely.box(x - 0.02, y - 100, x + 100, y + 100)))
    (overlap,) = findings(draft)
    assert (overlap.kind, overlap.blocking) == ("overlap", False)
