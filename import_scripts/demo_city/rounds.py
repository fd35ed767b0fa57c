"""The visits of the past year: days planned on the street network, sent, driven and reported."""

import uuid
from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from gis_core.models import Role
from import_scripts.demo_city.desk_work import Desks
from import_scripts.demo_city.staff import Staff
from parcels.inspections.clock import moment
from parcels.inspections.dispatch import plan_district_day
from parcels.inspections.models import DayPlan, Visit, VisitReport
from parcels.inspections.owed import owe_visits
from parcels.inspections.plans import publish_plan
from parcels.inspections.reports import Finding, record_finding
from parcels.service_requests.models import ServiceRequest, State

ENOUGH_FOR_A_DAY = 6
"""A district plans a day when so many visits wait for it, or one has waited for `LONGEST_WAIT`."""
LONGEST_WAIT = timedelta(days=16)
SENT_AT = time(20, 30)
OUTCOMES = {"confirmed": 76, "differs": 12, "violation": 5, "no_entry": 7}
WINDOWS = ((time(8, 0), time(10, 30)), (time(9, 0), time(11, 30)), (time(11, 0), time(13, 30)))
NOTES = {
    "confirmed": "بنا با پرونده می‌خواند.",
    "differs": "مساحت با پرونده نمی‌خواند.",
    "violation": "بنای مازاد بر پروانه دیده شد.",
    "no_entry": "کسی در را باز نکرد.",
}


class Rounds:
    """Plans the days of the districts and lets their inspectors report to the desks."""

    def __init__(self, staff: Staff, desks: Desks, chance: Random) -> None:
        self._staff, self._desks, self._chance = staff, desks, chance

    def go(self, day: date) -> None:
        """The rounds of a day that is over: planned the evening before, driven and reported."""
        for district in self._districts_with_work(day):
            plan = self.plan(district, day)
            for route in plan.routes:
                for stop in route["stops"]:
                    self._report(plan, route["inspector"], stop)

    def plan(self, district: str, day: date) -> DayPlan:
        """Plan a district's day by its dispatcher, on the evening before, and send it."""
        sent = datetime.combine(day - timedelta(days=1), SENT_AT, ZoneInfo(settings.CITY.time_zone))
        by = self._staff.acting(Role.DISPATCHER, ServiceRequest(district_code=district))
        plan = plan_district_day(district, day, now=sent, by=by.user_id)
        return publish_plan(plan, by=by, at=sent)

    def agree_on_times(self, district: str) -> None:
        """Enter the visits a district owes, and for a part of them the hours agreed with who asked."""
        owe_visits(district)
        for visit in Visit.objects.filter(district_code=district, status=Visit.Status.REQUESTED).order_by(
            "id"
        ):
            if self._chance.random() < 0.4:
                visit.window_starts, visit.window_ends = self._chance.choice(WINDOWS)
                visit.save(update_fields=["window_starts", "window_ends"])

    def _districts_with_work(self, day: date) -> list[str]:
        """Districts where enough visits wait, or one waits for long."""
        waiting = ServiceRequest.objects.filter(state=State.INSPECTION_REQUESTED).filter(
            Q(wished_day=None) | Q(wished_day__lte=day)
        )
        rows = list(waiting.values_list("district_code", "submitted_at", "wished_day"))
        counts = Counter(district for district, _, _ in rows)
        late = {
            district for district, filed, wished in rows if day - (wished or filed.date()) >= LONGEST_WAIT
        }
        return sorted(code for code, count in counts.items() if count >= ENOUGH_FOR_A_DAY or code in late)

    def _report(self, plan: DayPlan, number: int, stop: dict) -> None:
        visit = Visit.objects.select_related("request__service", "request__parcel").get(pk=stop["visit"])
        inspector, actor = self._staff.inspector(number)
        [outcome] = self._chance.choices(list(OUTCOMES), list(OUTCOMES.values()))
        record_finding(
            visit, self._finding(visit, outcome, plan.day, stop["leave_s"]), inspector=inspector, by=actor
        )
        visit.request.refresh_from_db(fields=["state"])
        self._desks.take(visit.request, plan.day)

    def _finding(self, visit: Visit, outcome: str, day: date, second: int) -> Finding:
        """What the inspector wrote; the area as measured where somebody could enter."""
        known = visit.request.parcel.surveyed_area_m2
        off = 0.04 if outcome == VisitReport.Outcome.DIFFERS else 0.002
        measured = None
        if known and outcome != VisitReport.Outcome.NO_ENTRY:
            measured = round(known * (1 + self._chance.uniform(-off, off)), 1)
        return Finding(
            uuid.UUID(int=self._chance.getrandbits(128), version=4),
            outcome,
            moment(day, second),
            measured_area_m2=measured,
            note=NOTES[outcome],
            position=(visit.place.x + self._chance.gauss(0, 3), visit.place.y + self._chance.gauss(0, 3)),
        )
