"""When an answer is given on the spot, and every reason why not."""

from dataclasses import replace
from datetime import date

import pytest

from parcels.records.queries import Paper, PropertyRecord
from parcels.service_requests.decisions import Needs, instant_verdict, months_before
from parcels.service_requests.reasons import SENTENCES, Reason

ON = date(2026, 11, 21)
NEEDS = Needs(
    "instant_or_visit",
    findings=("zone", "net_area_m2"),
    overlays=("*",),
    records={
        "file": True,
        "certificates": ["completion"],
        "inspected_within_months": 12,
        "no_open_violation": True,
        "no_stop_order": True,
        "debts_settled": True,
        "plan_unchanged": True,
        "no_agency_overlay": True,
    },
)
CLEAN = PropertyRecord(
    file_no="7",
    last_inspected_on=date(2026, 5, 1),
    stop_order=False,
    papers=(Paper("completion", "77", date(2026, 5, 10), None),),
)


def document(*, zone="computed", overlay="does_not_apply", effect="NO_BUILD"):
    return {
        "findings": {"zone": {"state": zone}, "net_area_m2": {"state": "computed"}},
        "overlays": [{"layer": "qanats", "state": overlay, "effect": effect, "name_fa": "حریم قنات"}],
    }


def codes(verdict):
    return [reason.code for reason in verdict.reasons]


def test_a_clean_record_and_a_known_plan_are_answered_on_the_spot():
    assert instant_verdict(NEEDS, document(), CLEAN, on=ON).instant


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("unknown", "FINDING_UNKNOWN"),
        ("needs_inspection", "FINDING_NEEDS_INSPECTION"),
        ("discretionary", "FINDING_DISCRETIONARY"),
    ],
)
def test_a_needed_value_that_is_not_sure_prevents_the_instant_answer(state, code):
    assert codes(instant_verdict(NEEDS, document(zone=state), CLEAN, on=ON)) == [code]


def test_a_finding_missing_from_the_evaluation_is_unknown_not_passed():
    needs = replace(NEEDS, findings=("storeys",))
    assert codes(instant_verdict(needs, document(), CLEAN, on=ON)) == ["FINDING_UNKNOWN"]


@pytest.mark.parametrize(
    ("state", "effect", "code"),
    [
        ("unknown", "NO_BUILD", "OVERLAY_UNKNOWN"),
        ("borderline", "NO_BUILD", "OVERLAY_BORDERLINE"),
        ("applies", "CONDITIONAL", "OVERLAY_NEEDS_AGENCY"),
        ("applies", "NO_BUILD", None),  # drawn into the limits: known, so no obstacle
    ],
)
def test_overlays_that_are_not_settled(state, effect, code):
    verdict = instant_verdict(NEEDS, document(overlay=state, effect=effect), CLEAN, on=ON)
    assert codes(verdict) == ([code] if code else [])


def test_a_layer_that_the_service_names_and_nobody_evaluated_is_unknown():
    needs = replace(NEEDS, overlays=("airport",))
    assert codes(instant_verdict(needs, document(), CLEAN, on=ON)) == ["OVERLAY_UNKNOWN"]


def test_without_an_evaluation_nothing_is_answered():
    assert codes(instant_verdict(NEEDS, None, CLEAN, on=ON)) == ["NOT_EVALUATED"]


def test_without_any_record_a_visit_is_needed():
    assert codes(instant_verdict(NEEDS, document(), None, on=ON)) == ["NO_RECORD"]


def test_a_condition_on_a_record_that_does_not_exist_is_not_met():
    needs = replace(NEEDS, records={"no_open_violation": True})
    assert codes(instant_verdict(needs, document(), None, on=ON)) == ["NO_RECORD"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"papers": ()}, "NO_CERTIFICATE"),
        ({"last_inspected_on": None}, "NEVER_INSPECTED"),
        ({"last_inspected_on": date(2025, 11, 21)}, None),  # twelve months to the day still count
        ({"last_inspected_on": date(2025, 11, 20)}, "INSPECTION_TOO_OLD"),
        ({"open_violations": ("storey too many",)}, "OPEN_VIOLATION"),
        ({"stop_order": True}, "STOP_ORDER"),
        ({"debt_rial": 1}, "DEBT_DUE"),
        ({"debt_rial": 0}, None),
    ],
)
def test_each_condition_on_the_record(changed, code):
    verdict = instant_verdict(NEEDS, document(), replace(CLEAN, **changed), on=ON)
    assert codes(verdict) == ([code] if code else [])


@pytest.mark.parametrize(
    ("changed_on", "code"),
    [
        (date(2026, 5, 10), None),  # the certificate already knew the new plan
        (date(2026, 5, 11), "PLAN_CHANGED"),
    ],
)
def test_a_plan_that_changed_after_the_certificate(changed_on, code):
    verdict = instant_verdict(NEEDS, document(), CLEAN, on=ON, plan_changed_on=changed_on)
    assert codes(verdict) == ([code] if code else [])


def test_a_service_that_always_needs_a_visit_says_so():
    assert codes(instant_verdict(Needs("visit"), None, CLEAN, on=ON)) == ["VISIT_ALWAYS"]


def test_street_land_gets_no_certificate():
    assert codes(instant_verdict(NEEDS, document(), CLEAN, on=ON, is_lot=False)) == ["NOT_A_LOT"]


def test_all_reasons_are_told_at_once():
    bad = replace(CLEAN, stop_order=True, debt_rial=5)
    assert codes(instant_verdict(NEEDS, document(zone="unknown"), bad, on=ON)) == [
        "FINDING_UNKNOWN",
        "STOP_ORDER",
        "DEBT_DUE",
    ]


def test_every_reason_can_be_said_in_both_languages():
    values = {"months": 12, "count": 1, "amount_rial": 5, "name_fa": "پهنه", "name_en": "The zone"}
    for code in SENTENCES:
        reason = Reason(code, values)
        assert reason.fa
        assert reason.en
        assert "{" not in reason.fa + reason.en


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
    ],
)
def test_months_before(day, months, before):
    assert months_before(day, months) == before
