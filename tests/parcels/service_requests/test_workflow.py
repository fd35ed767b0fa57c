"""Every step of a request, allowed and forbidden, and who may take it."""

import itertools
from datetime import UTC, datetime

import pytest

from gis_core.errors import Conflict, Forbidden
from gis_core.models import Role
from parcels.service_requests.intake import receive
from parcels.service_requests.models import ServiceRequest, State, Transition
from parcels.service_requests.workflow import (
    FILER,
    FINAL,
    PELAK,
    STEPS,
    SYSTEM,
    acting_in,
    move,
    next_states,
    role_for,
)
from tests.parcels.service_requests.situations import TODAY, lot_in_a_zone, someone, submission

NOON = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def in_state(state: State) -> ServiceRequest:
    request = receive(submission(lot_in_a_zone()), on=TODAY, at=NOON)
    ServiceRequest.objects.filter(pk=request.pk).update(state=state)
    request.refresh_from_db()
    return request


@pytest.mark.parametrize("role", [SYSTEM, *Role.values])
def test_each_role_takes_exactly_the_steps_of_the_table(role):
    request = ServiceRequest(filed_by_id=None)
    actor = PELAK if role == SYSTEM else acting_in(role, 1)
    for here, there in itertools.product(State, State):
        request.state = here
        expected = role in STEPS.get((here, there), ())
        assert (role_for(request, there, actor) == role) is expected, (here, there)


def test_nothing_leaves_a_closed_or_cancelled_case():
    assert not [step for step in STEPS if step[0] in FINAL]


def test_every_state_can_be_reached():
    reached = {State.DRAFT}
    for _ in State:
        reached |= {there for here, there in STEPS if here in reached}
    assert reached == set(State)


def test_a_step_that_is_none_is_refused_and_nothing_is_written():
    request = in_state(State.DOC_CHECK)
    before = Transition.objects.count()
    with pytest.raises(Conflict):
        move(
            request,
            State.ANSWERED,
            by=acting_in(Role.MUNICIPAL_STAFF, someone("municipal_staff").pk),
            at=NOON,
        )
    assert Transition.objects.count() == before


def test_another_role_may_not_take_the_step():
    request = in_state(State.DOC_CHECK)
    with pytest.raises(Forbidden):
        move(
            request,
            State.INSPECTION_REQUESTED,
            by=acting_in(Role.INSPECTOR, someone("inspector").pk),
            at=NOON,
        )


def test_a_step_written_on_an_old_page_is_told_to_reload():
    request = in_state(State.DOC_CHECK)
    officer = acting_in(Role.TECHNICAL_OFFICER, someone("technical_officer").pk)
    old_page = ServiceRequest.objects.get(pk=request.pk)
    move(request, State.RETURNED, by=officer, at=NOON)
    with pytest.raises(Conflict):
        move(old_page, State.INSPECTION_REQUESTED, by=officer, at=NOON)


def test_who_visited_does_not_issue_the_answer():
    request = in_state(State.INSPECTION_SCHEDULED)
    both = someone("inspector").pk
    move(request, State.INSPECTED, by=acting_in(Role.INSPECTOR, both), at=NOON)
    ServiceRequest.objects.filter(pk=request.pk).update(state=State.MUNICIPAL_DESK)
    request.refresh_from_db()
    with pytest.raises(Forbidden, match="three people"):
        move(request, State.ANSWERED, by=acting_in(Role.MUNICIPAL_STAFF, both), at=NOON)
    assert State.ANSWERED not in next_states(request, acting_in(Role.MUNICIPAL_STAFF, both))
    move(request, State.ANSWERED, by=acting_in(Role.MUNICIPAL_STAFF, someone("municipal_staff").pk), at=NOON)
    assert request.state == State.ANSWERED


def test_only_the_one_who_filed_withdraws_a_request():
    request = in_state(State.DOC_CHECK)
    owner, other = someone("citizen"), someone("citizen")
    ServiceRequest.objects.filter(pk=request.pk).update(filed_by=owner)
    request.refresh_from_db()
    with pytest.raises(Forbidden):
        move(request, State.CANCELLED, by=acting_in(Role.CITIZEN, other.pk), at=NOON)
    move(request, State.CANCELLED, by=acting_in(Role.CITIZEN, owner.pk), at=NOON)
    assert request.closed_at == NOON
    assert Transition.objects.get(request=request, to_state=State.CANCELLED).role == FILER


def test_a_step_once_taken_is_never_edited():
    request = in_state(State.DOC_CHECK)
    row = Transition.objects.filter(request=request).first()
    with pytest.raises(Exception, match="ONLY_ADDED"):
        Transition.objects.filter(pk=row.pk).update(note="another story")
