"""Every finding and every reason that the engine can give has its words."""

import ast
import re
from pathlib import Path

from django.utils import translation

from conftest import ROOT
from gis_core.constraints.evaluate import SHOWN
from gis_core.constraints.parameters import NEEDED
from map_ui import reason_texts, wording

ENGINE = ROOT / "gis_core" / "constraints"


def codes_of(path: Path) -> set[str]:
    calls = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    ]
    named = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Reason"]
    return {node.args[0].value for node in named if node.args and isinstance(node.args[0], ast.Constant)}


def test_every_reason_of_the_engine_has_its_sentence():
    codes = set().union(*(codes_of(path) for path in ENGINE.glob("*.py")))
    assert {"NO_RULE", "LIGHT_EXCEEDED"} <= codes
    assert codes - set(reason_texts.REASONS) == set()


def test_every_finding_of_the_engine_has_its_name():
    assert {*SHOWN, "light_wells_m2", "parking_need", "parking_capacity"} - set(wording.FINDINGS) == set()


def test_a_reason_fills_its_sentence_with_its_values():
    with translation.override("fa"):
        distances = {"main_to_main_m": 6.0, "other_m": 4.0}
        told = reason_texts.reason({"code": "NEEDS_FLOOR_PLANS", "args": distances})
    assert "%" not in told
    assert "۶" in told
    assert "۴" in told


def in_both(reason):
    told = []
    for language in ("en", "fa"):
        with translation.override(language):
            told.append(re.sub("[\u2066-\u2069]", "", reason_texts.reason(reason)))
    return told


def test_rules_that_contradict_each_other_are_named_with_their_articles():
    reason = {
        "code": "RULES_CONFLICT",
        "args": {"rules": ["R121-FAR", "CIRCULAR-7"], "articles": ["جدول ۴-۲", ""]},
    }
    assert in_both(reason) == [
        "These rules contradict each other here: R121-FAR (جدول ۴-۲) and CIRCULAR-7.",
        "این ضابطه‌ها اینجا با هم نمی‌خوانند: R121-FAR (جدول ۴-۲) و CIRCULAR-7.",
    ]
    assert in_both({"code": "RULES_CONFLICT", "args": {}})[0] == "Two rules contradict each other here."


def test_a_rule_whose_limit_is_not_known_or_whose_table_has_no_row_is_named_with_its_article():
    limits = {"rules": ["WIDTHS", "airport"], "articles": ["جدول ۳", ""]}
    assert in_both({"code": "LIMIT_UNKNOWN", "args": limits}) == [
        "What these rules say of the storeys is not known here: WIDTHS (جدول ۳) and airport.",
        "آنچه این ضابطه‌ها دربارهٔ تعداد طبقات می‌گویند این‌جا معلوم نیست: WIDTHS (جدول ۳) و airport.",
    ]
    assert in_both({"code": "NO_ROW", "args": {"kind": "PARK", "rules": ["BAYS"]}}) == [
        "The table of this rule has no row for this case: BAYS.",
        "جدول این ضابطه برای این حالت سطری ندارد: BAYS.",
    ]


def test_an_answer_that_was_issued_before_rules_were_named_is_told_as_it_was():
    told = in_both({"code": "NO_ROW", "args": {"kind": "FAR"}})
    assert told[0] == "The table of the rule has no row for this case."


def test_a_rule_that_is_missing_is_named_by_what_it_would_be_about_and_by_its_zone():
    assert in_both({"code": "NO_RULE", "args": {"kind": "FAR", "zone": "BA-3"}}) == [
        "No rule on the density is loaded for zone BA-3.",
        "برای پهنهٔ BA-3 ضابطه‌ای دربارهٔ تراکم ثبت نشده است.",
    ]
    assert in_both({"code": "NO_RULE", "args": {"kind": "PARK"}}) == [
        "No rule on the parking is loaded.",
        "ضابطه‌ای دربارهٔ پارکینگ ثبت نشده است.",
    ]


def test_every_kind_of_rule_that_may_be_missing_has_its_words_in_both_languages():
    of_layers = {"PLANNED_STREET", "BUFFER", "HEIGHT_SURFACE", "RASTER"}
    of_the_city = {"GRID_TO_GROUND", "ACCURACY", "ZONE", "CONFLICT"}
    assert set(NEEDED) - of_layers - of_the_city == set(reason_texts.RULE_KINDS)
    for kind in reason_texts.RULE_KINDS:
        english, persian = in_both({"code": "NO_RULE", "args": {"kind": kind}})
        assert english != persian
        assert not re.search("[a-z]", persian), kind
