"""Takeo, Japan: a second city's zones and rules, by recipes alone; invented lots are judged by them."""

import json
import re
from dataclasses import dataclass, replace
from itertools import pairwise

import geopandas
import numpy as np
import psycopg
import pytest
import shapely

from conftest import ROOT, database_prefix, real_data
from gis_core.city import read_city
from import_scripts import zone_rules
from import_scripts.issues import Doubts
from import_scripts.recipe import field_rule, read_recipe
from import_scripts.task import Task
from tests.import_scripts.conftest import TAKEO, run_for_city

pytestmark = pytest.mark.real_data
METRIC = "EPSG:6670"
WIDE_M, DEEP_M = 20.0, 15.0
LOT_M2 = WIDE_M * DEEP_M

# What the file says of each use and ratio: polygons, coverage %, wall setback m, height limit m (0: none).
PUBLISHED = {
    "1-0.8": (2, 50, 1, 10),
    "2-1": (6, 60, 0, 10),
    "3-2": (3, 60, 0, 0),
    "4-2": (2, 60, 0, 0),
    "5-2": (8, 60, 0, 0),
    "6-2": (1, 60, 0, 0),
    "7-2": (1, 60, 0, 0),
    "9-2": (8, 80, 0, 0),
    "9-4": (3, 80, 0, 0),
    "10-4": (1, 80, 0, 0),
    "11-2": (5, 60, 0, 0),
}
PERCENT = {code: round(100 * float(code.split("-")[1])) for code in PUBLISHED}

RECIPE = """
kind = "{kind}"
layer_key = "{kind}"
title_fa = "ساختگی"
title_en = "Invented"
positional_accuracy_m = 0.05
[source]
crs = "EPSG:6670"
[period]
valid_from = 2024-01-01
[fields]
{fields}
"""
ASK = """
import os; os.environ["DJANGO_SETTINGS_MODULE"] = "gis_core.settings.test"
import django, json, sys
from datetime import date
django.setup()
from django.test import Client
from parcels.evaluation import evaluate_document
from parcels.models import Parcel
on, day = date(2026, 11, 21), "2026-11-21"
lots = Parcel.objects.filter(known__upper_inf=True, key__endswith="-1")
said = {lot.key: evaluate_document(lot, on=on) for lot in lots}
pages = {}
for language in ("en", "fa"):
    client = Client(SERVER_NAME="localhost")
    client.get(f"/language/{language}")
    for path in ["/"] + [f"/parcels/{key}/" for key in sys.argv[1:]]:
        answer = client.get(path, {"on": day})
        assert answer.status_code == 200, (path, answer.status_code)
        pages[f"{language} {path}"] = answer.content.decode()
print(json.dumps([said, pages]))
"""


@dataclass(frozen=True)
class Invented:
    """Lots that nobody owns, by key, with what they were put there for; and the streets before them."""

    lots: dict[str, shapely.Polygon]
    main: dict[str, str]
    streets: list[shapely.LineString]


@dataclass(frozen=True)
class Town:
    """Takeo in the database, and what bringing in the invented lots, and the rules again, printed."""

    connection: psycopg.Connection
    printed: str

    def ask(self, query: str) -> list[tuple]:
        """What the city's tables say."""
        return self.connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def plan():
    """The published use districts and what lies beside them, in metres."""
    file = real_data("takeo_zoning_rules", "takeo.gpkg")
    layers = ("use_districts", "planned_roads", "planned_open_space", "planning_area")
    read = {name: geopandas.read_file(file, layer=name).to_crs(METRIC) for name in layers}
    zones = read["use_districts"]
    ratio = zones["far"].map(lambda far: f"{far:g}")
    return read | {"use_districts": zones.assign(code=zones["use_code"] + "-" + ratio)}


@pytest.fixture(scope="module")
def invented(plan):
    """One lot in each zone amid neighbours, one across two zones, one on a planned road, one outside."""
    zones = plan["use_districts"]
    reserved = shapely.union_all([*plan["planned_roads"].geometry, *plan["planned_open_space"].geometry])
    lots, main, streets = {}, {}, []

    def put(purpose, number, *shapes):
        main[purpose] = f"{number}-1"
        lots.update({f"{number}-{place}": shape for place, shape in enumerate(shapes, start=1)})

    def put_amid_neighbours(purpose, number, ground):
        x, y = map(round, shapely.point_on_surface(roomiest(ground)).coords[0])
        corners = [(x, y), (x - WIDE_M, y), (x + WIDE_M, y), (x, y + DEEP_M)]
        put(purpose, number, *(shapely.box(left, low, left + WIDE_M, low + DEEP_M) for left, low in corners))
        streets.append(shapely.LineString([(x - 40, y - 3), (x + 60, y - 3)]))

    for number, code in enumerate(PUBLISHED, start=1):
        ground = shapely.union_all(zones.geometry[zones["code"] == code])
        put_amid_neighbours(code, number, shapely.difference(ground, reserved))
    put("split", 20, astride(zones, "10-4", "5-2"))
    put("setback split", 21, astride(zones, "1-0.8", "2-1"))
    roads = shapely.intersection(plan["planned_roads"].union_all(), zones.union_all())
    put_amid_neighbours("planned road", 22, roads)
    outside = plan["planning_area"].union_all().difference(zones.union_all().buffer(100))
    put_amid_neighbours("no zone", 23, outside)
    return Invented(lots, main, streets)


