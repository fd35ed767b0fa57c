"""The offices' page and its JSON: order by travel time, open or closed in words, unreachable said."""

from datetime import UTC, date, datetime, time

import pytest
import shapely
from django.urls import reverse
from django.utils import translation

from gis_core import crs
from layers.models import Layer
from layers.network.travel import forget_networks
from layers.offices.models import Office, OpeningHours
from map_ui.offices.rows import minutes_words
from parcels.service_requests.models import Service
from tests.builders import LONG_AGO, ORIGIN, geos, plot, published_layer, street

pytestmark = pytest.mark.django_db

X, Y = ORIGIN
MOMENT = "2026-11-22T10:00"
KNOWN = (datetime(2020, 1, 1, tzinfo=UTC), None)


@pytest.fixture(autouse=True)
def no_network_in_memory():
    forget_networks()
    yield
    forget_networks()


@pytest.fixture
def town():
    """One street of a kilometre with a lot and two offices on it, an island with a third, one service."""
    version = published_layer("streets", Layer.Kind.STREETS)
    for first, last, start, end in ((1, 2, (0, 0), (1000, 0)), (8, 9, (7000, 0), (7100, 0))):
        line = shapely.LineString([(X + start[0], Y + start[1]), (X + end[0], Y + end[1])])
        street(version, line, nodes=(first, last))
    Service.objects.create(
        code="IQ-04", title_fa="استعلام اصلاحی", title_en="Widening", decision="instant", output="sheet"
    )
    for code, x, services in (
        ("FAR", 900, ["IQ-04"]),
        ("NEAR", 400, ["IQ-04"]),
        ("ISLAND", 7050, ["IQ-04"]),
        ("OTHER", 100, ["IQ-11"]),
    ):
        Office.objects.create(
            code=code,
            name_fa=f"پیشخوان {code}",
            service_codes=services,
            geometry=geos(shapely.Point(X + x, Y + 5)),
            valid=(LONG_AGO, None),
            known=KNOWN,
        )
    OpeningHours.objects.create(
        office_code="NEAR", weekday=7, opens=time(7, 30), closes=time(14), valid=(LONG_AGO, None)
    )
    return plot(shapely.box(X + 100, Y + 5, X + 112, Y + 30), "3-2-45-17-0-0-0", district_code="3")


def ask(client, name="offices", **values):
    return client.get(reverse(name), {"service": "IQ-04", "at": MOMENT, **values})


def test_the_page_lists_offices_by_travel_time_and_says_which_cannot_be_reached(client, town):
    page = ask(client, parcel=town.key)
    rows = page.context["rows"]
    assert [row.code for row in rows] == ["NEAR", "FAR", "ISLAND"]
    assert [row.reachable for row in rows] == [True, True, False]
    assert [row.chosen for row in rows] == [True, False, False]
    assert rows[0].is_open
    assert rows[2].minutes == ""
    assert page.context["without_service"] == ["پیشخوان OTHER"]
    assert page.context["request_url"].endswith("?service=IQ-04&parcel=3-2-45-17-0-0-0&office=NEAR")
    assert "<svg" in page.content.decode()


@pytest.mark.parametrize(
    ("seconds", "told"), [(20, ("1", "minute")), (60, ("1", "minute")), (130, ("2", "minutes"))]
)
def test_a_minute_is_one_and_minutes_are_several(seconds, told):
    with translation.override("en"):
        assert minutes_words(seconds) == told


def test_on_foot_takes_more_minutes(client, town):
    by_car = ask(client, "offices-near", parcel=town.key).json()
    on_foot = ask(client, "offices-near", parcel=town.key, by="foot").json()
    assert on_foot["manner"] == "foot"
    assert on_foot["options"][0]["travel"]["seconds"] > 2 * by_car["options"][0]["travel"]["seconds"]


def test_the_json_has_null_where_there_is_no_way_and_the_way_where_there_is(client, town):
    answer = ask(client, "offices-near", parcel=town.key).json()
    assert answer["nearest"] == "NEAR"
    assert answer["options"][2]["travel"] is None
    assert answer["way"]["metres"] == pytest.approx(answer["options"][0]["travel"]["metres"], abs=1)
    assert answer["options"][0]["state"] == {
        "openness": "open",
        "until": "14:00",
        "next_day": None,
        "next_opens": None,
        "reason_fa": "",
        "reason_en": "",
    }


def test_another_office_can_be_chosen_and_its_way_is_shown(client, town):
    rows = ask(client, parcel=town.key, office="FAR").context["rows"]
    assert [row.code for row in rows if row.chosen] == ["FAR"]


def test_a_point_on_the_map_is_a_start_too(client, town):
    lon, lat = crs.to_lonlat(X + 880, Y)
    assert ask(client, "offices-near", lon=lon, lat=lat).json()["nearest"] == "FAR"


def test_without_a_start_all_offices_are_listed_and_none_is_called_near(client, town):
    page = ask(client)
    assert len(page.context["all_offices"]) == 4
    assert page.context["rows"] == []


def test_without_streets_the_page_says_that_travel_is_not_known(client):
    lot = plot(shapely.box(X, Y, X + 10, Y + 10), "3-1-1-1-0-0-0")
    Service.objects.create(code="IQ-04", title_fa="خ", title_en="s", decision="instant", output="x")
    page = ask(client, parcel=lot.key)
    assert page.status_code == 200
    assert page.context["trouble"].code == "SOURCE_FAILED"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"lon": "abc", "lat": "32"}, 400),
        ({"lon": "2.35", "lat": "48.86"}, 400),  # Paris
        ({"lon": "nan", "lat": "32.6"}, 400),
        ({"parcel": "9-9-9-9-0-0-0"}, 404),
        ({"at": "yesterday"}, 400),
        ({"at": "2026-13-45T10:00"}, 400),
    ],
)
def test_bad_questions_get_one_sentence_and_a_code(client, town, wrong, status):
    assert ask(client, **wrong).status_code == status


def test_the_day_decides_which_offices_there_are(client, town):
    Office.objects.filter(code="NEAR").update(valid=(LONG_AGO, date(2026, 11, 22)))
    assert ask(client, "offices-near", parcel=town.key).json()["nearest"] == "FAR"
    before = ask(client, "offices-near", parcel=town.key, at="2026-11-21T10:00").json()
    assert before["nearest"] == "NEAR"
