"""What a permit would cost: the sheet's example to the rial, and what is said where something is unknown."""

import dataclasses
import json
import tomllib
from datetime import date
from decimal import Decimal

import pytest

from gis_core.city import DEMO_CITY, ROOT, read_city
from parcels.fees.calculate import PriceList, TariffInForce, as_document, assumed_case, estimate, estimates

ON = date(2026, 11, 21)
DEMO = read_city(DEMO_CITY)
FILE = tomllib.loads((ROOT / "import_scripts/recipes/demo/tariffs.toml").read_text(encoding="utf-8"))
TARIFFS = tuple(
    TariffInForce(
        code=tariff["code"],
        version=1,
        title_fa=tariff["title_fa"],
        title_en=tariff["title_en"],
        definition=tariff["formula"],
        charged_at=tariff["charged_at"],
        legal_status=tariff.get("legal_status", "in_force"),
        ruling=tariff.get("ruling", ""),
    )
    for tariff in FILE["tariff"]
    if "valid_to" not in tariff
)
SAMPLE = PriceList(TARIFFS, land_rial_m2=1_200_000, building_rial_m2=3_000_000)


def finding(value, state="computed"):
    return {"value": value, "unit": "m2", "state": state}


def choice(storeys, floor_area_m2, parking_need=8):
    return {
        "storeys": storeys,
        "footprint_m2": 165.0,
        "floor_area_m2": floor_area_m2,
        "height_m": 17.1,
        "parking_need": parking_need,
        "parking_capacity": 5,
        "discretionary": False,
    }


def reference_lot(*choices, **findings):
    """The evaluation document of the reference lot, as far as fees look at it."""
    values = {"deed_area_m2": finding(300.0), "net_area_m2": finding(275.000001)} | findings
    return {"findings": values, "choices": list(choices) or [choice(4, 660.0)]}


def priced(document, prices=SAMPLE, policies=None):
    return estimates(document, prices, policies or DEMO.policies["estimate"], on=ON)


def test_the_sheets_example_comes_out_to_the_rial():
    found = priced(reference_lot())[4]
    assert [(line.code, line.amount_rial) for line in found.lines] == [
        ("F-05", 2_718_000_000),  # dominates, so it is shown first
        ("F-03", 225_244_800),
    ]
    assert found.total_rial == 2_943_244_800
    assert found.total_toman == 294_324_480
    assert [(line.code, line.amount_rial) for line in found.apart] == [("F-01", 40_590_000)]


def test_each_line_carries_its_formula_and_version():
    surplus, complex_levy = priced(reference_lot())[4].lines
    assert surplus.formula_fa == "۱٬۲۰۰٬۰۰۰ × (۷ × ۱۳۵ + ۸ × ۱۶۵)"
    assert complex_levy.formula_fa == "۷۹۲ × ۶۳۲ ÷ (۸ × ۱۰۰) × ۱٬۲۰۰٬۰۰۰ × ۳۰٪"
    assert complex_levy.tariff_version == 1


def test_an_estimate_holds_until_the_last_day_of_the_jalali_year():
    found = priced(reference_lot())[4]
    assert found.valid_until == date(2027, 3, 20)  # 1405/12/29
    assert found.tariff_year == 1405


def test_a_tariff_that_ends_earlier_ends_the_estimate():
    ending = dataclasses.replace(TARIFFS[0], valid_until=date(2027, 1, 1))
    found = priced(reference_lot(), dataclasses.replace(SAMPLE, tariffs=(ending, *TARIFFS[1:])))[4]
    assert found.valid_until == date(2026, 12, 31)


def test_fewer_storeys_cost_less_and_below_the_base_density_no_surplus():
    found = priced(reference_lot(choice(2, 330.0, 4), choice(3, 495.0, 6), choice(4, 660.0)))
    totals = [found[storeys].total_rial for storeys in (2, 3, 4)]
    assert totals == sorted(totals)
    assert [line.code for line in found[2].lines] == ["F-03"]  # 330 of 360 free square metres


def test_one_dwelling_is_charged_as_a_house():
    document = reference_lot(choice(1, 100.0, 1))
    policies = DEMO.policies["estimate"] | {"typical_unit_m2": 100}
    assert [line.code for line in priced(document, policies=policies)[1].lines] == ["F-02"]


def test_a_deed_area_nobody_knows_leaves_the_total_unknown():
    found = priced(reference_lot(deed_area_m2=finding(None, "unknown")))[4]
    assert found.total_rial is None
    assert [(line.code, line.error, line.at) for line in found.unknown] == [
        ("F-05", "MISSING_INPUT", "deed_area_m2")
    ]
    assert [line.code for line in found.lines] == ["F-03"]  # what is known is still shown


def test_a_house_in_the_gap_of_the_table_has_no_amount():
    document = reference_lot(choice(4, 458.33, 1))  # 550 m² gross
    found = priced(document, policies=DEMO.policies["estimate"] | {"typical_unit_m2": 458})[4]
    assert found.total_rial is None
    assert found.reason == "NO_ROW"


def test_without_tariffs_nothing_is_estimated():
    found = priced(reference_lot(), PriceList())[4]
    assert (found.total_rial, found.reason, found.lines) == (None, "NO_TARIFF", ())


def test_without_the_official_value_of_the_land_nothing_is_guessed():
    found = priced(reference_lot(), PriceList(TARIFFS))[4]
    assert found.total_rial is None
    assert {line.at for line in found.unknown} <= {"land_value", "building_value"}


def test_a_policy_that_says_nothing_leaves_the_levy_open():
    found = priced(reference_lot(), policies={"use": "residential"})[4]
    assert found.reason == "MISSING_INPUT"


def test_an_annulled_toll_is_explained_and_not_charged():
    document = reference_lot()
    case = dataclasses.replace(
        assumed_case(document["choices"][0], DEMO.policies["estimate"], SAMPLE), bays=5, missing_bays=3
    )
    found = estimate(document, document["choices"][0], case, TARIFFS, on=ON)
    assert [line.code for line in found.annulled] == ["F-07"]
    assert "۵۷۳" in found.annulled[0].ruling
    assert "F-07" not in [line.code for line in found.lines]


def test_fewer_bays_raise_the_floor_area_levy():
    document = reference_lot(choice(4, 660.0, 8), choice(4.0, 660.0, 8))
    with_five = reference_lot(choice(4, 660.0, 5))
    assert priced(with_five)[4].total_rial > priced(document)[4].total_rial


def test_half_a_storey_is_charged_for_its_own_area():
    found = priced(reference_lot(choice(3.5, 577.5, 7)))[3.5]
    surplus = next(line for line in found.lines if line.code == "F-05")
    assert surplus.amount_rial == (135 * 7 + Decimal("82.5") * 8) * 1_200_000


@pytest.mark.parametrize("area_m2", [274.995, 275.0049])
def test_areas_are_rounded_to_the_hundredth_before_they_are_charged(area_m2):
    apart = priced(reference_lot(net_area_m2=finding(area_m2)))[4].apart[0]
    assert apart.amount_rial == 40_590_000


def test_the_estimate_is_kept_as_plain_json():
    document = as_document(priced(reference_lot())[4])
    assert document["total_rial"] == 2_943_244_800
    assert json.loads(json.dumps(document)) == document
    assert document["valid_until"] == "2027-03-20"
