"""The published fee cases, to the rial, through the sample city's formulas as data."""

import copy
import tomllib

import pytest

from gis_core.city import ROOT
from gis_core.formulas import amount, compiled
from tests.gis_core.vectors import cases, expected

TARIFFS = tomllib.loads((ROOT / "import_scripts/recipes/demo/tariffs.toml").read_text(encoding="utf-8"))
FORMULAS = {tariff["code"]: tariff["formula"] for tariff in TARIFFS["tariff"]}


def _share_bands(asked):
    return [{**band, "value": band["x_percent"]} for band in asked["bands"]]


def f01(asked, formula):
    formula["tables"]["rate"]["bands"] = [
        {"from": year["year"], "to": year["year"], "to_included": True, "value": year["rate_percent"]}
        for year in asked["years"]
    ]
    values = {"net_area_m2": asked["land_m2"], "built_area_m2": asked["built_m2"]}
    values["years"] = [
        {"year": year["year"], "land_value": year["p_rial_m2"], "building_value": year["b_rial_m2"]}
        for year in asked["years"]
    ]
    letter = {"A": "LAND_ONLY", "B": "LAND_AND_BUILDING"}[asked["formula"]]
    return values, {"formula": letter, "years": asked["policy"]["years"]}


def f02(asked, formula):
    formula["tables"]["share"]["bands"] = _share_bands(asked)
    values = {
        "gross_area_m2": asked["gross_m2"],
        "bays": asked["bays_provided"],
        "land_value": asked["p_rial_m2"],
    }
    return values, asked["policy"]


def f03(asked, formula):
    formula["tables"]["share"]["bands"] = _share_bands(asked)
    values = {
        "gross_area_m2": asked["total_m2"],
        "bays": asked["bays_provided"],
        "units": asked["units"],
        "land_value": asked["p_rial_m2"],
    }
    return values, {}


def f04(asked, formula):
    formula["constants"]["frontage_base_m"]["value"] = asked["frontage_base_m"]
    formula["constants"]["height_base_m"]["value"] = asked["height_base_m"]
    values = {
        name: asked[name] for name in ("gross_area_m2", "frontage_m", "height_m", "units") if name in asked
    }
    values |= {
        "gross_area_m2": asked["gross_m2"],
        "storey_share": asked["m_percent"],
        "land_value": asked["p_rial_m2"],
    }
    return values, {"clamp_at_zero": str(asked["policy"]["clamp_at_zero"]).lower()}


def f05(asked, formula):
    formula["constants"]["base_density"]["value"] = asked["base_percent"]
    rows = [
        {"from": row["storey"], "to": row["storey"], "to_included": True, "value": row["c"]}
        for row in asked["coefficients"]
    ]
    rows[-1]["to"] = None  # the last row serves higher storeys
    formula["tables"]["coefficient"]["bands"] = rows
    values = {
        "deed_area_m2": asked["base_area_m2"],
        "storeys": asked["storeys"],
        "land_value": asked["p_rial_m2"],
    }
    assert asked["policy"]["allotment"] == "BOTTOM_UP"
    return values, {}


def f13(asked, formula):
    formula["constants"]["allowance_each_side_m"]["value"] = asked["allowance_each_side_m"]
    values = {"without_cutter": 0 if asked["cutter_used"] else 1}
    values["segments"] = [
        {"length_m": part["length_m"], "width_m": part["width_m"], "price": part["price_rial_m2"]}
        for part in asked["segments"]
    ]
    factor = {1: "SINGLE_PRICE", 2: "DOUBLE_PRICE"}[asked["policy"]["surplus_width_factor"]]
    return values, {"surplus_width": factor}


READERS = {"F-01": f01, "F-02": f02, "F-03": f03, "F-04": f04, "F-05": f05, "F-13": f13}


@pytest.mark.parametrize("case", cases("fees.json", "FEE"))
def test_a_fee_comes_out_to_the_rial(case):
    asked = case["inputs"]
    formula = copy.deepcopy(FORMULAS[asked["fee"]])
    formula["rounding"] = asked["rounding"]
    values, policies = READERS[asked["fee"]](asked, formula)
    found = amount(compiled(formula, policies), values)
    assert found.error == expected(case, "error")
    assert found.amount_rial == expected(case, "amount_rial")
