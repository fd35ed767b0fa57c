"""The answer of a parcel on the map: gathered from PostGIS, decided by the engine, kept when it is issued."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import shapely
from django.db import connection

from gis_core.constraints.findings import as_document
from gis_core.constraints.verify import check
from gis_core.errors import NotFound
from layers.models import Layer, OverlayFeature
from layers.zoning.models import Rule
from parcels.evaluation import (
    answer_for,
    document_of_key,
    evaluate_document,
    evaluate_parcel,
    evaluate_parcels,
    frozen_file,
    issue,
)
from parcels.models import IssuedEvaluation
from tests.builders import (
    LONG_AGO,
    ORIGIN,
    corner_plot,
    geos,
    plot,
    published_layer,
    reference_lot,
    rule,
    rule_pack,
    street,
    zoned,
)
from tests.gis_core.constraints.scenes import RULES

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
X, Y = ORIGIN


@pytest.fixture(name="reference_lot")
def the_reference_lot():
    return reference_lot()


def test_the_reference_lot_of_the_rule_book_comes_out_of_the_database(reference_lot):
    document = evaluate_document(reference_lot, on=TODAY)
    values = {key: finding["value"] for key, finding in document["findings"].items()}
    assert values["widening_area_m2"] == 24.0
    assert values["chamfer_area_m2"] == 1.0
    assert values["net_area_m2"] == 275.0
    assert values["footprint_m2"] == 165.0
    assert values["envelope_area_m2"] == pytest.approx(187.6, abs=1e-6)
    assert (values["far_cap_m2"], values["reachable_floor_area_m2"]) == (720.0, 660.0)
    assert [choice["storeys"] for choice in document["choices"]] == [1.0, 2.0, 3.0, 4.0]
    assert document["choices"][-1]["parking_need"] == 8
    assert document["parcel"]["key"] == reference_lot.key
    assert document["unknown"] == ["overlook"]


@pytest.mark.parametrize(
    ("on", "code"),
    [(date(2026, 3, 1), None), (TODAY, "STALE_LAYER")],
    ids=["while it is fresh", "when it is stale"],
)
def test_a_zoning_plan_that_is_out_of_date_on_the_day_leaves_the_zone_unknown_in_a_click_and_a_batch(
    on, code
):
    version = published_layer("zoning", Layer.Kind.ZONING, surveyed_on=date(2026, 1, 1))
    Layer.objects.filter(key="zoning").update(stale_after_days=90)
    zoned(version=version)
    rule_pack()
    lot = corner_plot()
    zone = evaluate_document(lot, on=on)["findings"]["zone"]
    assert ((zone["reason"] or {}).get("code"), zone["value"]) == (code, None if code else "R121")
    (batch,) = evaluate_parcels(on=on)
    assert as_document(batch.evaluations[0])["findings"]["zone"] == zone


@pytest.mark.parametrize("first", ["old-town", "suburbs"])
def test_of_two_plans_in_force_side_by_side_a_click_and_a_batch_rest_on_both(first):
    """Which plan was imported first changes nothing: the one out of date leaves its own lots unknown."""
    far = shapely.box(X + 2000, Y, X + 3000, Y + 900)
    for key in sorted(("old-town", "suburbs"), key=lambda key: key != first):
        dated = {"surveyed_on": date(2026, 1, 1)} if key == "suburbs" else {}
        zoned(ring=far if key == "suburbs" else None, version=published_layer(key, "zoning", **dated))
    Layer.objects.filter(key="suburbs").update(stale_after_days=90)
    rule_pack()
    near, away = corner_plot(), plot(shapely.box(X + 2100, Y + 50, X + 2112, Y + 75), "3-2-45-99-0-0-0")
    for on, code in ((date(2026, 3, 1), None), (TODAY, "STALE_LAYER")):
        (batch,) = evaluate_parcels([near.pk, away.pk], on=on)
        for lot, said, together in zip((near, away), (None, code), batch.evaluations, strict=True):
            zone = evaluate_document(lot, on=on)["findings"]["zone"]
            assert (zone["reason"] or {}).get("code") == said
            assert as_document(together)["findings"]["zone"] == zone
            paper = frozen_file(issue(lot, on=on))
            assert paper["answer"]["findings"]["zone"] == zone
            assert [one.code for one in check(paper).said] == ["SAME"]


def test_a_lot_beyond_the_survey_of_the_plan_is_told_so_not_that_no_zone_covers_it():
    elsewhere = shapely.box(X + 5000, Y, X + 6000, Y + 900)
    reach = shapely.multipolygons([elsewhere])
    zoned(ring=elsewhere, version=published_layer("zoning", Layer.Kind.ZONING, surveyed_extent=reach))
    rule_pack()
    zone = evaluate_document(corner_plot(), on=TODAY)["findings"]["zone"]
    assert (zone["value"], zone["reason"]["code"]) == (None, "OUTSIDE_SURVEYED_EXTENT")


WIDE_STREETS = {
    "planned 160 m wide, its middle 78 m away": ([(-400, -78), (400, -78)], {"planned_width_m": 160.0}, 24.0),
    "widened by 82 m to one side": (
        [(-400, -83), (400, -83)],
        {"planned_width_m": 90.0, "widening": "ONE_SIDED_LEFT"},
        36.0,
    ),
    "given an offset of 70 m": (
        [(-400, -68), (400, -68)],
        {"planned_width_m": 78.0, "widening": "OFFSETS", "offset_left_m": 70.0, "offset_right_m": 8.0},
        24.0,
    ),
    "bent sharply before the lot, 40 m wide": (
        [(6 - 50, -75 - 187), (6, -75), (6 + 50, -75 - 187)],
        {"planned_width_m": 40.0},
        None,
    ),
}


@pytest.mark.parametrize("name", WIDE_STREETS)
def test_a_street_takes_its_land_however_wide_it_is_planned(name):
    line, values, ceded_m2 = WIDE_STREETS[name]
    zoned()
    rule_pack()
    streets = published_layer("streets", Layer.Kind.STREETS)
    street(
        streets,
        shapely.LineString([(X + x, Y + y) for x, y in line]),
        "بزرگراه",
        **{"existing_width_m": 8.0, **values},
    )
    ring = shapely.box(X, Y, X + 12, Y + 25)
    lot = plot(ring, "3-2-45-17-0-0-0", deed_area_m2=300.0)
    found = evaluate_document(lot, on=TODAY)["findings"]["widening_area_m2"]["value"]
    assert found == pytest.approx(ceded_m2) if ceded_m2 else found > 0
    neighbour = plot(shapely.box(X, Y - 300, X + 12, Y - 290), "3-2-45-18-0-0-0", deed_area_m2=120.0)
    # Among others, whose ground is read together, the lot has the same answer.
    together = answer_for([lot.pk, neighbour.pk], on=TODAY).evaluations[0]
    assert as_document(together)["findings"]["widening_area_m2"]["value"] == found


def test_a_click_asks_the_database_once_the_first_one_twice_and_after_a_change_of_rules_three_times(
    reference_lot,
):
    def asked() -> int:
        return answer_for([reference_lot.pk], on=TODAY).timing.round_trips

    assert asked() <= 3  # what another test left in memory may be known already, and no longer hold
    assert asked() == 1
    assert answer_for([reference_lot.pk], on=date(2026, 11, 23)).timing.round_trips <= 3
    rule("LATER", "STOREY", {"limit": "ZONE", "storeys": 1})
    assert asked() == 3
    assert asked() == 1


def test_a_parcel_asked_for_by_its_key_gets_the_answer_of_its_version_in_force(reference_lot):
    asked_at = datetime.now(UTC)
    by_key = document_of_key(reference_lot.key, on=TODAY, known_at=asked_at)
    assert by_key == evaluate_document(reference_lot, on=TODAY, known_at=asked_at)
    with pytest.raises(NotFound):
        document_of_key(reference_lot.key, on=date(2019, 1, 1))
    with pytest.raises(NotFound):
        document_of_key("9-9-9-9-0-0-0", on=TODAY)


def test_a_statement_of_a_click_is_planned_once_and_new_rules_hold_at_the_next(reference_lot):
    def planned() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "select statement from pg_prepared_statements where statement like '%parceledges%'"
            )
            return [row[0] for row in cursor.fetchall()]

    for _ in range(8):
        assert document_of_key(reference_lot.key, on=TODAY)["findings"]["storeys"]["value"] == 4.0
    once = planned()
    assert len(once) >= 1
    rule("LATER", "STOREY", {"limit": "ZONE", "storeys": 1})
    assert document_of_key(reference_lot.key, on=TODAY)["findings"]["storeys"]["value"] == 1.0
    assert planned() == once


def test_without_rules_zone_and_areas_are_known_and_density_is_not():
    zoned("A-1")
    document = evaluate_document(corner_plot(), on=TODAY)
    assert document["zone_state"] == "ONE_ZONE"
    assert document["findings"]["zone"]["value"] == "A-1"
    assert document["findings"]["surveyed_area_m2"]["value"] == 300.0
    assert document["findings"]["far_cap_m2"]["state"] == "unknown"
    assert document["choices"] == []
    assert "far_percent" in document["unknown"]


def test_a_new_rule_is_seen_by_the_next_click(reference_lot):
    assert evaluate_parcel(reference_lot, on=TODAY).findings["storeys"].value == 4.0
    rule("STREET-SCAPE", "STOREY", {"limit": "ZONE", "storeys": 3})
    finding = evaluate_parcel(reference_lot, on=TODAY).findings["storeys"]
    assert (finding.value, finding.binding) == (3.0, ("STREET-SCAPE",))


def test_a_rule_holds_from_its_day_and_not_before(reference_lot):
    rule("LATER", "STOREY", {"limit": "ZONE", "storeys": 2}, valid=(date(2027, 1, 1), None))
    assert evaluate_parcel(reference_lot, on=date(2026, 12, 31)).findings["storeys"].value == 4.0
    assert evaluate_parcel(reference_lot, on=date(2027, 1, 1)).findings["storeys"].value == 2.0


def test_what_was_not_known_then_does_not_count_then(reference_lot):
    Rule.objects.create(
        code="LATE",
        kind="STOREY",
        params={"limit": "ZONE", "storeys": 1},
        valid=(LONG_AGO, None),
        known=(datetime(2026, 6, 1, tzinfo=UTC), None),
    )
    may = datetime(2026, 5, 1, tzinfo=UTC)
    assert evaluate_parcel(reference_lot, on=TODAY, known_at=may).findings["storeys"].value == 4.0
    assert evaluate_parcel(reference_lot, on=TODAY).findings["storeys"].value == 1.0


def test_a_power_line_in_the_database_takes_ground(reference_lot):
    version = published_layer("power-lines", Layer.Kind.OVERLAY)
    OverlayFeature.objects.create(
        layer=version.layer,
        layer_version=version,
        code="63 kV",
        attributes={"voltage_kv": 63, "conductor_offset_m": 3.5},
        geometry=geos(shapely.LineString([(X - 100, Y + 32), (X + 100, Y + 32)])),
        valid=(LONG_AGO, None),
        known=version.known,
    )
    params = {
        "layer": "power-lines",
        "measured_from": "OUTER_CONDUCTORS",
        "attribute": "voltage_kv",
        "outer_conductor_offset_attribute": "conductor_offset_m",
        "table": {"kind": "BY_VALUE", "rows": [{"key": 63, "distance_m": 8.0}]},
        "effect": "NO_BUILD",
        "agency": "power company",
    }
    rule("POWER", "BUFFER", params)
    document = evaluate_document(reference_lot, on=TODAY)
    overlay = document["overlays"][0]
    # The line runs 7 m behind the lot; 11.5 m from its axis nothing may be built: 4.5 m × 12 m.
    assert (overlay["state"], overlay["effect"]) == ("applies", "NO_BUILD")
    assert overlay["overlap_m2"] == pytest.approx(54.0, abs=0.01)
    assert document["findings"]["buildable_area_m2"]["value"] == pytest.approx(275.0 - 54.0, abs=0.01)


@pytest.mark.parametrize(("ends_m", "code"), [(45, "ACCURACY_NOT_TOLD"), (55, None)], ids=["near", "far"])
def test_a_canal_of_which_nobody_said_how_exactly_it_is_drawn_is_unknown_near_its_border(
    reference_lot, ends_m, code
):
    """The click looks as far as such a border may lie; a batch and the issued paper say the same."""
    version = published_layer("canals", Layer.Kind.OVERLAY, positional_accuracy_m=None)
    OverlayFeature.objects.create(
        layer=version.layer,
        layer_version=version,
        code="main",
        geometry=geos(
            shapely.LineString([(X - 400, Y + 25 + 120 + ends_m), (X + 400, Y + 25 + 120 + ends_m)])
        ),
        valid=(LONG_AGO, None),
        known=version.known,
    )
    params = {"layer": "canals", "measured_from": "AXIS", "distance_m": 120, "effect": "NO_BUILD"}
    rule("CANAL", "BUFFER", params)
    state = "unknown" if code else "does_not_apply"
    told = evaluate_document(reference_lot, on=TODAY)["overlays"]
    assert [(one["state"], (one["reason"] or {}).get("code")) for one in told] == [(state, code)]
    (batch,) = evaluate_parcels(on=TODAY)
    assert as_document(batch.evaluations[0])["overlays"] == told
    paper = frozen_file(issue(reference_lot, on=TODAY))
    assert paper["answer"]["overlays"] == told
    assert [one.code for one in check(paper).said] == ["SAME"]


def test_an_overlay_layer_nobody_has_imported_is_unknown_never_absent(reference_lot):
    rule(
        "QANAT",
        "BUFFER",
        {"layer": "qanats", "measured_from": "POINT", "distance_m": 15, "effect": "NO_BUILD"},
    )
    document = evaluate_document(reference_lot, on=TODAY)
    assert document["overlays"][0]["state"] == "unknown"
    assert document["overlays"][0]["reason"]["code"] == "MISSING_LAYER"
    assert "qanats" in document["unknown"]
    assert document["findings"]["envelope_area_m2"]["state"] == "conditional"


def test_the_whole_city_gives_the_same_answer_as_a_click_bit_for_bit(reference_lot):
    plot(shapely.box(X - 12, Y, X, Y + 25), "3-2-45-18-0-0-0")
    for answered in evaluate_parcels(on=TODAY):
        for evaluation in answered.evaluations:
            one = answer_for([evaluation.parcel_id], on=TODAY).evaluations[0]
            same = replace(one, known_at=evaluation.known_at)
            assert same.findings == evaluation.findings
            assert [shapely.to_wkb(shape) for shape in same.geometries.values()] == [
                shapely.to_wkb(shape) for shape in evaluation.geometries.values()
            ]


def test_a_parcel_that_is_not_in_force_on_the_day_is_not_found(reference_lot):
    with pytest.raises(NotFound):
        evaluate_document(reference_lot, on=date(2019, 1, 1))


def test_an_issued_evaluation_keeps_question_and_answer(reference_lot):
    issued = issue(reference_lot, on=TODAY)
    kept = IssuedEvaluation.objects.get(pk=issued.pk)
    assert kept.document["findings"]["net_area_m2"]["value"] == 275.0
    rules = kept.inputs["parts"]["rules"]["rules"]["list"]
    assert {entry["code"] for entry in rules} == {value.code for value in RULES.values()}
    assert len(kept.sha256) == 64


def test_an_issued_evaluation_is_computed_again_from_its_own_file(reference_lot):
    issue(reference_lot, on=TODAY)
    rule("LATER", "STOREY", {"limit": "ZONE", "storeys": 1})  # the city goes on changing
    kept = frozen_file(IssuedEvaluation.objects.get())
    assert kept["sha256"] == IssuedEvaluation.objects.get().sha256
    assert [one.code for one in check(kept).said] == ["SAME"]
    kept["inputs"]["parts"]["around.passages"]["existing_width_m"]["floats"][0] = 9.0
    assert [one.code for one in check(kept).said] == ["ALTERED", "DIFFERS"]


def test_an_issued_answer_is_the_one_that_was_shown(reference_lot):
    asked_at = datetime.now(UTC)
    shown = evaluate_document(reference_lot, on=TODAY, known_at=asked_at)
    issued = issue(reference_lot, on=TODAY, known_at=asked_at)
    assert issued.document == json.loads(json.dumps(shown))


def test_an_evaluation_issued_before_inputs_were_kept_says_that_it_cannot_be_computed_again(reference_lot):
    issued = issue(reference_lot, on=TODAY)
    issued.inputs = {"parcel": {}, "rules": []}
    with pytest.raises(NotFound, match="before all inputs were kept"):
        frozen_file(issued)
