"""The drawn plan and the raised building of an answer."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

from map_ui import shapes
from map_ui.drawing.axonometry import axonometry
from map_ui.drawing.plan import plan
from map_ui.drawing.surroundings import Street, Surroundings

DOCUMENT = Path(__file__).parents[2] / "data" / "reference_lot_evaluation.json"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def document():
    return json.loads(DOCUMENT.read_text(encoding="utf-8"))


def around(document, name: str = "کوچهٔ سرو") -> Surroundings:
    lot = shape(document["geometries"]["parcel"])
    neighbour = shapely.transform(lot, lambda points: points + (-14.0, 2.0))  # noqa: RUF005
    x, y = lot.centroid.coords[0]
    street = Street(name, shapely.LineString([(x - 60, y - 20), (x + 60, y - 16)]), 8.0)
    return Surroundings(lots=[(lot, "17"), (neighbour, "18")], buildings=[(neighbour, 9.0)], streets=[street])


def test_the_plan_is_well_formed_and_shows_what_is_ceded_net_and_buildable(document):
    tree = ElementTree.fromstring(plan(document, around(document)))
    roles = {path.get("data-role") for path in tree.iter(f"{SVG}path")}
    assert {"parcel", "ceded", "chamfer", "net", "envelope"} <= roles
    assert tree.get("role") == "img"
    assert tree.get("aria-label")


def test_the_chain_of_dimensions_is_that_of_the_rule_book(document):
    found = [(entry.kind, entry.length_m) for entry in shapes.dimensions(document)]
    chain = [length for kind, length in found if kind in ("ceded", "depth")]
    assert chain == pytest.approx([2.0, 7.2, 2.0, 13.8], abs=0.01)
    assert ("width_now", 8.0) in found
    assert ("width_planned", 12.0) in found
    assert sum(chain) == pytest.approx(25.0, abs=0.01)


def test_an_irregular_lot_gets_no_chain_that_would_measure_nothing(document):
    x, y = document["geometries"]["parcel"]["coordinates"][0][0]
    bent = shapely.Polygon([(x, y), (x + 12, y), (x + 30, y + 25), (x + 6, y + 8)])
    document["geometries"]["parcel"] = shapely.geometry.mapping(bent)
    assert {entry.kind for entry in shapes.dimensions(document)} <= {"front", "width_now", "width_planned"}


def test_names_from_the_city_cannot_break_out_of_the_drawing(document):
    drawn = plan(document, around(document, '<script>alert("x")</script>'))
    assert "<script" not in drawn
    ElementTree.fromstring(drawn)


def test_each_choice_has_its_storey_and_a_leader_to_its_stop(document):
    tree = ElementTree.fromstring(axonometry(document, around(document), chosen=3.0))
    groups = {
        group.get("data-storey"): group.get("class")
        for group in tree.iter(f"{SVG}g")
        if group.get("data-storey")
    }
    storeys = [group for group in tree.iter(f"{SVG}g") if "a-storey" in (group.get("class") or "").split()]
    shown = [group.get("data-storey") for group in storeys if "off" not in group.get("class")]
    assert set(groups) == {"1", "2", "3", "4", "5"}
    assert shown == ["1", "2", "3"]
    leaders = [group for group in tree.iter(f"{SVG}g") if "a-leader" in (group.get("class") or "").split()]
    assert [group.get("data-storey") for group in leaders] == ["5", "4", "3", "2", "1"]


def test_a_leader_ends_in_the_middle_of_its_stop(document):
    tree = ElementTree.fromstring(axonometry(document, around(document), chosen=4.0))
    leaders = [group for group in tree.iter(f"{SVG}g") if "a-leader" in (group.get("class") or "").split()]
    ends = [float(re.search(r" ([\d.]+)H262", group[0].get("d")).group(1)) for group in leaders]
    assert ends == [22 + 44 * row for row in range(5)]


def test_an_answer_without_an_envelope_has_no_building_to_show(document):
    del document["geometries"]["envelope"]
    assert axonometry(document, around(document), chosen=None) == ""


def test_spikes_without_width_are_not_drawn(document):
    x, y = document["geometries"]["parcel"]["coordinates"][0][0]
    spiked = [(x, y), (x + 8, y), (x + 8, y + 9), (x, y + 9), (x, y + 20), (x + 0.001, y + 9), (x, y)]
    document["geometries"]["envelope"] = {"type": "Polygon", "coordinates": [spiked]}
    drawn = shapes.geometries(document)["envelope"]
    assert drawn.bounds[3] == pytest.approx(y + 9, abs=0.02)


def test_ground_outside_the_picture_leaves_no_empty_path(document):
    here = around(document)
    x, y = shape(document["geometries"]["parcel"]).centroid.coords[0]
    far = [
        ("passage", shapely.box(x + 900, y, x + 910, y + 10)),
        ("park", shapely.box(x - 5, y, x + 5, y + 10)),
    ]
    there = Surroundings(lots=here.lots, buildings=here.buildings, streets=here.streets, ground=far)
    drawn = plan(document, there)
    assert "MZ" not in drawn
    assert 'class="d-park"' in drawn


def test_a_name_stands_whole_within_the_picture_or_not_at_all(document):
    drawn = plan(document, around(document, "خیابان هزارجریب"), width=640, height=520)
    names = re.findall(r'class="d-street"[^>]*translate\(([\d.-]+) ([\d.-]+)\)', drawn)
    assert len(names) == 1
    assert 40 < float(names[0][0]) < 600
    assert 0 < float(names[0][1]) < 520
    assert 'class="d-street"' not in plan(document, around(document, "خیابان " * 40))


def test_a_front_that_runs_from_north_to_south_has_its_figure_beside_it(document):
    x, y = document["geometries"]["parcel"]["coordinates"][0][0]
    lot = shapely.box(x, y, x + 30, y + 12)
    document["geometries"] = {"parcel": shapely.geometry.mapping(lot)}
    front = shapely.LineString([(x, y + 12), (x, y)])
    document["edges"] = [
        document["edges"][0] | {"geometry": shapely.geometry.mapping(front), "length_m": 12.0}
    ]
    drawn = plan(document, Surroundings(), width=640, height=520)
    beside = re.search(r'<text x="([\d.]+)"[^>]*text-anchor="(\w+)"[^>]*>(?:12.00|۱۲٫۰۰)<', drawn)
    assert beside[2] == "end"
