"""The cost frozen with a decision: by the sample tariff file, through the database, to the rial."""

import json
from datetime import UTC, date, datetime

import pytest
from shapely.geometry import shape

from gis_core.city import DEMO_CITY, ROOT, read_city
from import_scripts import tariffs
from import_scripts.issues import Doubts
from import_scripts.recipe import read_recipe
from import_scripts.task import Destination, Task
from parcels.fees.models import LandValue
from parcels.models import IssuedEvaluation
from parcels.service_requests.costs import frozen_estimates
from parcels.service_requests.models import Service
from tests.builders import plot

pytestmark = pytest.mark.django_db

DEMO = DEMO_CITY.parent
REFERENCE = json.loads((ROOT / "tests/data/reference_lot_evaluation.json").read_text(encoding="utf-8"))
LOADED, DECIDED, LATER = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 11, 12))


def load_tariffs():
    task = Task(DEMO / "tariffs.toml", read_recipe(DEMO / "tariff_file.toml"), read_city(DEMO_CITY))
    tariffs.bring_in(task, Destination(None, None, LOADED), Doubts("tariffs.toml"))


def evaluation() -> IssuedEvaluation:
    return IssuedEvaluation.objects.create(
        parcel=plot(shape(REFERENCE["geometries"]["parcel"]), "3-2-45-17-0-0-0"),
        on=date.fromisoformat(REFERENCE["on"]),
        known_at=DECIDED,
        engine_version="1.0.0",
        inputs={},
        document=REFERENCE,
        sha256="",
    )


def totals(kept):
    return {one["storeys"]: one["total_rial"] for one in kept}


def test_the_reference_lot_costs_what_the_sheet_says():
    load_tariffs()
    kept = frozen_estimates(Service(output="drawing_permission"), evaluation(), at=DECIDED)
    assert totals(kept)[4] == 2_943_244_800


def test_a_land_value_corrected_later_does_not_change_what_was_told():
    load_tariffs()
    asked = evaluation()
    told = frozen_estimates(Service(output="estimate"), asked, at=DECIDED)
    LandValue.objects.update(known=(LOADED, LATER))
    assert frozen_estimates(Service(output="estimate"), asked, at=DECIDED) == told
    assert (
        totals(frozen_estimates(Service(output="estimate"), asked, at=LATER))[4] is None
    )  # P is not known now


@pytest.mark.parametrize("output", ["bank_answer", "no_violation_certificate"])
def test_a_paper_without_a_cost_keeps_none(output):
    assert frozen_estimates(Service(output=output), evaluation(), at=DECIDED) == []
