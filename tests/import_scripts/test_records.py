"""Certificates, violations and debts find their file; each flaw is named, and later tables are followed."""

from datetime import date

import pytest

from import_scripts.issues import Outcome
from import_scripts.runner import import_file
from parcels.records.models import Certificate, Debt, PropertyFile, Violation
from tests.import_scripts.test_loading import DATA, parcel_recipe, written

pytestmark = [pytest.mark.usefixtures("as_owner"), pytest.mark.django_db]
LOT, OTHER_LOT = "3-2-45-1-0-0-0", "3-2-45-2-0-0-0"
FIELDS = {
    "files": ("code", "file_no", "last_inspected_on", "stop_order"),
    "certificates": ("code", "kind", "number", "issued_on", "valid_until"),
    "violations": ("code", "kind", "opened_on", "settled_on", "article_100_verdict"),
    "debts": ("code", "fee_code", "year", "amount_rial", "paid_on"),
}


@pytest.fixture(autouse=True)
def filed_lot(as_owner, db, tmp_path, bring):
    """Two lots, of which the first has a property file."""
    import_file("parcels", DATA / "two_lots.geojson", parcel_recipe(tmp_path))
    bring("files", f"{LOT},120,,")


@pytest.fixture
def bring(tmp_path):
    """Imports rows of one table of property records."""

    def run(table, *rows, refused_rows="stop"):
        file = written(tmp_path, f"{table}.csv", "\n".join([",".join(FIELDS[table]), *rows]) + "\n")
        fields = "\n".join(f'{name} = "{name}"' for name in FIELDS[table][1:])
        recipe = written(
            tmp_path,
            "records.toml",
            f'kind = "property-records"\nlayer_key = "r"\ntitle_fa = "پ"\ntitle_en = "r"\n'
            f'refused_rows = "{refused_rows}"\n[period]\nvalid_from = 2020-01-01\n'
            f'[fields]\nkey = "code"\n{fields}\n[options]\ntable = "{table}"\n',
        )
        return import_file("property-records", file, recipe)

    return run


def test_a_certificate_comes_with_jalali_days(bring):
    assert bring("certificates", f"{LOT},completion,ع-۱۲,۱۴۰۲/۰۳/۱۰,").counts.loaded == 1
    one = Certificate.objects.get()
    assert (one.file.file_no, one.kind, one.number) == ("120", "completion", "ع-12")
    assert (one.issued_on, one.valid_until) == (date(2023, 5, 31), None)


def test_a_violation_comes_with_its_verdict_and_stays_open(bring):
    bring("violations", f"{LOT},بنای اضافه,1401-02-01,,تخریب")
    one = Violation.objects.get()
    assert (one.kind, one.opened_on, one.settled_on) == ("بنای اضافه", date(2022, 4, 21), None)
    assert one.article_100_verdict == "تخریب"


def test_a_debt_comes_in_whole_rials(bring):
    bring("debts", f"{LOT},F-01,۱۴۰۳,۱۲۰۰۰۰۰۰,")
    one = Debt.objects.get()
    assert (one.fee_code, one.year, one.amount_rial, one.paid_on) == ("F-01", 1403, 12_000_000, None)


@pytest.mark.parametrize(
    ("table", "row", "kind", "field"),
    [
        ("certificates", f"{OTHER_LOT},permit,1,2020-01-01,", "NO_MATCH", "key"),  # the lot has no file
        ("certificates", "9-9-9-9-0-0-0,permit,1,2020-01-01,", "NO_MATCH", "key"),  # no such lot
        ("certificates", ",permit,1,2020-01-01,", "MISSING_VALUE", "key"),
        ("certificates", f"{LOT},permit,,2020-01-01,", "MISSING_VALUE", "number"),
        ("certificates", f"{LOT},پروانه,1,2020-01-01,", "UNKNOWN_WORD", "kind"),
        ("certificates", f"{LOT},permit,1,1402/13/01,", "UNREADABLE_VALUE", "issued_on"),
        ("certificates", f"{LOT},permit,1,1402/01/01,بی‌پایان", "UNREADABLE_VALUE", "valid_until"),
        ("violations", f"{LOT},,2020-01-01,,", "MISSING_VALUE", "kind"),
        ("violations", f"{LOT},بنا,2020-01-01,بعداً,", "UNREADABLE_VALUE", "settled_on"),
        ("files", f"{LOT},120,1402/01/01,شاید", "UNREADABLE_VALUE", "stop_order"),
        ("debts", f"{LOT},F-01,1403,,", "MISSING_VALUE", "amount_rial"),
        ("debts", f"{LOT},F-01,1403,-5,", "NOT_A_COUNT", "amount_rial"),
        ("debts", f"{LOT},F-01,1403,12.5,", "NOT_A_COUNT", "amount_rial"),
        ("debts", f"{LOT},F-01,1403,دو میلیون,", "UNREADABLE_VALUE", "amount_rial"),
        ("debts", f"{LOT},F-01,سال,100,", "UNREADABLE_VALUE", "year"),
    ],
)
def test_each_flaw_is_named_with_its_row_and_field_and_stops_the_file(bring, table, row, kind, field):
    outcome = bring(table, row)
    refused = [doubt for doubt in outcome.doubts if doubt.outcome is Outcome.REFUSED]
    assert [(doubt.kind, doubt.line, doubt.field) for doubt in refused] == [(kind, 2, field)]
    assert outcome.trouble.details["reason"] == "REFUSED_ROWS"
    assert not any(model.objects.exists() for model in (Certificate, Violation, Debt))


