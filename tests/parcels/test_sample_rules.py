"""The sample city's own rule file gives the integrated example of the planning rules, section 22."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings

from import_scripts import rules
from import_scripts.issues import Doubts
from import_scripts.recipe import Recipe
from import_scripts.task import Destination, Task
from parcels.evaluation import evaluate_document
from tests.builders import corner_plot, zoned

pytestmark = pytest.mark.django_db
RECIPES = Path(__file__).resolve().parents[2] / "import_scripts" / "recipes" / "demo"
TODAY = date(2026, 11, 21)


def bring_in_rules() -> Doubts:
    path = RECIPES / "rules.toml"
    doubts = Doubts(path.name)
    task = Task(path, Recipe("rules", path, "", "", ""), settings.CITY)
    rules.bring_in(task, Destination(None, None, datetime(2020, 1, 1, tzinfo=UTC)), doubts)
    return doubts


@pytest.fixture
def document() -> dict:
    """The answer for the reference lot under the sample rules, housing zone R121."""
    bring_in_rules()
    zoned("R121")
    return evaluate_document(corner_plot(), on=TODAY)


def test_the_reference_lot_gives_the_numbers_of_section_22(document):
    values = {key: finding["value"] for key, finding in document["findings"].items()}
    assert values["widening_area_m2"] == pytest.approx(24.0, abs=0.01)
    assert values["chamfer_area_m2"] == pytest.approx(1.0, abs=0.01)
    assert values["net_area_m2"] == pytest.approx(275.0, abs=0.01)
    assert values["coverage_cap_m2"] == pytest.approx(165.0, abs=0.01)
    assert values["far_cap_m2"] == pytest.approx(720.0, abs=0.01)
    assert values["reachable_floor_area_m2"] == pytest.approx(660.0, abs=0.01)
    assert values["envelope_area_m2"] == pytest.approx(187.6, abs=0.01)
    assert (values["storeys"], values["may_request_storeys"]) == (4, 5)
    assert values["height_m"] == pytest.approx(17.1)
    assert values["orientation"] == "NORTH_LOT"


def test_each_of_those_numbers_names_its_rule_and_article(document):
    for key in ("coverage_cap_m2", "far_cap_m2", "widening_area_m2", "envelope_area_m2"):
        named = document["findings"][key]["rule"]
        assert named["source_code"] == "demo-detailed-plan"
        assert named["article"]


def test_overlays_nobody_has_drawn_are_unknown_and_said_so(document):
    qanat = next(found for found in document["overlays"] if found["layer"] == "qanats")
    assert qanat["state"] == "unknown"
    assert "qanats" in document["unknown"]


def test_density_is_coverage_times_storeys_in_every_housing_zone_of_the_general_kind():
    doubted = {doubt.en for doubt in bring_in_rules() if doubt.kind == "FAR_NOT_COVERAGE_TIMES_STOREYS"}
    assert not any(
        zone in sentence for zone in ("R111", "R112", "R121", "R122", "R131") for sentence in doubted
    )
