"""Who may do what, and the second wall: PostgreSQL shows no row that the first wall would not."""

from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection, transaction

from gis_core.access import (
    ACTIONS,
    ANONYMOUS,
    OPEN_ACTIONS,
    Grant,
    Scope,
    acting_as,
    acting_as_system,
    allowed,
    require,
    scope_of,
)
from gis_core.errors import Forbidden
from gis_core.models import Role
from parcels.service_requests.intake import receive
from parcels.service_requests.models import Applicant, Document, ServiceRequest, Transition
from tests.builders import LONG_AGO
from tests.parcels.service_requests.situations import TODAY, lot_in_a_zone, someone, submission


@dataclass(frozen=True)
class Case:
    district_code: str = "3"
    office_code: str = "101"
    filed_by_id: int | None = None
    created_by_id: int | None = None


def holder(role: str, districts=(), offices=(), user_id: int = 1) -> Scope:
    return Scope(user_id, (Grant(role, frozenset(districts), frozenset(offices)),))


@pytest.mark.parametrize(
    ("scope", "action", "case", "verdict"),
    [
        (ANONYMOUS, "see_request", Case(), False),
        (Scope(9), "see_request", Case(filed_by_id=9), True),
        (Scope(9), "see_request", Case(filed_by_id=8), False),
        (holder("municipal_staff", ["3"]), "see_request", Case(), True),
        (holder("municipal_staff", ["4"]), "see_request", Case(), False),  # another district's desk
        (holder("municipal_staff"), "see_request", Case(), True),  # no district named: the whole city
        (holder("technical_officer", offices=["101"]), "reveal_applicant", Case(), True),
        (holder("technical_officer", offices=["102"]), "reveal_applicant", Case(), False),
        (holder("technical_officer"), "reveal_applicant", Case(filed_by_id=1), False),  # one's own file
        (holder("auditor"), "see_request", Case(), True),
        (holder("auditor"), "reveal_applicant", Case(), False),  # audits without personal data
        (holder("administrator"), "see_request", Case(), False),  # runs the system, handles no case
        (holder("plan_approver"), "approve_zoning", Case(created_by_id=1), False),  # four eyes
        (holder("plan_approver"), "approve_zoning", Case(created_by_id=2), True),
        (holder("planner"), "change_draft", Case(created_by_id=2), False),
    ],
)
def test_who_may_do_what_with_which_case(scope, action, case, verdict):
    assert allowed(scope, action, case) is verdict


def test_without_a_case_the_question_is_whether_there_could_be_one():
    assert allowed(holder("plan_approver"), "approve_zoning")
    assert not allowed(holder("citizen"), "approve_zoning")


def test_an_anonymous_visitor_may_do_what_is_open_and_nothing_else():
    assert {action for action in ACTIONS if allowed(ANONYMOUS, action)} == OPEN_ACTIONS


def test_an_action_that_is_not_in_the_table_is_an_error_not_a_pass():
    with pytest.raises(KeyError):
        allowed(holder("administrator"), "forgotten")


def test_a_refusal_has_a_sentence_and_a_code():
    with pytest.raises(Forbidden) as refused:
        require(ANONYMOUS, "audit")
    assert refused.value.fa
    assert refused.value.details == {"action": "audit"}


@pytest.mark.django_db
def test_a_grant_that_has_ended_gives_nothing():
    user = someone("planner")
    user.grants.update(valid=(LONG_AGO, TODAY))
    assert scope_of(user, on=TODAY).roles == frozenset()


def seen(scope: Scope, tracking_code: str = "") -> tuple[int, int, int, int]:
    """How many requests, steps, papers and applicants PostgreSQL shows when asked for everything."""
    with acting_as(scope, tracking_code=tracking_code):
        return tuple(model.objects.count() for model in (ServiceRequest, Transition, Document, Applicant))


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_the_second_wall_for_every_role(role):
    request = receive(submission(lot_in_a_zone(), office_code="101"), on=TODAY)
    steps = 3
    sees = {
        **dict.fromkeys(("office_manager", "detailed_plan_desk"), (1, steps, 0, 0)),
        **dict.fromkeys(("dispatcher", "supervisor", "auditor", "inspector", "agency"), (1, steps, 0, 0)),
        **dict.fromkeys(("technical_officer", "follow_up_officer", "municipal_staff"), (1, steps, 0, 1)),
    }
    assert seen(holder(role, user_id=someone("citizen").pk)) == sees.get(role, (0, 0, 0, 0))
    elsewhere = holder(role, ["9"], ["999"], user_id=someone("citizen").pk)
    assert seen(elsewhere) == (0, 0, 0, 0)
    assert seen(ANONYMOUS, request.tracking_code) == (1, steps, 0, 0)


@pytest.mark.django_db
def test_one_sees_ones_own_request_and_data():
    owner = someone("citizen")
    receive(submission(lot_in_a_zone(), filed_by_id=owner.pk), on=TODAY)
    assert seen(Scope(owner.pk)) == (1, 3, 0, 1)
    assert seen(Scope(someone("citizen").pk)) == (0, 0, 0, 0)


@pytest.mark.django_db
def test_a_process_that_says_nothing_of_itself_sees_nothing():
    receive(submission(lot_in_a_zone()), on=TODAY)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.actor', 'nobody', true)")
        assert ServiceRequest.objects.count() == 0
        assert Applicant.objects.count() == 0
        cursor.execute("SELECT set_config('app.actor', 'system', true)")


@pytest.mark.django_db
def test_a_person_cannot_change_or_remove_what_the_wall_hides():
    request = receive(submission(lot_in_a_zone()), on=TODAY)
    with acting_as(holder("municipal_staff", ["9"])):
        assert ServiceRequest.objects.filter(pk=request.pk).update(state="answered") == 0
        assert ServiceRequest.objects.all().delete()[0] == 0
    request.refresh_from_db()
    assert request.state != "answered"


@pytest.mark.django_db
def test_a_person_cannot_enter_a_request_past_the_workflow():
    request = receive(submission(lot_in_a_zone()), on=TODAY)
    copy = ServiceRequest(
        service_id=request.service_id, parcel_id=request.parcel_id, tracking_code="1", filed_by_id=None
    )
    with pytest.raises(DatabaseError, match="row-level security"), acting_as(holder("municipal_staff")):
        copy.save()


@pytest.mark.django_db
def test_who_one_is_ends_with_the_block():
    receive(submission(lot_in_a_zone()), on=TODAY)
    with acting_as(ANONYMOUS):
        assert ServiceRequest.objects.count() == 0
        with acting_as_system():
            assert ServiceRequest.objects.count() == 1
        assert ServiceRequest.objects.count() == 0
    assert ServiceRequest.objects.count() == 1


@pytest.mark.django_db
def test_the_tests_themselves_run_as_the_role_that_serves():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("pelak_app", False, False)
