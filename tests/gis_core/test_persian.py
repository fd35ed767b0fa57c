"""Search keys, digits and numbers in Persian, in Python and in the database alike."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_core.city import ROOT
from gis_core.persian import grouped, latin_digits, normalise, normalise_sql, persian_digits, sort_key, tidy

PERSIAN = st.text(alphabet=st.characters(min_codepoint=0x0600, max_codepoint=0x06FF), max_size=12)
# Unicode 13 and later letters are left out: Python and the database may know different versions.
ANY = st.text(
    alphabet=st.characters(exclude_characters="\x00", exclude_categories=("Cs", "Cn")).filter(
        lambda letter: unicodedata.ucd_3_2_0.category(letter) != "Cn"
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("كوي ياس", "کوی یاس"),  # letters of a windows-1256 system
        ("ﺿﻮاﺑﻂ", "ضوابط"),  # copied from a PDF
        ("شهید رجائی", "شهید رجایی"),  # two spellings of one name
        ("مدرّس", "مدرس"),  # with a tashdid
        ("خانه‌ی سبز", "خانهی سبز"),  # a half-space is ignored
        ("پلاک ۱۲", "پلاک 12"),
        ("پلاک ١٢", "پلاک 12"),  # Arabic digits
        ("فاطمة", "فاطمه"),
        ("  دو   فاصله ", "دو فاصله"),
        ("کوچهٔ سرو", "کوچه سرو"),
        ("کوچۀ سرو", "کوچه سرو"),
        ("Mass. AVE", "mass. ave"),
        ("\u200f12\u200e", "12"),  # bidi marks of a copied cell
    ],
)
def test_all_ways_of_typing_a_name_give_one_key(typed, stored):
    assert normalise(typed) == normalise(stored)


def test_a_different_word_gives_a_different_key():
    assert normalise("سرو") != normalise("سرور")
    assert normalise("آب") == normalise("اب")  # the madda is left out by many


def test_stored_text_keeps_half_spaces_digits_and_squares():
    assert tidy("خانه‌هاي ۱۲۰ م²") == "خانه‌های ۱۲۰ م²"


def test_the_alphabet_orders_persian_letters_where_they_belong():
    streets = ["گلستان", "کاج", "یاس", "پونه", "آذر", "چنار", "بهار", "ژاله", "۲۲ بهمن"]
    assert sorted(streets, key=sort_key) == [
        "۲۲ بهمن", "آذر", "بهار", "پونه", "چنار", "ژاله", "کاج", "گلستان", "یاس",
    ]  # fmt: skip


def test_amounts_are_written_with_persian_marks():
    assert grouped(2943244800) == "۲٬۹۴۳٬۲۴۴٬۸۰۰"
    assert grouped(0) == "۰"
    assert grouped(187.6, 2) == "۱۸۷٫۶۰"
    assert grouped(0.005, 2) == "۰٫۰۱"  # half up, as people round


@given(st.text(max_size=20))
def test_digits_go_both_ways_without_loss(text):
    assert latin_digits(persian_digits(latin_digits(text))) == latin_digits(text)


@given(ANY | PERSIAN)
def test_a_key_is_its_own_key(text):
    assert normalise(normalise(text)) == normalise(text)


def test_the_sql_file_is_made_from_the_table_of_this_day():
    assert (ROOT / "gis_core" / "sql" / "normalise.sql").read_text(encoding="utf-8") == normalise_sql()


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(ANY | PERSIAN, min_size=20, max_size=40))
def test_the_database_makes_the_same_key(texts):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(pelak_normalise(t) ORDER BY n)"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS x(t, n)",
            [texts],
        )
        assert cursor.fetchone()[0] == [normalise(text) for text in texts]