def roomiest(ground):
    """What is left of the widest part of a ground when its border is kept far away from."""
    away_m = 60.0
    while (left := shapely.buffer(ground, -away_m)).is_empty:
        away_m *= 0.8
    return max(shapely.get_parts(left), key=shapely.area)


def astride(zones, one, other):
    """A lot of 14 m across the longest straight border of two zones: 12 m into the first, 8 m beyond."""
    first, second = (shapely.union_all(zones.geometry[zones["code"] == code]) for code in (one, other))
    border = shapely.intersection(shapely.boundary(first), shapely.buffer(second, 0.01))
    ends = [pair for line in shapely.get_parts(border) for pair in pairwise(line.coords)]
    (x0, y0), (x1, y1) = max(ends, key=lambda pair: np.hypot(*np.subtract(*pair)))
    along = np.array([x1 - x0, y1 - y0]) / np.hypot(x1 - x0, y1 - y0)
    middle, inward = np.array([x0 + x1, y0 + y1]) / 2, np.array([-along[1], along[0]])
    if not shapely.covers(first, shapely.Point(middle + inward)):
        inward = -inward
    corners = [(-7, 12), (7, 12), (7, -8), (-7, -8)]
    return shapely.Polygon([middle + side * along + deep * inward for side, deep in corners]).normalize()


@pytest.fixture(scope="module")
def takeo(takeo_template, invented, tmp_path_factory, worker_id):
    """Takeo with the invented lots and its rules brought in twice, in a copy of its own."""
    from gis_core.cli import databases

    folder = tmp_path_factory.mktemp("takeo")
    name = f"{database_prefix()}_takeo_read_{worker_id}"
    databases.drop_database(name)
    databases.create_database(name, template=takeo_template)
    lots = geopandas.GeoDataFrame(
        {"lot": list(invented.lots)}, geometry=list(invented.lots.values()), crs=METRIC
    )
    streets = geopandas.GeoDataFrame(
        {"width": [6.0] * len(invented.streets)}, geometry=invented.streets, crs=METRIC
    )
    widths = 'existing_width_m = "width"\nplanned_width_m = "width"'
    described = TAKEO.read_text(encoding="utf-8").split("[[imports]]")[0]
    for kind, frame, fields in (("streets", streets, widths), ("parcels", lots, 'key = "lot"')):
        frame.to_file(folder / f"{kind}.gpkg", engine="pyogrio")
        (folder / f"{kind}.toml").write_text(RECIPE.format(kind=kind, fields=fields), encoding="utf-8")
        described += f'[[imports]]\nkind = "{kind}"\nfile = "{kind}.gpkg"\nrecipe = "{kind}.toml"\n'
    again = ("rules", "takeo_zoning_rules/takeo.gpkg", TAKEO.with_name("zone_rules.toml"))
    described += '[[imports]]\nkind = "{}"\nfile = "{}"\nrecipe = "{}"\n'.format(*again)
    (folder / "city.toml").write_text(described, encoding="utf-8")
    printed = run_for_city(name, "-m", "import_scripts", "city", str(folder / "city.toml"), city=TAKEO)
    with psycopg.connect(databases.database_urls(name)[1], autocommit=True) as connection:
        yield Town(connection, printed)
    databases.drop_database(name)


@pytest.fixture(scope="module")
def answers(takeo, invented):
    """What the engine says of each lot, by what the lot is there for; and pages in both languages."""
    shown = [invented.main[code] for code in ("1-0.8", "split")]
    printed = run_for_city(takeo.connection.info.dbname, "-c", ASK, *shown, city=TAKEO)
    said, pages = json.loads(printed.splitlines()[-1])
    return {purpose: said[key] for purpose, key in invented.main.items()}, pages


