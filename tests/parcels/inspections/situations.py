"""Situations of a district's day: a town with streets, inspectors with shifts, requests that need a visit."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from gis_core.models import Role, RoleGrant, User
from layers.models import District, Layer
from layers.network.models import StreetSegment
from parcels.inspections.models import Inspector, Shift, Visit
from parcels.service_requests.models import Service, ServiceRequest, State
from tests.builders import LONG_AGO, ORIGIN, geos, plot, published_layer

KNOWN = (datetime(2020, 1, 1, tzinfo=UTC), None)
X, Y = ORIGIN
DAY = date(2026, 11, 22)  # a Sunday
EVE = datetime(2026, 11, 21, 18, 0, tzinfo=ZoneInfo("Asia/Tehran"))
BLOCK_M = 120
SIDE = 10


def at(clock, day=DAY):
    """An instant of the day on the city's clock."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=ZoneInfo("Asia/Tehran"))


def district_3():
    """District 3 over the town."""
    version = published_layer("districts", Layer.Kind.DISTRICTS)
    return District.objects.create(
        layer_version=version,
        code="3",
        name_fa="منطقهٔ ۳",
        geometry=geos(shapely.MultiPolygon([shapely.box(X - 50, Y - 50, X + 1150, Y + 1150)])),
        valid=(LONG_AGO, None),
        known=version.known,
    )


def grid_town():
    """
    Ten by ten crossings of two-way streets, 120 m apart, in district 3, and a lane on an island far away.
    """
    if not District.objects.filter(code="3").exists():
        district_3()
    version = published_layer("streets", Layer.Kind.STREETS)
    nodes = {n: (X + BLOCK_M * (n % SIDE), Y + BLOCK_M * (n // SIDE)) for n in range(SIDE * SIDE)}
    pairs = [(n, n + 1) for n in nodes if (n + 1) % SIDE] + [
        (n, n + SIDE) for n in nodes if n + SIDE < SIDE**2
    ]
    nodes |= {900: (X + 9000, Y), 901: (X + 9200, Y)}
    pairs.append((900, 901))
    StreetSegment.objects.bulk_create(
        StreetSegment(
            layer_version=version,
            name_fa=f"خیابان {first}",
            street_class="local",
            from_node=first,
            to_node=last,
            length_m=float(np.hypot(*np.subtract(nodes[first], nodes[last]))),
            geometry=geos(shapely.LineString([nodes[first], nodes[last]])),
            valid=(LONG_AGO, None),
            known=KNOWN,
        )
        for first, last in pairs
    )
    return version


def person(username, role, districts=("3",)):
    """Somebody with one role over some districts."""
    user = User.objects.create(username=username, full_name=username)
    RoleGrant.objects.create(user=user, role=role, district_codes=list(districts), valid=(LONG_AGO, None))
    return user


def inspector(code, *, skills=("land",), on_duty=True, shift=("07:30", "13:30"), lunch=None, day=DAY):
    """An inspector of district 3 who starts at the middle of the town."""
    one = Inspector.objects.create(
        user=person(f"inspector-{code}", Role.INSPECTOR),
        code=code,
        district_codes=["3"],
        skills=list(skills),
        start=geos(shapely.Point(X + 500, Y + 490)),
    )
    if on_duty:
        Shift.objects.create(
            inspector=one,
            day=day,
            starts=time.fromisoformat(shift[0]),
            ends=time.fromisoformat(shift[1]),
            break_starts=None if lunch is None else time.fromisoformat(lunch),
            break_minutes=0 if lunch is None else 30,
        )
    return one


def visit_service():
    """A service that is answered after a visit."""
    return Service.objects.get_or_create(
        code="PB-11",
        defaults={
            "title_fa": "بازدید پروانه",
            "title_en": "Permit inspection",
            "decision": Service.Decision.VISIT,
            "output": "report",
        },
    )[0]


def owed_visit(number, dx, dy, *, window=None, skill="", minutes=20, **values):
    """A request whose visit is asked for, at a lot so many metres from the town's corner."""
    x, y = X + dx, Y + dy
    lot = plot(shapely.box(x, y, x + 12, y + 25), f"3-1-{number}-1-0-0-0", district_code="3")
    request = ServiceRequest.objects.create(
        tracking_code=f"T{number:06d}",
        service=visit_service(),
        parcel=lot,
        district_code="3",
        state=State.INSPECTION_REQUESTED,
    )
    return Visit.objects.create(
        request=request,
        district_code="3",
        window_starts=None if window is None else time.fromisoformat(window[0]),
        window_ends=None if window is None else time.fromisoformat(window[1]),
        minutes=minutes,
        skill=skill,
        place=geos(shapely.Point(x + 6, y)),
        **{"wished_day": DAY, **values},
    )


def busy_district(visits=30, inspectors=4, seed=11):
    """Thirty visits with windows and skills for four inspectors, on the streets of the town."""
    rng = np.random.default_rng(seed)
    grid_town()
    skills = ("land", "structure", "heritage")
    people = [inspector(f"I{n}", skills=skills[: 1 + n % 3], lunch="11:00") for n in range(inspectors)]
    owed = []
    for number in range(visits):
        dx, dy = rng.uniform(5, BLOCK_M * (SIDE - 1) - 20, 2)
        hour = int(rng.integers(8, 12))
        owed.append(
            owed_visit(
                number,
                float(dx),
                float(dy),
                window=(f"{hour:02d}:00", f"{hour + 1:02d}:00") if number % 2 else None,
                skill=skills[number % 3] if number % 4 == 0 else "",
                minutes=int(rng.integers(15, 35)),
            )
        )
    return people, owed
