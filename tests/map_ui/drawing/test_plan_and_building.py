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
from map_ui.drawing.held import way_lines
from map_ui.drawing.labels import Room, text_box
from map_ui.drawing.legend import legend
from map_ui.drawing.plan import plan
from map_ui.drawing.rows import Row
from map_ui.drawing.surroundings import Restricting, Restriction, Street, Surroundings
from map_ui.drawing.view import view_of

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


ROWS = {
    "net": Row("number-net_area_m2", "قطعهٔ خالص ۲۷۵٫۰۰ متر مربع"),
    "widths": Row("number-storeys", "گذر ۱۲"),
    "overlay-madis": Row("row-madis", "حریم مادی"),
}


def test_a_shape_leads_to_its_number_and_says_its_measure(document):
    lot = shape(document["geometries"]["parcel"])
    madi = Restricting(restrictions=[Restriction("madis", "مادی", "NO_BUILD", lot.buffer(-2), lot.centroid)])
    tree = ElementTree.fromstring(plan(document, around(document), madi, rows=ROWS))
    links = {link.get("data-role"): link for link in tree.iter(f"{SVG}a")}
    assert set(links) == {"net", "widths", "overlay-madis"}
    assert links["net"].get("href") == "#number-net_area_m2"
    assert links["net"].get("aria-label") == ROWS["net"].label
    said = [text.text for text in tree.iter(f"{SVG}text") if text.get("data-callout") == "net"]
    assert said == [ROWS["net"].label]
    # a picture with links in it is a group: a reader steps into it
    assert tree.get("role") == "group"


def test_a_proposed_building_is_drawn_with_what_of_it_lies_outside(document):
    envelope = shape(document["geometries"]["envelope"])
    inside = envelope.buffer(-1)
    assert "d-outside" not in plan(document, around(document), proposed=inside)
    drawn = plan(document, around(document), proposed=envelope.buffer(1))
    assert drawn.count('class="d-proposed"') == 1
    assert drawn.count('class="d-outside"') == 1


def test_a_lot_without_a_shape_has_no_plan(document):
    document["geometries"] = {}
    assert plan(document, Surroundings()) == ""


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


def held_by(document) -> Restricting:
    """A power line along the lot's western side, in two zones, half of it outside a survey; a new street."""
    lot = shape(document["geometries"]["parcel"])
    west, south, east, north = lot.bounds
    line = shapely.LineString([(west, south - 50), (west, north + 50)])
    power = Restriction("power-lines", "خط 63 کیلوولت", "NO_BUILD", shapely.buffer(line, 3.0), line)
    middle = (west + east) / 2
    return Restricting(
        zones=[
            ("R121", shapely.box(west - 90, south - 90, middle, north + 90)),
            ("M112", shapely.box(middle, south - 90, east + 90, north + 90)),
        ],
        restrictions=[power],
        unsurveyed=[("چاه‌های قنات", shapely.box(west - 500, south - 500, middle, north + 500))],
        ways=[shapely.box(west - 30, south - 20, east + 30, south + 2)],
    )


def roles_of(drawn: str) -> set[str]:
    return {path.get("data-role") for path in ElementTree.fromstring(drawn).iter(f"{SVG}path")} - {None}


def test_a_corrected_line_is_drawn_in_place_of_the_border_by_width(document):
    lot = shapely.geometry.shape(document["geometries"]["parcel"])
    west, south, east, _north = lot.bounds
    by_width = shapely.box(west - 30, south - 20, east + 30, south + 2)
    line = shapely.LineString([(west - 200, south + 1), (east + 200, south + 1)])
    view = view_of(lot, 640, 520)
    bare = Surroundings()
    plain = way_lines(Restricting(ways=[by_width]), bare, view)
    drawn = way_lines(Restricting(ways=[by_width], corrected=[line]), bare, view)
    middle = shapely.Point((west + east) / 2, south)
    assert plain.distance(middle) == pytest.approx(2.0)
    assert drawn.distance(middle) == pytest.approx(1.0)
    told = legend(document, bare, Restricting(corrected=[line]))
    assert "planned" in {entry.sign for entry in told}


def test_what_restricts_a_lot_is_drawn_on_it_and_named_in_the_legend(document):
    drawn = plan(document, around(document), held_by(document))
    assert {"overlay", "zone", "unsurveyed", "way"} <= roles_of(drawn)
    assert drawn.count('class="d-zone-code"') == 2
    assert 'class="d-feature"' in drawn
    told = {entry.sign: entry.text for entry in legend(document, around(document), held_by(document))}
    assert {"no-build", "feature", "zone-border", "unsurveyed", "planned"} <= set(told)
    assert "۶۳" in told["no-build"]
    assert "چاه‌های قنات" in told["unsurveyed"]


