"""The extract of a parcel: what concerns it, what does not, what is not known."""

import json
import re
import tomllib
import urllib.request
from collections import Counter
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from gis_core.city import DEMO_CITY, ROOT
from gis_core.constraints.evaluate import SHOWN
from gis_core.constraints.parameters import NEEDED
from gis_core.constraints.rules import Rule, RuleSet
from map_ui.documents import restriction_extract
from map_ui.documents.subjects import OF_LAYERS, SUBJECTS
from map_ui.documents.three_lists import three_lists
from parcels.service_requests.intake import receive
from parcels.service_requests.models import Decision
from parcels.writing_down import fingerprint
from tests.conftest import PATIENCE_S
from tests.parcels.service_requests.situations import (
    lot_in_a_zone,
    property_file,
    submission,
    tolerance,
)

TODAY = date(2026, 11, 21)
HEADINGS = {
    "concerns": "What concerns this parcel",
    "clear": "What does not concern it",
    "unknown": "What is not known",
}
MARKS = {"concerns": "•", "clear": "–", "unknown": "?"}


def test_every_kind_of_rule_belongs_to_one_subject():
    told = Counter([kind for subject in SUBJECTS for kind in subject.kinds] + list(OF_LAYERS))
    assert set(told) == set(NEEDED)
    assert set(told.values()) == {1}


def test_every_finding_of_the_engine_belongs_to_one_subject():
    told = Counter(key for subject in SUBJECTS for key in subject.findings)
    assert set(told) == {*SHOWN, "light_wells_m2", "parking_need", "parking_capacity"}
    assert set(told.values()) == {1}


# --- lots of the demo city -------------------------------------------------------------------------------

#: Finds a lot on which an overlay holds, one at the border of what was surveyed, one that is free of all, and
#: says of many lots which row stands in which list.
ASK = """
import json
from datetime import date
from layers.models import Layer
from map_ui.documents.restriction_extract import editions_on
from map_ui.documents.three_lists import three_lists
from layers.zoning.queries import standing_on
from gis_core.constraints.findings import as_document
from parcels.evaluation import evaluate_parcels
from django.utils import timezone, translation
on, now = date(2026, 11, 21), timezone.now()
rules = standing_on(on).rules
found, rows = {}, {}
with translation.override("en"):
    editions = editions_on(on, now)
    for answered in evaluate_parcels(on=on, known_at=now):
        for number, one in enumerate(answered.evaluations):
            document = as_document(one)
            states = [(o["state"], (o["reason"] or {}).get("code")) for o in document["overlays"]]
            names = {state for state, _ in states}
            zoned = document["findings"]["zone"]["state"] == "computed"
            situations = {
                "held": "applies" in names,
                "border": ("unknown", "OUTSIDE_SURVEYED_EXTENT") in states,
                "free": names == {"does_not_apply"},
            }
            for name, holds in situations.items():
                if holds and zoned:
                    found.setdefault(name, one.parcel_key)
            if number % 25 == 0 or one.parcel_key in found.values():
                lists = three_lists(document, rules, editions)
                rows[one.parcel_key] = {
                    "rows": [[row.key, row.title, row.standing] for row in lists.all],
                    "states": [
                        [o["layer"], (o["rule"] or {}).get("code", ""), o["state"]]
                        for o in document["overlays"]
                    ],
                    "unknown": document["unknown"],
                }
layers = list(Layer.objects.filter(kind__in=["overlay", "raster"]).values_list("key", flat=True))
print("ASKED" + json.dumps({"found": found, "rows": rows, "layers": layers,
    "planned": [rule.params["layer"] for rule in rules.of_kind("PLANNED_STREET")]}))
"""


@pytest.fixture(scope="module")
def asked(demo_city):
    """What the extract says of lots of the demo city."""
    return json.loads(demo_city.manage("shell", "-c", ASK).split("ASKED")[1])


def extract_of(demo_city, key: str, language: str = "en") -> PdfReader:
    address = f"{demo_city.url}/parcels/{key}/extract.pdf?on={TODAY.isoformat()}"
    request = urllib.request.Request(address, headers={"Accept-Language": language})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
        assert response.headers["Content-Type"] == "application/pdf"
        return PdfReader(BytesIO(response.read()))


def text_of(pdf: PdfReader) -> str:
    text = "\n".join(page.extract_text() for page in pdf.pages)
    return re.sub("[\u2066-\u2069\u200e\u200f]", "", text)


