"""Tariff and rule files: checked, loaded as versions, harmless when repeated, refused as a whole."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gis_core.city import DEMO_CITY, ROOT, read_city
from import_scripts import rules, tariffs
from import_scripts.issues import Doubts, FileRefused
from import_scripts.recipe import Recipe
from import_scripts.task import Destination, Task
from layers.zoning.models import Rule
from parcels.fees.models import LandValue, Tariff
from parcels.fees.queries import tariffs_in_force

pytestmark = pytest.mark.django_db

DEMO_TARIFFS = ROOT / "import_scripts/recipes/demo/tariffs.toml"
FIRST, SECOND = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
FLAT = """
[[tariff]]
code = "F-15"
title_fa = "بهای بازدید"
title_en = "Charge for an inspection"
valid_from = "1404-01-01"
charged_at = "permit_issue"
[tariff.formula]
expression = "charge"
[tariff.formula.constants]
charge = { unit = "rial", value = 500000 }
"""


def bring(importer, path: Path, now: datetime = FIRST):
    recipe = Recipe(importer.__name__.rpartition(".")[2], path, "", "", "")
    doubts = Doubts(path.name)
    counts = importer.bring_in(Task(path, recipe, read_city(DEMO_CITY)), Destination(None, None, now), doubts)
    return counts, doubts


def file(folder: Path, text: str) -> Path:
    path = folder / "file.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_sample_citys_tariffs_load_once_and_repeat_harmlessly():
    first, doubts = bring(tariffs, DEMO_TARIFFS)
    assert first.loaded == Tariff.objects.count() + LandValue.objects.count() > 10
    again, _ = bring(tariffs, DEMO_TARIFFS, SECOND)
    assert (again.loaded, again.unchanged) == (0, first.loaded)
    assert {"TABLE_GAP", "TABLE_CLIFF", "SAMPLE_ONLY"} <= doubts.counts().keys()


def test_the_gap_of_the_house_table_is_reported_with_its_bounds():
    _, doubts = bring(tariffs, DEMO_TARIFFS)
    (gap,) = (doubt for doubt in doubts if doubt.kind == "TABLE_GAP")
    assert gap.value == "500…600"
    assert "F-02" in gap.en
    assert DEMO_TARIFFS.read_text(encoding="utf-8").splitlines()[gap.line - 1] == "[[tariff]]"


def test_the_annulled_toll_holds_for_the_days_before_its_annulment():
    bring(tariffs, DEMO_TARIFFS)
    status = {}
    for on in (date(2016, 1, 1), date(2026, 1, 1)):
        status[on.year] = next(one for one in tariffs_in_force(on=on) if one.code == "F-07").legal_status
    assert status == {2016: "in_force", 2026: "annulled"}


def test_next_years_tariff_closes_this_years_without_forgetting_it(tmp_path):
    bring(tariffs, file(tmp_path, FLAT))
    dearer = FLAT.replace("1404-01-01", "1405-01-01").replace("500000", "700000")
    counts, _ = bring(tariffs, file(tmp_path, dearer), SECOND)
    assert counts.closed == 1

    def charge(on, known_at=None):
        (found,) = tariffs_in_force(on=on, known_at=known_at)
        return found.definition["constants"]["charge"]["value"], found.version

    assert charge(date(2026, 3, 20)) == (500000, 1)  # the last day of 1404
    assert charge(date(2026, 3, 21)) == (700000, 2)
    assert charge(date(2026, 3, 21), known_at=FIRST) == (500000, 1)  # what we would have said then


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ('"charge"', '"charge * charge"', "WRONG_FORMULA"),  # rial², not rial
        ('"charge"', '"price"', "WRONG_FORMULA"),
        ("1404-01-01", "1404-13-01", "WRONG_ENTRY"),
        ('charged_at = "permit_issue"', "", "WRONG_ENTRY"),
        ('charged_at = "permit_issue"', 'charged_at = "x"\nsource = "nowhere"', "WRONG_ENTRY"),
        ('charged_at = "permit_issue"', 'charged_at = "x"\nconfidence = "Z"', "WRONG_ENTRY"),
    ],
)
def test_one_wrong_entry_refuses_the_file(tmp_path, before, after, kind):
    doubts = Doubts("file.toml")
    path = file(tmp_path, FLAT.replace(before, after))
    with pytest.raises(FileRefused) as refused:
        tariffs.bring_in(
            Task(path, Recipe("tariffs", path, "", "", ""), read_city(DEMO_CITY)),
            Destination(None, None, FIRST),
            doubts,
        )
    assert kind in doubts.counts()
    assert refused.value.details["lines"] == [2]
    assert Tariff.objects.count() == 0


def test_a_tariff_given_twice_for_one_day_is_refused(tmp_path):
    with pytest.raises(FileRefused):
        bring(tariffs, file(tmp_path, FLAT + FLAT))


def test_what_is_not_toml_is_refused(tmp_path):
    with pytest.raises(FileRefused) as refused:
        bring(tariffs, file(tmp_path, "code = "))
    assert refused.value.details["reason"] == "NOT_TOML"


RULES = """
[[source]]
code = "sample-plan"
title_fa = "ضوابط نمونه"
title_en = "Sample rules"