def test_the_plan_is_there_as_published(takeo, plan):
    rows = takeo.ask("SELECT code, count(*) FROM zoning_zone GROUP BY code")
    assert dict(rows) == {code: values[0] for code, values in PUBLISHED.items()}
    assert sum(PUBLISHED[code][0] for code, _ in rows) == 40
    [(hectares, srid)] = takeo.ask(
        "SELECT sum(ST_Area(geometry)) / 10000, min(ST_SRID(geometry)) FROM zoning_zone"
    )
    assert (round(hectares, 1), srid) == (724.3, 6670)
    layers = takeo.ask(
        "SELECT l.key, count(*) FROM layers_overlayfeature f JOIN layers_layer l ON l.id = f.layer_id"
        " GROUP BY l.key"
    )
    assert dict(layers) == {
        "height_limits": 8,
        "planned_roads": 53,
        "planned_open_space": 16,
        "special_use": 3,
        "fire_prevention": 1,
    }
    names = takeo.ask("SELECT name_fa, name_en FROM zoning_zone WHERE code = '9-4'")
    assert names[0] == ("تجاری محله‌ای", "Neighbourhood commercial")


def test_each_zone_has_the_ratio_coverage_and_wall_setback_of_the_table_and_nothing_else(takeo):
    rows = takeo.ask(
        "SELECT r.zone_code, r.kind, r.params, r.confidence, s.code, r.article FROM zoning_rule r"
        " JOIN gis_core_source s ON s.id = r.source_id WHERE r.zone_code <> ''"
    )
    params = {(zone, kind): said for zone, kind, said, *_ in rows}
    assert len(rows) == 3 * len(PUBLISHED) == len(params)
    for code, (_, coverage, setback, _) in PUBLISHED.items():
        assert params[code, "FAR"] == {"far_percent": PERCENT[code]}
        assert params[code, "COV"] == {"coverage_percent": coverage}
        metres = {name: said for name, said in params[code, "SETBACK"].items() if name.endswith("_m")}
        assert set(metres.values()) == {setback}
        assert len(metres) == 5
    assert {(confidence, source) for *_, confidence, source, _ in rows} == {("A", "takeo-city-plan-2022")}
    assert all(article.startswith("Building Standards Act, Art. 5") for *_, article in rows)


def test_the_use_alone_does_not_name_a_zone_because_use_9_has_two_ratios():
    read = read_recipe(TAKEO.with_name("zone_rules.toml"))
    file = real_data("takeo_zoning_rules", "takeo.gpkg")
    doubts = Doubts(file.name)
    by_use = replace(read, fields={"zone_code": field_rule("use_code")})
    zone_rules.definitions_of_zones(Task(file, by_use, read_city(TAKEO)), doubts)
    assert [(doubt.kind, doubt.value, doubt.outcome) for doubt in doubts] == [
        ("ZONE_VALUES_DIFFER", "9", "refused")
    ]
    assert "200, 400" in next(iter(doubts)).en


@pytest.mark.parametrize("code", PUBLISHED)
def test_a_lot_of_each_zone_has_what_the_table_says(answers, code):
    _, coverage, setback, height = PUBLISHED[code]
    said = answers[0][code]
    found = said["findings"]
    value = {name: finding["value"] for name, finding in found.items()}
    assert ([zone["code"] for zone in said["zones"]], said["zone_state"]) == ([code], "ONE_ZONE")
    assert (value["net_area_m2"], found["net_area_m2"]["state"]) == (LOT_M2, "computed")
    assert (value["far_percent"], value["coverage_percent"]) == (PERCENT[code], coverage)
    assert value["far_cap_m2"] == pytest.approx(LOT_M2 * PERCENT[code] / 100)
    assert value["coverage_cap_m2"] == pytest.approx(LOT_M2 * coverage / 100)
    assert found["far_cap_m2"]["state"] == "computed"
    assert set(value["setbacks_m"].values()) == {setback}
    inner_m2 = (WIDE_M - 2 * setback) * (DEEP_M - 2 * setback)
    assert value["envelope_area_m2"] == pytest.approx(inner_m2, abs=0.01)
    limit = next(row for row in said["overlays"] if row["layer"] == "height_limits")
    if height:
        assert (limit["state"], limit["effect"], limit["max_height_m"]) == ("applies", "HEIGHT_LIMIT", height)
    else:
        assert limit["state"] == "does_not_apply"
    rule = found["far_percent"]["rule"]
    assert (rule["code"], rule["confidence"]) == (f"FAR-{code}", "A")
    assert "by width of the road is not in it" in rule["source_title_en"]


@pytest.mark.parametrize("code", ["1-0.8", "5-2"])
def test_what_the_plan_does_not_say_is_unknown_and_never_unlimited(answers, code):
    found = answers[0][code]["findings"]
    for name in ("storeys", "height_m", "reachable_floor_area_m2", "parking_need", "deed_area_m2"):
        assert (found[name]["value"], found[name]["state"]) == (None, "unknown"), name
        assert found[name]["reason"]["code"]
        assert name in answers[0][code]["unknown"]
    assert answers[0][code]["choices"] == []
    wanted = {"1-0.8": "LIMIT_UNKNOWN", "5-2": "NO_RULE"}  # the height of a storey is not known; no limit is
    assert found["storeys"]["reason"]["code"] == wanted[code]


