"""Two dispatchers who plan the same day at the same instant, on two connections of their own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from gis_core.routing.plan import DayPlan as DecidedPlan
from parcels.inspections.deciding import DayAnswer
from parcels.inspections.models import DayPlan
from parcels.inspections.plans import write_plan
from parcels.inspections.questions import DayQuestion
from tests.parcels.inspections.situations import DAY, EVE

PATIENCE_S = 180
NOTHING_OWED = DayAnswer(DayQuestion("77", DAY, (), (), (), (), 0), DecidedPlan((), ()), ())


@pytest.fixture
def committing(django_db_setup, django_db_blocker) -> Iterator[Callable]:
    """Runs a function on a connection of its own that really commits; what it wrote is removed afterwards."""
    pool = ThreadPoolExecutor(2)

    def run(work: Callable):
        def alone():
            try:
                return work()
            finally:
                connection.close()

        return pool.submit(alone)

    with django_db_blocker.unblock():
        yield run
        run(lambda: DayPlan.objects.filter(district_code="77").delete()).result()
    pool.shutdown()


def test_each_gets_a_draft_of_its_own_number(committing):
    first_wrote, may_end = threading.Event(), threading.Event()

    def first() -> int:
        with transaction.atomic():
            plan = write_plan(NOTHING_OWED, now=EVE)
            first_wrote.set()
            may_end.wait(timeout=PATIENCE_S)
            return plan.number

    one = committing(first)
    assert first_wrote.wait(timeout=PATIENCE_S)
    other = committing(lambda: write_plan(NOTHING_OWED, now=EVE).number)
    while not other.done() and not somebody_waits():
        pass
    may_end.set()
    assert [one.result(timeout=PATIENCE_S), other.result(timeout=PATIENCE_S)] == [1, 2]


def somebody_waits() -> bool:
    """Whether a connection to this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_sleep(0.02), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[1] > 0