def lists_in(pdf: PdfReader) -> dict[str, str]:
    """The text of each list as it stands on the paper, by what the list is."""
    parts = re.split(rf"({'|'.join(HEADINGS.values())}) \(\d+\)", text_of(pdf))
    named = {heading: name for name, heading in HEADINGS.items()}
    return {named[heading]: text for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def rows_in(text: str, mark: str) -> int:
    return len(re.findall(rf"^{re.escape(mark)}", text, re.M))


@pytest.mark.parametrize("lot", ["held", "border", "free"])
def test_each_list_on_the_paper_holds_what_it_must(demo_city, asked, lot):
    key = asked["found"][lot]
    pdf = extract_of(demo_city, key)
    lists = lists_in(pdf)
    assert set(lists) == set(HEADINGS)
    told = asked["rows"][key]["rows"]
    for name, text in lists.items():
        expected = [title for _key, title, standing in told if standing == name]
        flat = " ".join(text.split())
        assert rows_in(text, MARKS[name]) == len(expected), name
        for title in expected:
            assert f"{MARKS[name]} {title}" in flat or f"{MARKS[name]}{title}" in flat, (name, title)


def test_the_lots_are_what_they_are_called(asked):
    def standings(lot):
        return {key: standing for key, _title, standing in asked["rows"][asked["found"][lot]]["rows"]}

    held = asked["rows"][asked["found"]["held"]]
    for layer, rule, state in held["states"]:
        if state == "applies":
            assert standings("held")[f"{layer}/{rule}"] == "concerns"
    border = asked["rows"][asked["found"]["border"]]
    beyond = [f"{layer}/{rule}" for layer, rule, state in border["states"] if state == "unknown"]
    assert beyond
    assert {standings("border")[key] for key in beyond} == {"unknown"}
    free = {key: standing for key, standing in standings("free").items() if "/" in key}
    assert set(free.values()) == {"clear"}
    # even there something is not known: windows need floor plans
    assert standings("free")["overlook"] == "unknown"


def test_the_three_lists_together_are_everything_asked_and_nothing_twice(asked):
    subjects = {subject.key for subject in SUBJECTS}
    assert len(asked["rows"]) > 40
    for key, lot in asked["rows"].items():
        told = [row for row, _title, _standing in lot["rows"]]
        assert len(told) == len(set(told)), key
        layers = {f"{layer}/{rule}" if rule else layer for layer, rule, _state in lot["states"]}
        assert set(told) - set(OF_LAYERS) == subjects | layers, key
        judged = {layer for layer, _rule, _state in lot["states"]} | set(asked["planned"])
        assert set(asked["layers"]) <= judged, key


def test_what_the_answer_calls_unknown_stands_under_not_known_on_every_lot(asked):
    subject_of = {finding: subject.key for subject in SUBJECTS for finding in subject.findings}
    for key, lot in asked["rows"].items():
        standing = {row: where for row, _title, where in lot["rows"]}
        for name in lot["unknown"]:
            if name in subject_of:
                assert standing[subject_of[name]] == "unknown", (key, name)
        for layer, rule, state in lot["states"]:
            if state in ("unknown", "borderline"):
                assert standing[f"{layer}/{rule}"] != "clear", (key, layer)


def test_the_paper_is_in_persian_from_right_to_left_and_tagged(demo_city, asked):
    pdf = extract_of(demo_city, asked["found"]["free"], "fa")
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "fa"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/Direction"] == "/R2L"
    assert "محدودیت" in pdf.metadata.title
    text = text_of(pdf)
    for heading in ("به این قطعه مربوط است", "به این قطعه مربوط نیست", "آنچه نمی"):
        assert heading in text
    pages = [page.extract_text() for page in pdf.pages]
    # What is said below the last table may come to stand on a page of its own.
    below = pages.pop() if len(pages[-1].splitlines()) < 10 else ""
    assert "SHA-256" in (below or pages[-1])
    headers = [page.count("کجا نوشته شده") for page in pages]
    assert all(headers), "a table that goes on over the page repeats its head"
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in pdf.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all("Vazirmatn" in font for font in fonts), fonts


# --- nothing unknown reads as no restriction -------------------------------------------------------------

REFERENCE = json.loads((ROOT / "tests/data/reference_lot_evaluation.json").read_text(encoding="utf-8"))


def sample_rules() -> RuleSet:
    """The rules of the sample city as its file tells them."""
    told = tomllib.loads((DEMO_CITY.parent / "rules.toml").read_text(encoding="utf-8"))["rule"]
    kept = ("code", "kind", "params", "zone_code", "area_basis", "article", "valid_from")
    return RuleSet.on_day([Rule(**{key: one[key] for key in kept if key in one}) for one in told], TODAY)


RULES = sample_rules()


def standing_of(document) -> dict[str, str]:
    with translation.override("en"):
        return {row.key: row.standing for row in three_lists(document, RULES, {}).all}


@pytest.mark.parametrize("key", REFERENCE["findings"])
def test_a_finding_that_becomes_unknown_takes_its_subject_along(key):
    unknown = REFERENCE["findings"][key] | {
        "value": None,
        "state": "unknown",
        "reason": {"code": "NO_RULE", "args": {}},
    }
    document = REFERENCE | {"findings": REFERENCE["findings"] | {key: unknown}}
    (subject,) = [subject.key for subject in SUBJECTS if key in subject.findings]
    assert standing_of(document)[subject] == "unknown"


@pytest.mark.parametrize("key", REFERENCE["findings"])
def test_a_finding_that_was_never_asked_is_not_known(key):
    document = REFERENCE | {
        "findings": {name: one for name, one in REFERENCE["findings"].items() if name != key}
    }
    (subject,) = [subject.key for subject in SUBJECTS if key in subject.findings]
    assert standing_of(document)[subject] == "unknown"


@pytest.mark.parametrize("state", ["unknown", "borderline"])
def test_a_layer_that_does_not_say_enough_is_not_known(state):
    for number, overlay in enumerate(REFERENCE["overlays"]):
        changed = [*REFERENCE["overlays"]]
        changed[number] = overlay | {"state": state, "reason": None}
        row = f"{overlay['layer']}/{overlay['rule']['code']}" if overlay.get("rule") else overlay["layer"]
        assert standing_of(REFERENCE | {"overlays": changed})[row] == "unknown"


@pytest.mark.parametrize("state", ["conditional", "unknown"])
def test_what_hangs_on_a_layer_calls_it_by_its_name(state):
    flood = REFERENCE["overlays"][0] | {
        "layer": "flood-depth",
        "name_fa": "عمق سیلاب صدساله",
        "name_en": "Depth of the flood of a hundred years",
        "state": "unknown",
        "reason": {"code": "NO_DATA", "args": {"unknown_percent": 100}},
    }
    reason = {"code": "OVERLAY_UNKNOWN", "args": {"layers": ["flood-depth"]}}
    unsure = REFERENCE["findings"]["envelope_area_m2"] | {"state": state, "reason": reason}
    document = REFERENCE | {
        "overlays": [*REFERENCE["overlays"], flood],
        "findings": REFERENCE["findings"] | {"envelope_area_m2": unsure},
    }
    with translation.override("fa"):
        (row,) = [row for row in three_lists(document, RULES, {}).all if row.key == "place"]
    told = " ".join(row.lines)
    assert "عمق سیلاب صدساله" in told
    assert "flood-depth" not in told


def test_a_city_without_rules_knows_nothing_of_what_only_rules_tell():
    with translation.override("en"):
        lists = three_lists(REFERENCE, RuleSet(), {})
    unknown = {row.key for row in lists.unknown}
    assert {"least_lot", "consolidation"} <= unknown


# --- of an issued answer ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_extract_of_an_issued_answer_leads_to_its_verification(client, settings, tmp_path):
    settings.VAR = tmp_path
    parcel = lot_in_a_zone()
    tolerance()
    property_file(parcel)
    given = Decision.objects.get(request=receive(submission(parcel), on=TODAY))
    told = restriction_extract.of_decision(given)
    kept = given.evaluation
    assert told.verify_url.endswith(f"/v/{given.code}")
    assert told.sha256 == fingerprint(kept.inputs, kept.document) == given.facts["evaluation"]["sha256"]
    assert (told.on, told.known_at, told.engine) == (kept.on, kept.known_at, kept.engine_version)
    response = client.get(reverse("paper-extract", args=[given.code]), headers={"accept-language": "en"})
    pdf = PdfReader(BytesIO(response.content))
    text = " ".join(text_of(pdf).split())
    assert told.sha256[:8] in text
    assert f"/v/{given.code}" in text
    for date_of in ("Holds on the day", "As known at the instant"):
        assert date_of in text
    (attached,) = pdf.attachments["evaluation.json"]
    assert json.loads(attached)["document"] == kept.document
    page = client.get(reverse("verify", args=[given.code]))
    assert reverse("paper-extract", args=[given.code]) in page.content.decode()