def test_the_legend_names_nothing_that_is_not_drawn(document):
    def signs():
        return {entry.sign for entry in legend(document, around(document), Restricting())}

    assert signs() == {"parcel", "ceded", "net", "envelope", "line60"}
    for role in ("envelope", "line60"):
        del document["geometries"][role]
        assert role not in signs()
    document["geometries"] = {"parcel": document["geometries"]["parcel"]}
    assert signs() == {"parcel"}


def test_ground_that_only_runs_along_a_lot_is_not_hatched_on_it(document):
    lot = shape(document["geometries"]["parcel"])
    beside = shapely.difference(shapely.buffer(lot, 9.0), shapely.buffer(lot, 0.0))
    along = Restricting(restrictions=[Restriction("canals", "Canal", "NO_BUILD", beside, beside)])
    assert "overlay" not in roles_of(plan(document, around(document), along))
    assert {entry.sign for entry in legend(document, around(document), along)} >= {"info"}


def test_a_part_that_a_street_cuts_off_is_shown_apart_from_the_net_lot(document):
    net = shape(document["geometries"]["net"])
    x, y = net.centroid.coords[0]
    cut = shapely.intersection(net, shapely.box(x - 100, y, x + 100, y + 100))
    document["geometries"]["net"] = shapely.geometry.mapping(cut)
    assert "other_parts" in roles_of(plan(document, around(document)))


def test_edges_along_one_street_are_one_front(document):
    edge = next(edge for edge in document["edges"] if edge["kind"] == "passage")
    (x1, y1), (x2, y2) = shape(edge["geometry"]).coords
    middle = ((x1 + x2) / 2, (y1 + y2) / 2)
    halves = [
        edge | {"geometry": {"type": "LineString", "coordinates": line}, "length_m": edge["length_m"] / 2}
        for line in ([(x1, y1), middle], [middle, (x2, y2)])
    ]
    whole = [front["length_m"] for front, _line in shapes.frontages(document | {"edges": [edge]})]
    assert [front["length_m"] for front, _line in shapes.frontages(document | {"edges": halves})] == whole
    around_the_ring = [halves[1], halves[0]]
    assert [
        front["length_m"] for front, _line in shapes.frontages(document | {"edges": around_the_ring})
    ] == whole


def test_no_figure_lies_on_another_or_out_of_the_picture(document):
    drawn = plan(document, around(document), held_by(document), width=640, height=520)
    figures = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)" class="d-dim-text[^"]*">([^<]+)<', drawn
    )
    room = Room(640, 520)
    assert len(figures) == 7
    for x, y, anchor, text in figures:
        box = text_box(float(x), float(y), anchor, text)
        assert room.is_free(box), text
        room.take([box])


def test_a_figure_that_is_free_nowhere_stays_in_the_picture_and_apart_from_the_next():
    room = Room(200, 100, [(0.0, 0.0, 200.0, 100.0)])
    assert room.first_free([(10.0, 50.0, "end"), (100.0, 50.0, "end")], "planned 12") == (100.0, 50.0, "end")
    room = Room(200, 100)
    beside = text_box(20.0, 50.0, "start", "now 8")[2] + 2
    room.first_free([(20.0, 50.0, "start")], "now 8")
    assert room.first_free([(beside, 50.0, "start"), (beside, 80.0, "start")], "12.00")[1] == 80.0


def test_the_width_of_a_very_wide_street_is_not_measured_across(document):
    for edge in document["edges"]:
        edge["width_m"] = edge["width_m"] and 36.0
    assert {entry.kind for entry in shapes.dimensions(document)} <= {"front", "depth", "ceded"}


def test_two_pictures_on_one_page_do_not_share_their_masks(document):
    first = axonometry(document, around(document), chosen=4.0)
    document["parcel"]["id"] += 1
    masks = [
        set(re.findall(r' id="(fade[^"]*)"', drawn))
        for drawn in (first, axonometry(document, around(document), chosen=4.0))
    ]
    assert not {name for name in masks[0] & masks[1] if name not in ("fade-x", "fade-y")}


def test_the_word_for_the_yard_is_not_under_the_building(document):
    drawn = axonometry(document, around(document), chosen=4.0)
    assert drawn.index("a-yard-text") > drawn.index("a-storey")


def test_a_sliver_of_frontage_is_not_the_front_that_is_measured(document):
    edge = next(edge for edge in document["edges"] if edge["kind"] == "passage")
    x, y = shape(edge["geometry"]).coords[0]
    sliver = edge | {
        "street": "another",
        "length_m": 0.57,
        "geometry": {"type": "LineString", "coordinates": [(x, y), (x, y + 0.57)]},
    }
    document["edges"].append(sliver)
    assert shapes.frontages(document)[0][0]["street"] != "another"
