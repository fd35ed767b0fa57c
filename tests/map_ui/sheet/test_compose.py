"""What the parcel sheet says of an answer: the verdict, what is not known, four numbers, choices, lists."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from map_ui.accounts import account
from map_ui.sheet.compose import sheet
from map_ui.sheet.parts import Place

DOCUMENT = Path(__file__).parents[2] / "data" / "reference_lot_evaluation.json"
PLACE = Place(key="3-2-45-17-0-0-0", key_label="کد نوسازی", title="کوچهٔ سرو، پلاک ۱۷", on=date(2026, 11, 21))
PERSIAN = re.compile("[\u0600-\u06ff]")


@pytest.fixture
def document():
    return json.loads(DOCUMENT.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def persian():
    with translation.override("fa"):
        yield


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def forget(document, key, code="NO_RULE", **args):
    document["findings"][key] |= {"value": None, "state": "unknown", "reason": {"code": code, "args": args}}
    document["unknown"].append(key)


def test_the_reference_lot_reads_as_one_sentence(document):
    told = sheet(document, PLACE)
    assert plain(told.verdict) == "در این قطعه تا ۴ طبقه و ۶۶۰ متر مربع می‌توان ساخت."
    assert told.unknown_line == "یک مورد را نمی‌دانیم:"
    assert [entry.name for entry in told.unknown] == ["حریم قنات"]


def test_the_same_sheet_in_english_has_no_persian_word_of_ours(document):
    for overlay in document["overlays"]:
        overlay["name_fa"] = ""
    for edge in document["edges"]:
        edge["street"] = None
    with translation.override("en"):
        told = sheet(document, PLACE)
        said = [told.verdict, told.verdict_short, told.unknown_line, told.choice_note, told.clear_line]
        said += [text for head in told.numbers for text in (head.name, str(head.quantity), head.line)]
        said += [
            text
            for entry in (*told.unknown, *told.concerns, *told.clear)
            for text in (entry.name, entry.sentence)
        ]
        said += [choice.label + choice.parking + choice.note for choice in told.choices]
    assert plain(told.verdict) == "On this parcel up to 4 storeys and 660 square metres may be built."
    assert [text for text in said if PERSIAN.search(text)] == []


def test_the_four_numbers_say_what_binds_them(document):
    numbers = {head.account.key: head for head in sheet(document, PLACE).numbers}
    assert list(numbers) == ["reachable_floor_area_m2", "footprint_m2", "storeys", "net_area_m2"]
    assert numbers["reachable_floor_area_m2"].line == "تراکم ۷۲۰؛ حد: ۴ طبقه"
    assert (numbers["net_area_m2"].quantity.whole, numbers["net_area_m2"].quantity.decimals) == ("۲۷۵", "٫۰۰")
    assert numbers["storeys"].line == "پنجم درخواستی است"


DIFFER = {"code": "WIDTHS_DIFFER", "args": {"street": "کوچهٔ سرو", "recorded_m": 8.0, "measured_m": 9.5}}
BOTH_WIDTHS = "عرض ثبت‌شدهٔ کوچهٔ سرو ۸ متر است و عرض اندازه‌گیری‌شده میان برهای دو سوی آن ۹٫۵ متر."


def test_a_width_that_waits_for_an_inspection_is_told_with_both_widths(document):
    document["findings"]["governing_width_m"] |= {"state": "needs_inspection", "reason": DIFFER}
    document["findings"]["storeys"]["inputs"] = ["zone", "governing_width_m"]
    told = sheet(document, PLACE)
    assert BOTH_WIDTHS in [entry.sentence for entry in told.concerns]
    trace = next(head.account for head in told.numbers if head.account.key == "storeys")
    width = next(row for row in trace.inputs if row.key == "governing_width_m")
    assert width.sentence == f"باید بازدید شود: {BOTH_WIDTHS}"


def test_a_difference_that_changes_nothing_stands_in_the_trace_alone(document):
    document["findings"]["governing_width_m"]["reason"] = DIFFER
    assert account(document, "governing_width_m").sentence == BOTH_WIDTHS
    assert BOTH_WIDTHS not in [entry.sentence for entry in sheet(document, PLACE).concerns]


def test_an_account_goes_from_the_survey_to_the_net_parcel_with_its_rule(document):
    told = account(document, "net_area_m2")
    assert [(row.key, row.loss) for row in told.inputs] == [
        ("surveyed_area_m2", False),
        ("widening_area_m2", True),
        ("chamfer_area_m2", True),
    ]
    assert told.formula == "۳۰۰٫۰۰ − ۲۴٫۰۰ − ۱٫۰۰"
    assert told.rule["ضابطه"] == "بندهای ۲ و ۳"
    assert told.rule["نافذ از"] == "دوشنبه ۱ اردیبهشت ۱۴۰۴"


@pytest.mark.parametrize("state", ["unknown", "borderline"])
def test_a_buffer_that_is_not_known_never_stands_among_those_that_do_not_concern(document, state):
    document["overlays"][0]["state"] = state
    told = sheet(document, PLACE)
    assert "حریم قنات" in [entry.name for entry in told.unknown]
    assert "حریم قنات" not in [entry.name for entry in (*told.clear, *told.concerns)]
    assert "گواهی آنی صادر نمی‌شود" in told.unknown[0].sentence


def test_a_height_limit_says_how_many_metres_it_leaves(document):
    overlay = document["overlays"][0]
    overlay |= {"state": "applies", "effect": "HEIGHT_LIMIT", "max_height_m": 10.0}
    told = next(entry for entry in sheet(document, PLACE).concerns if entry.key == overlay["layer"])
    assert told.sentence.startswith("ارتفاع ساختمان حداکثر ۱۰ متر است.")
    overlay["max_height_m"] = None
    told = next(entry for entry in sheet(document, PLACE).concerns if entry.key == overlay["layer"])
    assert told.sentence.startswith("ارتفاع ساختمان را محدود می‌کند.")


def test_a_layer_that_no_rule_names_is_not_said_to_forbid_nothing(document):
    overlay = document["overlays"][0]
    said = {}
    for named, rule in (("by no rule", None), ("by a rule", overlay["rule"])):
        overlay |= {"state": "applies", "effect": "INFO", "rule": rule}
        told = next(entry for entry in sheet(document, PLACE).concerns if entry.key == overlay["layer"])
        said[named] = told.sentence
    assert said["by no rule"].startswith("این‌جا هست؛ اثر آن بر ساخت را هیچ ضابطه‌ای")
    assert said["by a rule"].startswith("برای آگاهی")


def test_the_nearest_miss_is_named_first(document):
    told = sheet(document, PLACE)
    assert [entry.key for entry in told.clear] == ["madis", "power-lines"]
    assert "۸۳ متر" in told.clear_line


def test_without_rules_nothing_reads_as_permission(document):
    for key in ("far_percent", "coverage_percent", "storeys"):
        forget(document, key, kind=key)
    for key in ("reachable_floor_area_m2", "footprint_m2", "coverage_cap_m2", "far_cap_m2"):
        forget(document, key, "INPUT_UNKNOWN", inputs=["storeys"])
    document["choices"] = []
    told = sheet(document, PLACE)
    assert told.verdict == "هنوز نمی‌دانیم در این قطعه چه می‌توان ساخت."
    assert not told.verdict_known
    rules = told.unknown[0]
    assert rules.name == "ضابطه‌های ساخت اینجا"
    assert "تراکم پهنه" in rules.sentence
    assert [head.quantity for head in told.numbers[:3]] == [None, None, None]
    assert told.choices == ()


def test_rules_that_are_missing_are_one_thing_that_we_do_not_know_with_what_they_would_be_about(document):
    forget(document, "far_percent", kind="FAR", zone="R121")
    forget(document, "storeys", kind="STOREY", zone="R121")
    forget(document, "height_m", kind="HEIGHT")
    told = sheet(document, PLACE)
    rules = [entry for entry in told.unknown if entry.name == "ضابطه‌های ساخت اینجا"]
    said = plain(rules[0].sentence).replace("\u2066", "").replace("\u2069", "")
    assert len(rules) == 1
    assert said.startswith("برای پهنهٔ R121 ضابطه‌ای دربارهٔ تراکم، تعداد طبقات و ارتفاع طبقات ثبت نشده است.")


def test_a_zone_of_a_plan_that_is_out_of_date_is_shown_with_that_doubt(document):
    assert [entry.mark for entry in sheet(document, PLACE).concerns if entry.key == "zone"] == ["zone"]
    forget(document, "zone", "STALE_LAYER", surveyed_on="2015-03-21")
    told = sheet(document, PLACE)
    (zone,) = [entry for entry in told.concerns if entry.key == "zone"]
    assert zone.mark == "warning"
    assert "به‌روز نشده است" in zone.sentence
    assert "پهنه‌بندی" in [entry.name for entry in told.unknown] or "پهنه" in [
        entry.name for entry in told.unknown
    ]


def test_what_only_follows_from_an_unknown_is_not_counted_again(document):
    forget(document, "footprint_m2", "INPUT_UNKNOWN", inputs=["coverage_cap_m2"])
    told = sheet(document, PLACE)
    assert told.unknown_line == "یک مورد را نمی‌دانیم:"
    assert told.unknown[-1].key == "follows"


@pytest.mark.parametrize(("status", "word"), [("IN_PLAN", "طرح عمومی"), ("NO_ACCESS", "راه ندارد")])
def test_a_lot_that_gets_no_permit_says_so_first(document, status, word):
    document["parcel"]["status"] = status
    assert word in sheet(document, PLACE).verdict


def test_the_verdict_never_promises_more_than_there_is(document):
    document["findings"]["reachable_floor_area_m2"]["value"] = 659.98
    assert "۶۵۹ متر" in plain(sheet(document, PLACE).verdict)


def test_the_storey_on_request_is_offered_but_not_chosen(document):
    told = sheet(document, PLACE)
    assert [choice.value for choice in told.choices] == ["5", "4", "3", "2", "1"]
    assert told.chosen.value == "4"
    assert told.choices[0].discretionary
    assert "۶۰ متر مربع" in told.choices[0].note
    assert sheet(document, PLACE, storeys=2).chosen.value == "2"
    assert sheet(document, PLACE, storeys=9).chosen.value == "4"


def test_a_choice_above_the_light_plane_says_so_and_the_lower_ones_do_not(document):
    document["findings"]["light_height_m"] = {"state": "computed", "value": 12.0, "unit": "m"}
    lights = {choice.value: choice.light for choice in sheet(document, PLACE).choices}
    assert "۱۲" in lights["4"]
    assert "از شهرداری پرسیده می‌شود." in lights["4"]
    assert lights["1"] == ""


def test_where_the_light_plane_limits_the_storeys_the_highest_choice_says_so(document):
    document["findings"]["light_height_m"] = {"state": "computed", "value": 18.0, "unit": "m"}
    document["findings"]["storeys"]["rule"] |= {"kind": "LIGHT"}
    lights = {choice.value: choice.light for choice in sheet(document, PLACE).choices}
    assert "۱۸" in lights["4"]
    assert lights["3"] == ""


def test_a_parking_deficit_is_said_in_words(document):
    told = sheet(document, PLACE)
    assert told.chosen.parking == "۳ جا کم"
    assert any(entry.name == "کسری پارکینگ" for entry in told.concerns)


def test_a_reason_without_a_sentence_shows_its_code(document):
    forget(document, "access", "SOMETHING_NEW")
    assert "SOMETHING_NEW" in [entry.sentence for entry in sheet(document, PLACE).unknown]


def areas_of(told):
    return {area.key: (area.figure, area.note) for area in told.areas}


def test_deed_survey_difference_and_net_stand_side_by_side(document):
    assert areas_of(sheet(document, PLACE)) == {
        "deed_area_m2": ("۳۰۰٫۰۰", ""),
        "surveyed_area_m2": ("۳۰۰٫۰۰", ""),
        "area_discrepancy_m2": ("۰٫۰۰", "برابرند"),
        "net_area_m2": ("۲۷۵٫۰۰", ""),
    }


@pytest.mark.parametrize(("apart_m2", "note"), [(4.5, "سند بیشتر"), (-4.5, "سند کمتر")])
def test_where_no_tolerance_is_known_the_difference_is_still_told(document, apart_m2, note):
    reason = {"code": "NO_RULE", "args": {"kind": "DEED_TOLERANCE"}}
    found = {"value": apart_m2, "state": "needs_inspection", "reason": reason}
    document["findings"]["area_discrepancy_m2"] |= found
    forget(document, "net_area_m2", "INPUT_UNKNOWN", inputs=["widening_area_m2"])
    told = sheet(document, PLACE)
    assert areas_of(told)["area_discrepancy_m2"] == ("۴٫۵۰", note)
    assert areas_of(told)["net_area_m2"] == ("", "")
    differ = next(entry for entry in told.concerns if entry.key == "area_discrepancy_m2")
    assert "۴٫۵۰" in differ.figure
    assert "ضابطه‌ای که بگوید چه اختلافی پذیرفته است" in differ.sentence


def test_a_lot_that_overlaps_another_one_says_with_which_and_by_how_much(document):
    doubts = [{"kind": "OVERLAP", "with": "220-63", "area_m2": 3.359526}]
    told = sheet(document, PLACE, doubts=doubts)
    assert "۲۲۰-۶۳" in told.concerns[-1].name
    assert "۳٫۳۶" in told.concerns[-1].figure


def test_a_verdict_without_floor_area_says_what_is_known_and_what_is_not(document):
    forget(document, "reachable_floor_area_m2", "INPUT_UNKNOWN", inputs=["footprint_m2"])
    forget(document, "footprint_m2", "INPUT_UNKNOWN", inputs=["envelope_area_m2"])
    told = plain(sheet(document, PLACE).verdict)
    assert told.startswith("می‌دانیم: تا ۴ طبقه، سطح اشغال تا ۱۶۵ متر مربع")
    assert told.endswith("هنوز نمی‌دانیم: زیربنا.")
    assert not sheet(document, PLACE).verdict_known


def test_the_smaller_of_two_is_said_in_words_and_asked_for_with_its_unit(document):
    told = account(document, "reachable_floor_area_m2")
    assert "min" not in told.formula
    assert "کوچک‌تر از" in told.formula
    assert account(document, "storeys").in_words == "۴ طبقه"
    assert account(document, "net_area_m2").in_words == "۲۷۵٫۰۰ متر مربع"


def test_a_street_on_several_sides_of_a_lot_is_told_once(document):
    edge = next(edge for edge in document["edges"] if (edge["planned_width_m"] or 0) > (edge["width_m"] or 0))
    document["edges"].append(edge)
    entry = next(entry for entry in sheet(document, PLACE).concerns if entry.key == "widening_area_m2")
    assert entry.sentence.count(edge["street"]) == 1


def test_two_features_of_one_layer_keep_their_own_names(document):
    first = document["overlays"][0] | {"state": "applies", "effect": "CONDITIONAL", "reason": None}
    core = first | {"name_fa": "عرصهٔ بافت کهن", "name_en": "Heritage core", "code": "H-1"}
    line = first | {"name_fa": "خط 63 کیلوولت", "name_en": "63 kV line", "code": "P63"}
    document["overlays"] = [core, line]
    names = [entry.name for entry in sheet(document, PLACE).concerns]
    assert "عرصهٔ بافت کهن" in names
    assert "خط ۶۳ کیلوولت" in names


def test_of_a_lot_that_a_street_takes_whole_no_layer_is_said_to_be_unsurveyed(document):
    document["parcel"]["status"], document["zone_state"], document["zones"] = "IN_PLAN", "NO_ZONE", []
    forget(document, "net_area_m2", "IN_PLAN")
    forget(document, "zone", "IN_PLAN")
    for overlay in document["overlays"]:
        overlay |= {"state": "unknown", "reason": {"code": "IN_PLAN", "args": {}}}
        document["unknown"].append(overlay["layer"])
    told = sheet(document, PLACE)
    roots = [entry for entry in told.unknown if entry.key != "follows"]
    assert "در گذر یا طرح عمومی" in plain(" ".join(entry.sentence for entry in roots))
    assert not {entry.key for entry in roots} & {overlay["layer"] for overlay in document["overlays"]}
    assert "zone" not in {entry.key for entry in told.concerns}


def test_of_a_lot_that_no_permit_is_given_for_nothing_is_called_a_thing_we_do_not_know(document):
    document["parcel"]["status"], document["zone_state"], document["zones"] = "IN_PLAN", "NO_ZONE", []
    for key in ("net_area_m2", "zone", "storeys"):
        forget(document, key, "IN_PLAN")
    forget(document, "reachable_floor_area_m2", "INPUT_UNKNOWN")
    document["findings"]["overlook"] = document["findings"]["zone"] | {"key": "overlook"}
    forget(document, "overlook", "NEEDS_FLOOR_PLANS")
    told = sheet(document, PLACE)
    assert told.without_permit
    assert told.unknown_line == ""
    assert [entry.key for entry in told.unknown] == ["net_area_m2", "qanats", "follows"]
    assert "اشراف" in plain(told.unknown[-1].sentence)  # nothing of it is left out
    lines = {head.account.key: plain(head.line) for head in told.numbers if head.quantity is None}
    assert lines["reachable_floor_area_m2"] == lines["net_area_m2"] == "قطعه در گذر یا طرح عمومی است."