def test_a_flawed_row_may_be_left_out_and_the_others_stay(bring):
    outcome = bring("debts", f"{LOT},F-01,1403,-5,", f"{LOT},F-01,1402,7,", refused_rows="leave_out")
    assert (outcome.counts.loaded, outcome.counts.refused) == (1, 1)
    assert Debt.objects.get().year == 1402


def test_a_row_that_stands_twice_is_loaded_once_and_told(bring):
    outcome = bring("debts", *[f"{LOT},F-01,1403,100,"] * 2)
    assert [(doubt.kind, doubt.line) for doubt in outcome.doubts] == [("DUPLICATE_ROW", 3)]
    assert Debt.objects.count() == 1


def test_two_rows_that_say_two_things_of_one_record_are_refused(bring):
    outcome = bring("debts", f"{LOT},F-01,1403,100,", f"{LOT},F-01,1403,100,1403/05/01")
    assert [(doubt.kind, doubt.line) for doubt in outcome.doubts] == [
        ("VALUES_DIFFER", 2),
        ("VALUES_DIFFER", 3),
    ]
    assert not Debt.objects.exists()


def test_what_was_paid_settled_or_prolonged_meanwhile_is_followed(bring):
    bring("debts", f"{LOT},F-01,1403,100,")
    bring("violations", f"{LOT},بنای اضافه,1401-02-01,,")
    bring("certificates", f"{LOT},permit,7,1402-01-01,1403-01-01")
    assert bring("debts", f"{LOT},F-01,1403,100,1403/05/01").counts.loaded == 1
    bring("violations", f"{LOT},بنای اضافه,1401-02-01,1402-02-01,جریمه")
    bring("certificates", f"{LOT},permit,7,1402-01-01,1404-01-01")
    assert Debt.objects.get().paid_on == date(2024, 7, 22)
    assert (Violation.objects.get().settled_on, Violation.objects.get().article_100_verdict) == (
        date(2023, 4, 21),
        "جریمه",
    )
    assert Certificate.objects.get().valid_until == date(2025, 3, 21)
    assert bring("debts", f"{LOT},F-01,1403,100,1403/05/01").counts.unchanged == 1


def test_a_stop_order_is_followed_and_a_later_inspection_is_not_undone(bring):
    bring("files", f"{LOT},120,1404-01-10,yes")
    file = PropertyFile.objects.get()
    assert (file.last_inspected_on, file.stop_order) == (date(2025, 3, 30), True)
    bring("files", f"{LOT},120,1400-01-10,no")
    file.refresh_from_db()
    assert (file.last_inspected_on, file.stop_order) == (date(2025, 3, 30), False)


def test_a_table_that_nobody_keeps_is_refused(tmp_path):
    recipe = written(
        tmp_path,
        "r.toml",
        'kind = "property-records"\nlayer_key = "r"\ntitle_fa = "پ"\ntitle_en = "r"\n'
        '[period]\nvalid_from = 2020-01-01\n[fields]\nkey = "code"\n[options]\ntable = "wishes"\n',
    )
    outcome = import_file("property-records", written(tmp_path, "w.csv", "code\n1\n"), recipe)
    assert outcome.trouble.details["reason"] == "BAD_RECIPE"
