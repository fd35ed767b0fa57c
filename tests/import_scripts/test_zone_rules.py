"""Rules out of a table of zones: columns become parameters, and what the table leaves open stays open."""

from dataclasses import replace

import pytest

from import_scripts import zone_rules
from import_scripts.issues import Doubts, FileRefused
from import_scripts.normalise import Field, column
from import_scripts.readers import read
from import_scripts.recipe import field_rule
from tests.import_scripts.workbench import recipe, task

TABLE = """use,ratio,coverage,setback
5,2,0.6,0
9,2,0.8,
9,4,0.8,1.5
9,4,0.8,1.5
"""
FAR = {"code": "FAR", "kind": "FAR", "params": {"far_percent": {"column": "ratio", "unit": "share"}}}
SETBACK = {
    "code": "SETBACK",
    "kind": "SETBACK",
    "article": "7",
    "params": {
        **{name: {"column": "setback"} for name in ("front_m", "side_m", "rear_m")},
        "join": "DISTANCE",
    },
}


def rules_of(folder, table=TABLE, columns=("use", "ratio"), patterns=(FAR, SETBACK)):
    """The rules of a table by their codes, the rows they stand on, and the doubts."""
    path = folder / "zones.csv"
    path.write_text(table, encoding="utf-8")
    made = replace(
        recipe("rules", options={"rules": list(patterns)}),
        fields={"zone_code": field_rule({"columns": list(columns)})},
    )
    doubts = Doubts(path.name)
    raw, lines = zone_rules.definitions_of_zones(task(path, made), doubts)
    return {rule["code"]: rule for rule in raw["rule"]}, lines["rule"], doubts


def test_each_zone_has_the_values_of_its_columns_once_and_says_where_they_come_from(tmp_path):
    rules, lines, doubts = rules_of(tmp_path)
    ratios = {code: rule["params"]["far_percent"] for code, rule in rules.items() if rule["kind"] == "FAR"}
    assert ratios == {"FAR-5-2": 200, "FAR-9-2": 200, "FAR-9-4": 400}
    setback = rules["SETBACK-9-4"]
    assert setback["params"] == {"front_m": 1.5, "side_m": 1.5, "rear_m": 1.5, "join": "DISTANCE"}
    assert (setback["zone_code"], setback["article"], setback["source"]) == ("9-4", "7", "test")
    assert rules["SETBACK-5-2"]["params"]["front_m"] == 0
    assert lines == [2, 3, 4, 2, 4]  # the header is line 1
    assert {doubt.kind for doubt in doubts} == {"ZONE_VALUE_MISSING"}


def test_where_the_table_says_nothing_there_is_no_rule_and_the_report_says_so(tmp_path):
    rules, _, doubts = rules_of(tmp_path)
    assert "SETBACK-9-2" not in rules
    assert {(doubt.line, doubt.value, doubt.outcome) for doubt in doubts} == {(3, "9-2", "noted")}


def test_rows_of_one_zone_that_say_different_things_are_refused_and_not_chosen_from(tmp_path):
    rules, _, doubts = rules_of(tmp_path, columns=("use",))
    assert "FAR-9" not in rules
    far = next(doubt for doubt in doubts if doubt.field == "far_percent")
    assert (far.kind, far.line, far.outcome) == ("ZONE_VALUES_DIFFER", 4, "refused")
    assert "200, 400" in far.en
    silent = next(doubt for doubt in doubts if doubt.field == "front_m")
    assert "—, 1.5" in silent.en


def test_a_row_without_a_zone_is_refused(tmp_path):
    _, _, doubts = rules_of(tmp_path, TABLE + "5,,0.6,0\n")
    first = next(iter(doubts))
    assert (first.kind, first.line, first.outcome) == ("MISSING_VALUE", 6, "refused")


@pytest.mark.parametrize("patterns", [[], [{**FAR, "params": {"far_percent": {"column": "density"}}}]])
def test_a_recipe_without_rules_or_with_an_absent_column_is_refused(tmp_path, patterns):
    with pytest.raises(FileRefused):
        rules_of(tmp_path, patterns=patterns)


def test_columns_are_joined_tidied_and_empty_where_one_of_them_is(tmp_path):
    path = tmp_path / "zones.csv"
    path.write_text("use,ratio\nA ,2.0\n۹,0.8\n,4\n", encoding="utf-8")
    frame = read(path, layer=None, encoding="utf-8", doubts=Doubts("zones.csv")).frame
    rule = field_rule({"columns": ["use", "ratio"], "joiner": " / "})
    joined = column(frame, "code", rule, Field("code"), Doubts("zones.csv"))
    assert joined.tolist() == ["A / 2.0", "9 / 0.8", None]
