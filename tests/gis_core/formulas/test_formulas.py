"""What a formula refuses, what it says when it has no amount, and how its account reads."""

import tomllib
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.city import ROOT
from gis_core.formulas import WrongFormula, amount, compiled
from gis_core.formulas.conditions import Condition
from gis_core.formulas.expressions import parsed

TARIFFS = tomllib.loads((ROOT / "import_scripts/recipes/demo/tariffs.toml").read_text(encoding="utf-8"))
FORMULAS = {tariff["code"]: tariff["formula"] for tariff in TARIFFS["tariff"]}
P, B = 1_200_000, 3_000_000
COMPLEX = {"gross_area_m2": 792, "bays": 8, "units": 8, "land_value": P}
STOREYS = [{"storey": number, "area_m2": 165} for number in (1, 2, 3, 4)]
SURPLUS = {"deed_area_m2": 300, "land_value": P, "storeys": STOREYS}


def levy(**changes):
    """A small well-formed definition, changed as told."""
    return {
        "expression": "area_m2 * land_value * rate",
        "inputs": {
            "area_m2": {"unit": "m2", "min": 0},
            "land_value": {"unit": "rial/m2", "min": 0},
            "rate": {"unit": "percent"},
        },
    } | changes


def test_the_account_reads_as_on_the_bill():
    found = amount(compiled(FORMULAS["F-03"]), COMPLEX)
    assert found.amount_rial == 225_244_800
    assert found.formula_fa == "۷۹۲ × ۶۳۲ ÷ (۸ × ۱۰۰) × ۱٬۲۰۰٬۰۰۰ × ۳۰٪"
    assert found.formula_en == "792 × 632 ÷ (8 × 100) × 1,200,000 × 30%"


def test_surplus_density_shows_only_what_is_charged():
    found = amount(compiled(FORMULAS["F-05"]), SURPLUS)
    assert found.amount_rial == 2_718_000_000
    assert found.formula_fa == "۱٬۲۰۰٬۰۰۰ × (۷ × ۱۳۵ + ۸ × ۱۶۵)"


@pytest.mark.parametrize(
    ("gross_m2", "rial"),
    [
        (100, 9_600_000),
        (101, 17_496_000),  # the cliff of a SLAB table: one square metre more, 82 % more
        (140, 25_920_000),
        (20, 0),  # all of it is parking
    ],
)
def test_a_house_pays_by_the_row_of_its_size(gross_m2, rial):
    asked = {"gross_area_m2": gross_m2, "bays": 1, "land_value": P}
    assert amount(compiled(FORMULAS["F-02"]), asked).amount_rial == rial


def test_looked_up_net_of_parking_the_cliff_moves():
    formula = compiled(FORMULAS["F-02"], {"x_looked_up_by": "NET_OF_PARKING"})
    assert amount(formula, {"gross_area_m2": 101, "bays": 1, "land_value": P}).amount_rial == 9_720_000


def test_a_size_between_two_rows_gets_no_amount():
    found = amount(compiled(FORMULAS["F-02"]), {"gross_area_m2": 550, "bays": 2, "land_value": P})
    assert (found.amount_rial, found.error, found.at) == (None, "NO_ROW", "share")


def test_a_debt_of_three_years_takes_each_years_own_value():
    years = [{"year": 1402 + n, "land_value": P + n * 100_000, "building_value": B} for n in range(3)]
    asked = {"net_area_m2": 275, "built_area_m2": 0, "years": years}
    own = amount(compiled(FORMULAS["F-01"]), asked)
    last = amount(compiled(FORMULAS["F-01"], {"years": "LAST_YEARS_FOR_ALL"}), asked)
    assert own.amount_rial == Fraction("0.015") * 275 * (1_200_000 + 1_300_000 + 1_400_000)
    assert last.amount_rial == Fraction("0.015") * 275 * 3 * 1_400_000


@pytest.mark.parametrize(("formula", "rial"), [("LAND_ONLY", 4_950_000), ("LAND_AND_BUILDING", 40_590_000)])
def test_the_renovation_levy_in_both_readings(formula, rial):
    asked = {"net_area_m2": 275, "built_area_m2": 792}
    asked["years"] = [{"year": 1404, "land_value": P, "building_value": B}]
    assert amount(compiled(FORMULAS["F-01"], {"formula": formula}), asked).amount_rial == rial


def test_the_commissions_fine_is_a_range():
    surplus = amount(compiled(FORMULAS["F-12-2"]), {"surplus_built_m2": 30, "building_value": B})
    assert (surplus.amount_rial, surplus.high_rial) == (45_000_000, 270_000_000)
    bay = amount(compiled(FORMULAS["F-12-5"]), {"missing_bays": 1, "building_value": B})
    assert (bay.amount_rial, bay.high_rial) == (75_000_000, 150_000_000)


@pytest.mark.parametrize(
    ("without_cutter", "policy", "rial"),
    [(0, "SINGLE_PRICE", 37_800_000), (1, "SINGLE_PRICE", 69_300_000), (1, "DOUBLE_PRICE", 100_800_000)],
)
def test_a_trench_without_a_cutter_is_wider(without_cutter, policy, rial):
    segments = [{"length_m": 14, "width_m": "0.60", "price": 4_500_000}]
    formula = compiled(FORMULAS["F-13"], {"surplus_width": policy})
    assert amount(formula, {"without_cutter": without_cutter, "segments": segments}).amount_rial == rial


