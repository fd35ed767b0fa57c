"""Names the office nearest by travel time among those that offer a service; never a straight line."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from django.conf import settings
from django.db.models import Q

from gis_core.city import City
from gis_core.errors import NotFound
from gis_core.routing.matrix import TravelMatrix
from layers.models import LayerVersion
from layers.network.travel import Manner, Network, network
from layers.offices.hours import Closure, Hours, OpenState, open_state
from layers.offices.models import ClosedDay, Office, OpeningHours

MISLEADING_SHARE = 0.9
"""An office looks nearer than it is when its straight distance is below this share of a quicker one's."""


@dataclass(frozen=True)
class OfficeCard:
    """What is known of an office: metric place, services, opening hours and special closures."""

    code: str
    name_fa: str
    name_en: str
    address: str
    district_code: str
    phone: str
    services: tuple[str, ...]
    xy: tuple[float, float]
    hours: tuple[Hours, ...] = ()
    closures: tuple[Closure, ...] = ()
    daily_capacity: int | None = None


@dataclass(frozen=True)
class OfficeOption:
    """
    An office as seen from a start: travel seconds and metres (None: unreachable), and how it stands.

    `looks_nearer_than` names a quicker office that lies farther in a straight line.
    """

    office: OfficeCard
    seconds: float | None
    metres: float | None
    state: OpenState
    looks_nearer_than: OfficeCard | None = None

    @property
    def reachable(self) -> bool:
        return self.seconds is not None


@dataclass(frozen=True)
class OfficeChoice:
    """
    The offices that offer a service, quickest to reach first, unreachable ones last.

    `start_found` is False when the start lies on no street: then nothing is reachable, and that is said.
    """

    options: tuple[OfficeOption, ...]
    without_service: tuple[OfficeCard, ...]
    at: datetime
    manner: Manner
    start_xy: tuple[float, float]
    start_found: bool

    @property
    def nearest(self) -> OfficeOption | None:
        """The one that is quickest to reach; None when none can be reached."""
        return next((option for option in self.options if option.reachable), None)


def choose_office(
    start_xy: tuple[float, float], *, service: str, at: datetime, manner: Manner = Manner.CAR
) -> OfficeChoice:
    """
    The offices for a service from a metric start, in order of travel time at a moment.

    Raises
    ------
    SourceFailed
        When no street network is loaded for the day.
    """
    local = at.astimezone(ZoneInfo(settings.CITY.time_zone))
    offices = read_offices(on=local.date())
    return _choice(start_xy, offices, service, local, network(on=local.date(), manner=manner))


def read_offices(*, on: date) -> list[OfficeCard]:
    """The offices in force on a day, with their hours and closures from that day on. Three queries."""
    published = Q(layer_version=None) | Q(layer_version__status=LayerVersion.Status.IN_FORCE)
    offices = list(Office.objects.in_force(on=on).filter(published).order_by("code"))
    hours: dict[str, list[Hours]] = defaultdict(list)
    for row in OpeningHours.objects.filter(office_code__in=[office.code for office in offices]):
        hours[row.office_code].append(
            Hours(row.weekday, row.opens, row.closes, row.valid.lower, row.valid.upper)
        )
    closures: dict[str, list[Closure]] = defaultdict(list)
    for row in ClosedDay.objects.filter(day__gte=on):
        closures[row.office_code].append(Closure(row.day, row.reason_fa, row.reason_en))
    return [
        OfficeCard(
            code=office.code,
            name_fa=office.name_fa,
            name_en=office.name_en,
            address=office.address,
            district_code=office.district_code,
            phone=office.phone,
            services=tuple(office.service_codes),
            xy=(office.geometry.x, office.geometry.y),
            hours=tuple(hours[office.code]),
            closures=(*closures[office.code], *closures[""]),
            daily_capacity=office.daily_capacity,
        )
        for office in offices
    ]


def rank(
    offices: Sequence[OfficeCard],
    travel: TravelMatrix,
    straight_m: Sequence[float],
    *,
    city: City,
    at: datetime,
) -> tuple[OfficeOption, ...]:
    """
    Offices by travel time (row 0 of the matrix), those without a way last; each with how it stands at `at`.

    `at` is on the city's wall clock; `straight_m` only tells where the eye would be misled.
    """
    times = [float(value) if np.isfinite(value) else None for value in travel.seconds[0]]
    order = sorted(
        range(len(offices)),
        key=lambda place: (times[place] is None, times[place] or 0.0, offices[place].code),
    )
    return tuple(
        OfficeOption(
            office=offices[place],
            seconds=times[place],
            metres=None if times[place] is None else float(travel.metres[0, place]),
            state=open_state(offices[place].hours, offices[place].closures, city, at),
            looks_nearer_than=_misled_by(place, order[:position], offices, straight_m),
        )
        for position, place in enumerate(order)
    )


def _choice(
    start_xy: tuple[float, float], offices: Sequence[OfficeCard], service: str, at: datetime, roads: Network
) -> OfficeChoice:
    offering = [office for office in offices if service in office.services]
    start = roads.snap([start_xy])
    ends = roads.snap(np.array([office.xy for office in offering]).reshape(-1, 2))
    straight_m = [float(np.hypot(*np.subtract(office.xy, start_xy))) for office in offering]
    return OfficeChoice(
        options=rank(offering, roads.travel(start, ends), straight_m, city=settings.CITY, at=at),
        without_service=tuple(office for office in offices if service not in office.services),
        at=at,
        manner=roads.manner,
        start_xy=start_xy,
        start_found=bool(start.found[0]),
    )


def _misled_by(
    place: int, quicker: Sequence[int], offices: Sequence[OfficeCard], straight_m: Sequence[float]
) -> OfficeCard | None:
    fooled = [other for other in quicker if straight_m[place] < MISLEADING_SHARE * straight_m[other]]
    return offices[fooled[0]] if fooled else None


def equal_times(
    start_xy: tuple[float, float], minutes: Sequence[int], *, on: date, manner: Manner = Manner.CAR
) -> list[tuple[int, shapely.Geometry]]:
    """The areas reached from a start within so many minutes each, in the metric CRS; none off the streets."""
    roads = network(on=on, manner=manner)
    start = roads.snap([start_xy])
    if not start.found[0]:
        return []
    return [(count, roads.reached(start, 0, count * 60.0)) for count in minutes]


@dataclass(frozen=True)
class OfficeWay:
    """The way to one office: seconds and metres from door to door, and its line in the metric CRS."""

    seconds: float
    metres: float
    line: shapely.LineString


def way_to_office(
    start_xy: tuple[float, float], code: str, *, on: date, manner: Manner = Manner.CAR
) -> OfficeWay | None:
    """
    The quickest way to an office, from the start over the streets to its door; None where there is none.

    Raises
    ------
    NotFound
        When no office has that code on that day.
    """
    office = next((card for card in read_offices(on=on) if card.code == code), None)
    if office is None:
        raise NotFound(
            "دفتری با این کد در این روز نیست.",
            "No office has this code on this day.",
            {"office": code, "on": on.isoformat()},
        )
    roads = network(on=on, manner=manner)
    places = roads.snap([start_xy, office.xy])
    way = roads.way(places, 0, 1)
    if way is None:
        return None
    access_m = float(places.access_m.sum())
    line = shapely.LineString([start_xy, *way.line.coords, office.xy])
    return OfficeWay(way.seconds + access_m / roads.pace.access_m_per_s, way.metres + access_m, line)
