"""Owners come in as blind indexes: read, joined, followed, and never kept where somebody could read them."""

import pytest

from gis_core.models import ImportRun
from gis_core.personal_data import blind_index
from import_scripts.issues import write_report
from import_scripts.runner import import_file
from parcels.records.models import PropertyFile
from tests.import_scripts.test_loading import DATA, parcel_recipe, written

pytestmark = pytest.mark.django_db
NEGAR, ALI, COMPANY = "0499370899", "0010350829", "10861677542"
WRONG, LOST_ZERO = "1234567890", "499370899"


@pytest.fixture(autouse=True)
def lots(as_owner, db, tmp_path):
    import_file("parcels", DATA / "two_lots.geojson", parcel_recipe(tmp_path))


def records(tmp_path, rows: str, *, options: str = ""):
    table = written(tmp_path, "files.csv", "code,file,visited,owners\n" + rows)
    recipe = written(
        tmp_path,
        "records.toml",
        'kind = "property-records"\nlayer_key = "r"\ntitle_fa = "پ"\ntitle_en = "r"\n'
        "[period]\nvalid_from = 2020-01-01\n"
        '[fields]\nkey = "code"\nfile_no = "file"\nlast_inspected_on = "visited"\nowner = "owners"\n'
        f"[options]\n{options}\n",
    )
    return import_file("property-records", table, recipe)


def owners_of(file_no="1"):
    return PropertyFile.objects.get(file_no=file_no).owner_indexes


def indexes(*codes):
    return sorted(map(blind_index, codes))


@pytest.mark.parametrize("between", [",", "، ", ";", "؛ ", " / ", " | ", "  "])
def test_the_owners_of_a_cell_are_told_apart_whatever_stands_between_them(tmp_path, between):
    outcome = records(tmp_path, f'3-2-45-1-0-0-0,1,,"۰۴۹۹۳۷۰۸۹۹{between}{ALI}"\n')
    assert owners_of() == indexes(NEGAR, ALI)
    assert not len(outcome.doubts)


def test_a_company_owns_by_its_own_number(tmp_path):
    records(tmp_path, f"3-2-45-1-0-0-0,1,,{COMPANY}\n")
    assert owners_of() == indexes(COMPANY)


def test_a_file_without_owners_says_that_they_are_not_known(tmp_path):
    records(tmp_path, "3-2-45-1-0-0-0,1,,\n")
    assert owners_of() is None


def test_a_doubtful_code_is_listed_with_its_reason_masked_and_nobody_gets_the_property_by_it(tmp_path):
    outcome = records(tmp_path, f'3-2-45-1-0-0-0,1,,"{WRONG},{NEGAR}"\n3-2-45-2-0-0-0,2,,{LOST_ZERO}\n')
    wrong, short = outcome.doubts
    assert (wrong.line, wrong.field, wrong.kind, wrong.value) == (2, "owner", "OWNER_LEFT_OUT", "•••••••890")
    assert "check digit" in wrong.en
    assert "number of digits" in short.en
    assert (owners_of("1"), owners_of("2")) == (indexes(NEGAR), None)


def test_zeros_that_a_spreadsheet_took_are_given_back_only_when_the_recipe_says_so(tmp_path):
    options = "fill_up_national_codes = true"
    outcome = records(tmp_path, f"3-2-45-1-0-0-0,1,,{LOST_ZERO}\n", options=options)
    assert owners_of() == indexes(NEGAR)
    [doubt] = outcome.doubts
    assert (doubt.kind, doubt.outcome, doubt.value) == ("OWNER_FILLED_UP", "repaired", "••••••899")


def test_no_code_stands_in_the_report_the_runs_record_or_the_table(tmp_path):
    outcome = records(tmp_path, f'3-2-45-1-0-0-0,1,,"{WRONG},{NEGAR}"\n3-2-45-9-0-0-0,9,,{ALI}\n')
    write_report(outcome.doubts, tmp_path / "report.csv")
    told = (tmp_path / "report.csv").read_text(encoding="utf-8")
    told += str(list(ImportRun.objects.values())) + str(list(PropertyFile.objects.values()))
    assert "OWNER_LEFT_OUT" in told
    for code in (WRONG, NEGAR, ALI):
        assert code not in told


def test_one_row_for_each_owner_is_one_file(tmp_path):
    records(tmp_path, f"3-2-45-1-0-0-0,1,2026-05-01,{NEGAR}\n3-2-45-1-0-0-0,1,2026-05-01,{ALI}\n")
    assert owners_of() == indexes(NEGAR, ALI)


def test_who_sold_is_no_owner_any_more_and_a_second_run_changes_nothing(tmp_path):
    sold = f"3-2-45-1-0-0-0,1,,{NEGAR}\n", f"3-2-45-1-0-0-0,1,,{ALI}\n"
    assert [records(tmp_path, rows).counts.loaded for rows in (*sold, sold[1])] == [1, 1, 0]
    assert owners_of() == indexes(ALI)
    records(tmp_path, "3-2-45-1-0-0-0,1,,\n")
    assert owners_of() is None