def test_a_frontage_below_the_base_gives_no_discount_unless_the_policy_says_so():
    shop = {
        "gross_area_m2": 40,
        "frontage_m": 2,
        "height_m": 4,
        "units": 1,
        "storey_share": 100,
        "land_value": P,
    }
    clamped = amount(compiled(FORMULAS["F-04"]), shop)
    negative = amount(compiled(FORMULAS["F-04"], {"clamp_at_zero": "false"}), shop)
    assert clamped.amount_rial == 264_000_000
    assert negative.amount_rial == 240_000_000


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"expression": "area_m2 * rate"}, "rials"),  # the value is forgotten
        ({"expression": "area_m2 + land_value"}, "Units do not fit"),
        ({"expression": "area_m2 * land_value / rate"}, "divisor may be zero"),
        ({"expression": "area_m2 * land_price"}, "not declared"),
        ({"expression": "area_m2 * land_value * lookup(x, rate)"}, "no table"),
        ({"expression": "area_m2 ** 2"}, "language has no"),
        ({"expression": "__import__('os').system('id')"}, "language has no"),
        ({"expression": "[area_m2 for x in y]"}, "language has no"),
        ({"expression": "lambda: area_m2"}, "language has no"),
        ({"expression": "area_m2.real"}, "language has no"),
        ({"expression": "area_m2 *"}, "not an expression"),
        ({"expression": "(" * 999 + "1" + ")" * 999}, "not an expression"),
        ({"expression": "1+" * 1500 + "1"}, "at most"),
        ({"steps": {"one": "two", "two": "one"}}, "need each other"),
        ({"steps": {"area_m2": "rate"}}, "declared twice"),
        ({"rounding": {"unit_rial": 0, "mode": "UP"}}, "no rounding"),
        ({"speed": 1}, "no entry"),
        ({"applies_when": "units + 1"}, "compares facts"),
        ({"tables": {"x": {"unit": "1", "key_unit": "m2", "bands": []}}}, "needs bands"),
        ({"inputs": {"area_m2": {"unit": "m²!"}}}, "needs a unit"),
    ],
)
def test_a_formula_that_must_not_be_used_is_refused(changes, wrong):
    with pytest.raises(WrongFormula, match=wrong):
        compiled(levy(**changes))


@pytest.mark.parametrize(
    ("values", "error", "at"),
    [
        ({"area_m2": 10, "land_value": P}, "MISSING_INPUT", "rate"),
        ({"area_m2": -1, "land_value": P, "rate": 1}, "BELOW_MINIMUM", "area_m2"),
    ],
)
def test_what_is_not_known_gives_no_amount(values, error, at):
    found = amount(compiled(levy()), values)
    assert (found.amount_rial, found.error, found.at) == (None, error, at)


@pytest.mark.parametrize(
    ("mode", "rial"),
    [("DOWN", 1000), ("HALF_UP", 2000), ("UP", 2000)],
)
def test_a_line_is_rounded_once_at_its_end(mode, rial):
    definition = levy(rounding={"unit_rial": 1000, "mode": mode})
    assert (
        amount(compiled(definition), {"area_m2": "1.5", "land_value": 1000, "rate": 100}).amount_rial == rial
    )


def test_a_marginal_table_charges_each_part_by_its_band():
    table = {"unit": "rial/m2", "key_unit": "m2", "mode": "MARGINAL"}
    table["bands"] = [{"from": 0, "to": 100, "value": 10}, {"from": 100, "value": 20}]
    formula = compiled(levy(expression="lookup(step, area_m2)", tables={"step": table}))
    assert amount(formula, {"area_m2": 150, "land_value": 0, "rate": 0}).amount_rial == 2000


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        ({"use": "residential", "units": 8}, True),
        ({"use": "residential", "units": 1}, False),
        ({"use": "commercial", "units": None}, False),  # one part decides
        ({"use": "residential"}, None),  # not known
    ],
)
def test_whether_a_fee_applies_may_be_unknown(facts, holds):
    assert Condition('use == "residential" and units >= 2').holds(facts) is holds


@given(
    st.decimals(0, 100_000, places=2),
    st.integers(0, 10**9),
    st.decimals(0, 100, places=3),
)
def test_the_amount_is_exact_whatever_the_numbers(area_m2, land_value, rate):
    found = amount(compiled(levy()), {"area_m2": area_m2, "land_value": land_value, "rate": rate})
    exact = Fraction(area_m2) * land_value * Fraction(rate) / 100
    assert found.exact_rial == exact
    assert abs(found.amount_rial - exact) <= Fraction(1, 2)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=8), st.integers(0, 1000))
def test_surplus_is_what_lies_above_the_free_area(areas, deed_m2):
    storeys = [{"storey": 6, "area_m2": area} for area in areas]  # one coefficient: 10
    found = amount(compiled(FORMULAS["F-05"]), {"deed_area_m2": deed_m2, "land_value": 1, "storeys": storeys})
    assert found.exact_rial == 10 * max(Fraction(0), sum(areas) - Fraction("1.2") * deed_m2)


@given(st.text(alphabet="ab()+-*/., 019_minsumlookup", max_size=30))
def test_any_text_is_read_or_refused(text):
    with suppress(WrongFormula):  # any other trouble fails the test
        parsed(text)


def test_floats_of_the_engine_are_taken_as_written():
    found = amount(compiled(levy()), {"area_m2": 0.1, "land_value": 10, "rate": Decimal(100)})
    assert found.exact_rial == 1