def test_a_lot_across_two_zones_has_the_ratios_weighted_by_its_shares(answers, plan, invented):
    said, shape = answers[0]["split"], invented.lots[invented.main["split"]]
    zones = plan["use_districts"]
    share = {
        code: sum(shapely.area(shapely.intersection(zones.geometry[zones["code"] == code], shape)))
        for code in ("10-4", "5-2")
    }
    assert sum(share.values()) == pytest.approx(280, abs=0.01)
    assert min(share.values()) > 100
    assert said["zone_state"] == "MULTI_ZONE"
    assert {zone["code"] for zone in said["zones"]} == {"10-4", "5-2"}
    found = said["findings"]
    far = (400 * share["10-4"] + 200 * share["5-2"]) / 280
    coverage = (80 * share["10-4"] + 60 * share["5-2"]) / 280
    assert found["far_percent"]["value"] == pytest.approx(far, abs=0.01)
    assert found["coverage_percent"]["value"] == pytest.approx(coverage, abs=0.01)


def test_across_two_zones_the_height_limit_and_the_larger_wall_setback_hold(answers):
    said = answers[0]["setback split"]
    assert {zone["code"] for zone in said["zones"]} == {"1-0.8", "2-1"}
    limits = [row for row in said["overlays"] if row["layer"] == "height_limits"]
    assert {row["max_height_m"] for row in limits} == {10}
    assert sum(row["overlap_m2"] for row in limits) == pytest.approx(280, abs=0.5)
    assert said["findings"]["setbacks_m"]["value"]["front_m"] == 1  # of 1 m and none the larger


def test_on_a_planned_road_the_city_is_to_be_asked(answers):
    said = answers[0]["planned road"]
    road = next(row for row in said["overlays"] if row["layer"] == "planned_roads")
    assert (road["state"], road["effect"], road["agency"]) == ("applies", "CONDITIONAL", "Takeo City")
    buildable = said["findings"]["buildable_area_m2"]
    assert (buildable["state"], buildable["reason"]["args"]) == ("conditional", {"agencies": ["Takeo City"]})


def test_outside_every_zone_nothing_is_known_of_density(answers):
    said = answers[0]["no zone"]
    assert said["zone_state"] == "NO_ZONE"
    for name in ("far_percent", "coverage_percent", "setbacks_m", "envelope_area_m2"):
        assert said["findings"][name]["value"] is None
        assert said["findings"][name]["state"] == "unknown"
    limit = next(row for row in said["overlays"] if row["layer"] == "height_limits")
    assert (limit["state"], limit["reason"]["code"]) == ("unknown", "OUTSIDE_SURVEYED_EXTENT")


def test_its_pages_are_english_first_and_persian_when_asked(answers, invented):
    pages = answers[1]
    path = f"/parcels/{invented.main['1-0.8']}/"
    english, persian = pages[f"en {path}"], pages[f"fa {path}"]
    assert re.search(r'<html[^>]*lang="en"', english)
    assert re.search(r'<html[^>]*lang="fa"[^>]*dir="rtl"|<html[^>]*dir="rtl"[^>]*lang="fa"', persian)
    assert "Category 1 exclusively low-rise residential" in english
    assert "مسکونی ویژهٔ کم‌ارتفاع، ردهٔ ۱" in persian
    assert "Takeo (Saga, Japan)" in pages["en /"]
    assert "تاکئو" in pages["fa /"]
    assert "The building may be 10 metres high at most." in english
    assert "ارتفاع ساختمان حداکثر ۱۰ متر است." in persian
    split = pages[f"en /parcels/{invented.main['split']}/"]  # half of it in the fire prevention district
    assert "Fire prevention district" in split
    assert "what it means for building, no rule here says" in split
    for page in (english, persian, split):
        for word in ("no restriction", "no limit", "unlimited", "forbids nothing", "محدودیتی ندارد"):
            assert word not in page.lower()


def test_bringing_the_rules_in_again_changes_nothing(takeo):
    assert "33 rows read, 0 loaded, 33 unchanged" in takeo.printed


def test_no_code_knows_this_city():
    named = [
        path.relative_to(ROOT)
        for room in ("gis_core", "layers", "parcels", "map_ui", "import_scripts")
        for path in (ROOT / room).rglob("*")
        if path.suffix in {".py", ".html", ".ts", ".sql"} and "node_modules" not in path.parts
        if re.search(r"takeo|japan\b", path.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert named == []