[[rule]]
code = "R121-FAR"
kind = "FAR"
zone_code = "R121"
source = "sample-plan"
confidence = "B"
valid_from = 2020-03-20
params = { far_percent = 240 }

[[rule]]
code = "R121-COV"
kind = "COV"
zone_code = "R121"
valid_from = 2020-03-20
params = { coverage_percent = 60 }

[[rule]]
code = "R121-STOREYS"
kind = "STOREY"
zone_code = "R121"
valid_from = 2020-03-20
params = { limit = "ZONE", storeys = 4 }

[[rule]]
code = "STOREYS-BY-WIDTH"
kind = "STOREY"
valid_from = 2020-03-20
params = { limit = "BY_WIDTH", bands = [
  { from = 0, to = 6, storeys = 2 },
  { from = 6, to = 8, storeys = 3 },
  { from = 8, storeys = 4 },
] }
"""


def test_a_rule_file_loads_and_repeats_harmlessly(tmp_path):
    first, doubts = bring(rules, file(tmp_path, RULES))
    assert (first.loaded, set(doubts.counts())) == (4, {"SAMPLE_ONLY"})
    again, _ = bring(rules, file(tmp_path, RULES), SECOND)
    assert (again.loaded, again.unchanged) == (0, 4)


@pytest.mark.parametrize(
    ("before", "after", "kind", "value"),
    [
        ("from = 6, to = 8", "from = 7, to = 8", "TABLE_GAP", "6…7"),
        ("from = 6, to = 8", "from = 5, to = 8", "TABLE_OVERLAP", "5…6"),
        ("storeys = 3 }", "storeys = 1 }", "TREND_BROKEN", "1"),  # a wider passage, fewer storeys
        ("far_percent = 240", "far_percent = 300", "FAR_NOT_COVERAGE_TIMES_STOREYS", "300"),
    ],
)
def test_a_table_that_contradicts_itself_is_reported_and_loaded_as_printed(
    tmp_path, before, after, kind, value
):
    counts, doubts = bring(rules, file(tmp_path, RULES.replace(before, after)))
    assert [doubt.value for doubt in doubts if doubt.kind == kind] == [value]
    assert counts.loaded == 4


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('kind = "FAR"', 'kind = "FAIR"'),
        ("params = { far_percent = 240 }", ""),
        ("far_percent = 240", "far = 240"),
        ("far_percent = 240", 'far_percent = "240"'),
        ('limit = "ZONE", storeys = 4', 'limit = "ZONE"'),
        ('limit = "ZONE"', 'limit = "STREET"'),
        ("2020-03-20", '"1399-13-01"'),
    ],
)
def test_a_wrong_rule_refuses_the_file(tmp_path, before, after):
    with pytest.raises(FileRefused):
        bring(rules, file(tmp_path, RULES.replace(before, after, 1)))
    assert Rule.objects.count() == 0
