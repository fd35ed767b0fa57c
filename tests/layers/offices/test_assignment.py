"""The nearest office by travel time: over the bridge, not over the water; unreachable is said."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import shapely

from gis_core.errors import NotFound, SourceFailed
from layers.models import Layer
from layers.network.travel import Manner, forget_networks
from layers.offices.assignment import choose_office, way_to_office
from layers.offices.hours import Openness
from layers.offices.models import Office, OpeningHours
from tests.builders import LONG_AGO, ORIGIN, geos, published_layer, street

pytestmark = pytest.mark.django_db

KNOWN = (datetime(2020, 1, 1, tzinfo=UTC), None)
X, Y = ORIGIN
SUNDAY_MORNING = datetime(2026, 11, 22, 10, 0, tzinfo=ZoneInfo("Asia/Tehran"))
NODES = {1: (0, 0), 2: (1000, 0), 3: (0, 100), 4: (1000, 100), 5: (6000, 6000), 6: (6100, 6000)}


@pytest.fixture(autouse=True)
def no_network_in_memory():
    forget_networks()
    yield
    forget_networks()


def place(x, y):
    return (X + x, Y + y)


def join(version, first, last, **values):
    line = shapely.LineString([place(*NODES[first]), place(*NODES[last])])
    street(version, line, nodes=(first, last), **values)


@pytest.fixture
def river_town():
    """Two banks 100 m apart, joined by one bridge a kilometre to the east, and an island without a bridge."""
    version = published_layer("streets", Layer.Kind.STREETS)
    join(version, 1, 2)
    join(version, 3, 4)
    join(version, 2, 4)
    join(version, 5, 6)


def office(code, x, y, *, services=("IQ-04",), valid=(LONG_AGO, None), **values):
    return Office.objects.create(
        code=code,
        name_fa=code,
        service_codes=list(services),
        geometry=geos(shapely.Point(place(x, y))),
        valid=valid,
        known=KNOWN,
        **values,
    )


def offices_from(x, y, *, service="IQ-04", at=SUNDAY_MORNING, manner=Manner.CAR):
    return choose_office(place(x, y), service=service, at=at, manner=manner)


def codes(choice):
    return [option.office.code for option in choice.options]


def test_the_office_across_the_river_is_not_the_nearest(river_town):
    office("across", 100, 100)
    office("along", 600, 0)
    choice = offices_from(100, 0)
    assert codes(choice) == ["along", "across"]
    assert choice.nearest.metres == pytest.approx(500)
    assert choice.options[1].metres == pytest.approx(1900)
    assert choice.options[1].looks_nearer_than.code == "along"
    assert choice.options[0].looks_nearer_than is None


def test_an_office_on_the_island_is_listed_last_and_called_unreachable(river_town):
    office("a-island", 6050, 6000)
    office("b-town", 900, 0)
    choice = offices_from(100, 0)
    assert codes(choice) == ["b-town", "a-island"]
    assert not choice.options[1].reachable
    assert (choice.options[1].seconds, choice.options[1].metres) == (None, None)


def test_from_the_island_nothing_on_the_mainland_is_the_nearest(river_town):
    office("b-town", 900, 0)
    choice = offices_from(6050, 6000)
    assert choice.start_found
    assert choice.nearest is None


def test_a_start_on_no_street_is_said_and_nothing_is_guessed(river_town):
    office("b-town", 900, 0)
    choice = offices_from(0, 3000)
    assert not choice.start_found
    assert choice.nearest is None


def test_only_offices_that_offer_the_service_are_ranked_the_others_are_counted(river_town):
    office("near", 200, 0, services=["IQ-11"])
    office("far", 900, 0)
    choice = offices_from(100, 0)
    assert codes(choice) == ["far"]
    assert [card.code for card in choice.without_service] == ["near"]


def test_an_office_closed_down_is_gone_from_its_last_day_on(river_town):
    office("old", 200, 0, valid=(LONG_AGO, date(2026, 11, 22)))
    assert codes(offices_from(100, 0)) == []
    assert codes(offices_from(100, 0, at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC))) == ["old"]


def test_the_moment_is_read_on_the_citys_clock(river_town):
    office("near", 200, 0)
    OpeningHours.objects.create(
        office_code="near", weekday=7, opens=time(7, 30), closes=time(14), valid=(LONG_AGO, None)
    )
    ten_in_tehran = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
    assert offices_from(100, 0, at=ten_in_tehran).options[0].state.until == time(14)
    assert offices_from(100, 0, at=datetime(2026, 11, 22, 10, 30, tzinfo=UTC)).options[0].state.openness is (
        Openness.CLOSED
    )


def test_a_closed_office_keeps_its_place_in_the_order(river_town):
    office("near", 200, 0)
    office("far", 900, 0)
    OpeningHours.objects.create(
        office_code="near", weekday=1, opens=time(7, 30), closes=time(14), valid=(LONG_AGO, None)
    )
    choice = offices_from(100, 0)
    assert codes(choice) == ["near", "far"]
    assert choice.options[0].state.openness is Openness.CLOSED_TODAY
    assert choice.options[1].state.openness is Openness.UNKNOWN


def test_on_foot_takes_longer_than_by_car(river_town):
    office("near", 900, 0)
    by_car, on_foot = offices_from(100, 0), offices_from(100, 0, manner=Manner.FOOT)
    assert on_foot.nearest.seconds > by_car.nearest.seconds
    assert on_foot.nearest.metres == pytest.approx(by_car.nearest.metres)


def test_the_way_runs_over_the_bridge_from_door_to_door(river_town):
    office("across", 100, 120)
    way = way_to_office(place(100, -10), "across", on=SUNDAY_MORNING.date())
    assert way.metres == pytest.approx(10 + 1900 + 20)
    assert way.line.length == pytest.approx(way.metres)
    assert max(x for x, _ in way.line.coords) == pytest.approx(X + 1000)
    assert way.line.coords[0] == pytest.approx(place(100, -10))
    assert way.line.coords[-1] == pytest.approx(place(100, 120))
    assert way.seconds == pytest.approx(offices_from(100, -10).nearest.seconds)


def test_no_way_to_the_island_and_no_office_of_an_unknown_code(river_town):
    office("island", 6050, 6000)
    assert way_to_office(place(100, 0), "island", on=SUNDAY_MORNING.date()) is None
    with pytest.raises(NotFound):
        way_to_office(place(100, 0), "nowhere", on=SUNDAY_MORNING.date())


def test_without_a_street_network_nothing_is_called_near():
    office("near", 200, 0)
    with pytest.raises(SourceFailed):
        offices_from(100, 0)
