"""The gallery: one lot of each telling kind, found in the city's own data, with what makes the kind drawn."""

import re
import subprocess
import sys
from html import unescape

import pytest

from conftest import ROOT

#: What the leaf of each kind must hold, in English: in its drawings, and in its words.
DRAWN = {
    "corner": ['data-role="chamfer"', "sign-ceded"],
    "widened": ['data-role="ceded"', "sign-planned", "d-dim-text d-brick", "planned "],
    "through": ['data-role="envelope"'],
    "split_zone": ['data-role="zone"', "more than one zone"],
    "consumed": ['data-role="ceded"', "No building can be drawn here", "planned street"],
    "cut_in_two": ['data-role="other_parts"', "sign-other-parts"],
    "l_shaped": ['data-role="envelope"', "a-storey"],
    "two_parts": ['data-role="envelope"', "a-storey"],
    "power_line": ["d-no-build", "d-feature", "sign-no-build", "Nothing may be built in the part"],
    "well": ["d-conditional", "d-feature-point", "sign-feature-point"],
    "heritage": ["d-conditional", "sign-conditional"],
    "lowered": ["d-height-limit", "sign-height-limit"],
    "survey_edge": ['data-role="unsurveyed"', "sign-unsurveyed", "sig-unknown", "does not reach this parcel"],
    "borderline": ["sig-borderline", "accuracy of the maps"],
    "depth_asked": ["Which end of the lot is built on must be asked"],
    "no_access": ["No building can be drawn here", "access"],
    "deed_differs": ["Deed and survey differ by"],
    "on_raster": ["Flood depth, once in 100 years", "the limit is 0.5 metres"],
    "may_be_divided": ['data-role="envelope"'],
}


def written(environment, folder) -> str:
    command = [sys.executable, "-m", "map_ui.gallery", str(folder), "--lots", "2000"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def lots_of(page: str) -> dict[str, str]:
    found = re.findall(r'<article class="gallery-lot" id="(\w+)">(.*?)</article>', page, re.DOTALL)
    return {kind: unescape(inside) for kind, inside in found}


@pytest.fixture(scope="module")
def gallery(demo_city, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    said = written(demo_city.environment, folder)
    return folder, said


def test_the_demo_city_has_a_lot_of_every_kind(gallery):
    """But for what so small a city has not: no canal reaches a lot of it, and all is zoned."""
    _folder, said = gallery
    missing = {line.split()[0] for line in said.splitlines() if line.endswith(" -")}
    assert missing <= {"canal", "unzoned"}, said


@pytest.mark.parametrize("kind", DRAWN)
def test_the_drawing_of_a_kind_holds_what_makes_it(gallery, kind):
    folder, _said = gallery
    lot = lots_of((folder / "index.en.html").read_text(encoding="utf-8"))[kind]
    assert [part for part in DRAWN[kind] if part not in lot] == []


def test_two_zones_have_two_codes_and_several_parts_are_all_drawn(gallery):
    folder, _said = gallery
    lots = lots_of((folder / "index.en.html").read_text(encoding="utf-8"))
    assert lots["split_zone"].count('class="d-zone-code"') >= 2
    envelope = re.search(r'<path d="([^"]+)" class="d-envelope"', lots["two_parts"])[1]
    assert envelope.count("M") >= 2
    roof = re.search(r'<path d="([^"]+)" class="a-top"', lots["two_parts"])[1]
    assert roof.count("M") >= 2


def test_every_sign_of_a_legend_is_drawn_and_what_is_drawn_has_its_sign(gallery):
    folder, _said = gallery
    signs = {
        "sign-envelope": "d-envelope",
        "sign-line60": "d-line60",
        "sign-zone-border": "d-zone-line",
        "sign-planned": "d-way",
        "sign-no-build": "d-no-build",
        "sign-conditional": "d-conditional",
        "sign-height-limit": "d-height-limit",
        "sign-unsurveyed": "d-unsurveyed",
        "sign-other-parts": "d-other",
        "sign-feature": "d-feature",
        "sign-feature-point": "d-feature-point",
    }
    for language in ("fa", "en"):
        for kind, lot in lots_of((folder / f"index.{language}.html").read_text(encoding="utf-8")).items():
            told = {sign for sign in signs if f'class="sign {sign}"' in lot}
            assert told == {sign for sign, drawn in signs.items() if f'class="{drawn}"' in lot}, kind


def test_the_contact_sheet_shows_every_lot_of_the_book_under_its_kind(gallery):
    folder, _said = gallery
    for language, corner in (("fa", "نبش، با پخ"), ("en", "A corner, with its chamfer")):
        book, sheet = (
            (folder / f"{name}.{language}.html").read_text(encoding="utf-8") for name in ("index", "contact")
        )
        captions = re.findall(r"<figcaption>([^<]+)</figcaption>", sheet)
        assert captions == re.findall(r"<h2>([^<]+)</h2>", book)
        assert captions[0] == corner
        assert sheet.count('<svg class="plan"') == len(captions)


def test_every_page_is_whole_without_the_server(gallery):
    folder, _said = gallery
    for written_page in folder.glob("*.html"):
        page = written_page.read_text(encoding="utf-8")
        for name in re.findall(r'(?:href|src)="([^"#]+\.\w+)"', page):
            assert (folder / name).exists(), name
        assert not re.search(r"https?://(?!www\.w3\.org)", page)
