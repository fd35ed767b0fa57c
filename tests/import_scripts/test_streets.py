"""Streets of real and small files: joined, doubted aloud, loaded as editions, harmless when repeated."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from django.db import connection

from gis_core.city import DEMO_CITY, ROOT, read_city
from gis_core.models import ImportRun
from gis_core.routing.noding import parts
from import_scripts import streets
from import_scripts.issues import Doubts, FileRefused
from import_scripts.recipe import FieldRule, Recipe, read_recipe
from import_scripts.task import Destination, Task
from layers.models import LayerVersion
from layers.network.models import StreetNode, StreetSegment
from layers.network.travel import forget_networks, network
from tests.builders import ORIGIN

RECIPES = ROOT / "import_scripts" / "recipes"
NOW, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
X, Y = ORIGIN


def real_file(*names):
    path = Path(os.environ.get("PELAK_REAL_DATA", ROOT.parent / "shared" / "data")).joinpath(*names)
    if not path.exists():
        pytest.skip(f"Real data are not here: {'/'.join(names)} (PELAK_REAL_DATA names their folder).")
    return path


PLACES = {
    26986: (-71.18, 42.34, -71.05, 42.42),  # Cambridge
    32719: (-71.5, -30.2, -71.1, -29.7),  # La Serena and Coquimbo
    25831: (1.35, 42.4, 1.85, 42.7),  # Andorra
}


def read_real(path, recipe, metric_srid):
    city = replace(read_city(DEMO_CITY), metric_srid=metric_srid, bbox_lonlat=PLACES[metric_srid])
    doubts = Doubts(path.name)
    return streets.read(Task(path, recipe, city), doubts), doubts


def components(found):
    numbers = found.nodes["number"].to_numpy()
    start = np.searchsorted(numbers, found.frame["from_node"])
    end = np.searchsorted(numbers, found.frame["to_node"])
    return parts(len(numbers), start, end).sizes


@pytest.mark.real_data
def test_cambridges_centrelines_hang_together_though_some_node_numbers_are_wrong():
    recipe = read_recipe(RECIPES / "cambridge" / "streets.toml")
    found, doubts = read_real(real_file("cambridge_ma", "cambridge.gpkg"), recipe, 26986)
    assert len(found.frame) == 2643
    assert found.frame["length_m"].sum() == pytest.approx(251_600, rel=1e-3)
    assert components(found)[0] == 1871
    moved = [doubt for doubt in doubts if doubt.kind == "NODE_PLACES_DIFFER"]
    assert 60 <= len(moved) <= 200  # some stand kilometres away: as numbered they would carry traffic there
    one_way = found.frame["direction"].value_counts()
    assert (one_way[1], one_way[-1]) == (435, 502)
    assert sum(doubt.field == "direction" for doubt in doubts) == 51


@pytest.mark.real_data
def test_the_islands_of_cambridge_are_reported():
    recipe = read_recipe(RECIPES / "cambridge" / "streets.toml")
    found, doubts = read_real(real_file("cambridge_ma", "cambridge.gpkg"), recipe, 26986)
    streets.report_islands(found, doubts)
    assert sum(doubt.kind == "ISLAND" for doubt in doubts) == len(components(found)) - 1 >= 1


@pytest.mark.real_data
def test_coquimbos_links_keep_their_numbers_and_their_largest_part():
    recipe = Recipe(
        "streets",
        RECIPES,
        "streets",
        "",
        "",
        source_layer="links",
        fields={
            "code": FieldRule("link_id"),
            "from_node": FieldRule("a_node"),
            "to_node": FieldRule("b_node"),
            "direction": FieldRule("direction", words={"0": 0, "1": 1}),
            "name_en": FieldRule("name"),
        },
        options={"join_tolerance_m": 0.5},
    )
    found, doubts = read_real(real_file("coquimbo_laserena_network", "coquimbo.gpkg"), recipe, 32719)
    assert len(found.frame) == 19_846
    assert components(found)[0] == 15_575
    assert (found.frame["direction"] == 1).sum() == 5_420
    assert not [doubt for doubt in doubts if doubt.kind == "NODE_PLACES_DIFFER"]


@pytest.mark.real_data
def test_andorras_extract_gives_streets_with_speeds_and_footways_without_cars():
    recipe = read_recipe(RECIPES / "streets_osm.toml")
    found, _ = read_real(real_file("andorra_routing_dem", "andorra.osm.pbf"), recipe, 25831)
    by_car, on_foot = found.frame[found.frame["drivable"]], found.frame[~found.frame["drivable"]]
    assert len(by_car) > 2000
    assert by_car["speed_kmh"].between(4, 100).all()
    assert set(on_foot["street_class"]) <= {"footway"}
    assert on_foot["walkable"].all()


def small_file(folder, lines, **columns):
    """A GeoPackage of streets given from the corner of the reference lot."""
    shapes = [shapely.LineString([(X + x, Y + y) for x, y in line]) for line in lines]
    path = folder / "streets.gpkg"
    geopandas.GeoDataFrame(columns, geometry=shapes, crs=32639).to_file(path, layer="streets")
    return path


def bring(path, now=NOW, **values):
    recipe = Recipe(
        "streets",
        path,
        "streets",
        "معابر",
        "Streets",
        **{"fields": {"code": FieldRule("code")}, "valid": (date(2025, 1, 1), None), **values},
    )
    doubts = Doubts(path.name)
    task = Task(path, recipe, read_city(DEMO_CITY))
    run = ImportRun.objects.create(kind="streets", file_name=path.name, file_sha256="")
    return streets.bring_in(task, Destination(connection, run.pk, now), doubts), doubts


L_SHAPE = [[(0, 0), (100, 0)], [(100.02, 0), (100, 80)]]


@pytest.mark.django_db
def test_ends_that_meet_within_the_tolerance_are_one_node_and_can_be_driven_over(tmp_path):
    counts, _ = bring(small_file(tmp_path, L_SHAPE, code=["a", "b"]))
    assert counts.loaded == 2
    assert StreetNode.objects.count() == 3
    forget_networks()
    town = network(on=date(2026, 1, 1))
    travel = town.travel(town.snap([(X, Y), (X + 100, Y + 80)]))
    assert travel.metres[0, 1] == pytest.approx(180, abs=0.1)
    forget_networks()


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing(tmp_path):
    path = small_file(tmp_path, L_SHAPE, code=["a", "b"])
    bring(path)
    again, _ = bring(path, LATER)
    assert (again.loaded, again.unchanged) == (0, 2)
    assert LayerVersion.objects.count() == 1


@pytest.mark.django_db
def test_next_years_streets_end_this_years_and_both_can_be_asked(tmp_path):
    bring(small_file(tmp_path, L_SHAPE, code=["a", "b"]))
    longer = small_file(tmp_path, [[(0, 0), (100, 0)], [(100, 0), (100, 300)]], code=["a", "b"])
    counts, _ = bring(longer, LATER, valid=(date(2026, 1, 1), None))
    assert (counts.loaded, counts.closed) == (2, 2)
    before = StreetSegment.objects.in_force(on=date(2025, 6, 1)).get(code="b")
    after = StreetSegment.objects.in_force(on=date(2026, 6, 1)).get(code="b")
    assert (round(before.length_m), round(after.length_m)) == (80, 300)
    assert before.lineage == after.lineage
    for version in {before.layer_version_id, after.layer_version_id}:
        assert StreetNode.objects.filter(layer_version=version).count() == 3


@pytest.mark.django_db
def test_a_correction_of_the_same_day_leaves_what_was_known_before(tmp_path):
    bring(small_file(tmp_path, L_SHAPE, code=["a", "b"]))
    corrected = small_file(tmp_path, [[(0, 0), (100, 0)], [(100, 0), (100, 90)]], code=["a", "b"])
    bring(corrected, LATER)
    day = date(2025, 6, 1)
    earlier = StreetSegment.objects.in_force(on=day, known_at=datetime(2026, 3, 1, tzinfo=UTC)).get(code="b")
    assert (
        round(earlier.length_m),
        round(StreetSegment.objects.in_force(on=day).get(code="b").length_m),
    ) == (
        80,
        90,
    )


@pytest.mark.django_db
def test_streets_of_another_city_are_stopped_with_what_was_seen(tmp_path):
    path = tmp_path / "another_city.gpkg"
    far = shapely.LineString([(100_000, 4_000_000), (100_100, 4_000_000)])
    geopandas.GeoDataFrame({"code": ["a"]}, geometry=[far], crs=32639).to_file(path)
    with pytest.raises(FileRefused) as refused:
        bring(path)
    assert refused.value.details["reason"] in ("OUTSIDE_CITY", "WRONG_CRS")


@pytest.mark.django_db
def test_a_line_of_two_parts_is_refused_and_nothing_is_loaded(tmp_path):
    shapes = [
        shapely.LineString([(X, Y), (X + 10, Y)]),
        shapely.MultiLineString([[(X, Y), (X, Y + 10)], [(X + 50, Y), (X + 60, Y)]]),
    ]
    path = tmp_path / "broken_line.gpkg"
    geopandas.GeoDataFrame({"code": ["a", "b"]}, geometry=shapes, crs=32639).to_file(path)
    with pytest.raises(FileRefused):
        bring(path)
    assert not StreetSegment.objects.exists()


@pytest.mark.django_db
def test_a_node_number_far_from_its_place_does_not_join_two_ends_of_the_city(tmp_path):
    lines = [[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(5000, 0), (5100, 0)]]
    path = small_file(tmp_path, lines, code=["a", "b", "c"], f=[1, 2, 2], t=[2, 3, 4])
    fields = {"code": FieldRule("code"), "from_node": FieldRule("f"), "to_node": FieldRule("t")}
    _, doubts = bring(path, fields=fields)
    kinds = [doubt.kind for doubt in doubts]
    assert kinds.count("NODE_PLACES_DIFFER") == 1
    assert kinds.count("ISLAND") == 1
    forget_networks()
    town = network(on=date(2026, 1, 1))
    travel = town.travel(town.snap([(X, Y), (X + 5050, Y)]))
    assert np.isnan(travel.seconds[0, 1])
    forget_networks()


PLANNED = {
    name: FieldRule(name)
    for name in ("code", "existing_width_m", "planned_width_m", "widening", "offset_left_m", "offset_right_m")
}


@pytest.mark.django_db
def test_which_side_a_street_grows_to_is_brought_in(tmp_path):
    path = small_file(
        tmp_path,
        [[(0, 0), (100, 0)], [(0, 50), (100, 50)], [(0, 90), (100, 90)]],
        code=["a", "b", "c"],
        existing_width_m=[8.0, 8.0, 8.0],
        planned_width_m=[12.0, 12.0, None],
        widening=["ONE_SIDED_LEFT", "SYMMETRIC", "OFFSETS"],
        offset_left_m=[None, None, 6.0],
        offset_right_m=[None, None, 2.0],
    )
    _, doubts = bring(path, fields=PLANNED)
    assert "NO_WIDTH" not in {doubt.kind for doubt in doubts}
    told = StreetSegment.objects.values_list("code", "widening", "offset_left_m", "legal_access")
    assert sorted(told) == [
        ("a", "ONE_SIDED_LEFT", None, True),
        ("b", "SYMMETRIC", None, True),
        ("c", "OFFSETS", 6.0, True),
    ]


@pytest.mark.django_db
def test_a_width_that_is_none_and_a_widening_that_nobody_knows_are_doubted_and_left_unknown(tmp_path):
    path = small_file(
        tmp_path,
        [[(0, 0), (100, 0)], [(0, 50), (100, 50)]],
        code=["a", "b"],
        existing_width_m=["-8", "0"],
        planned_width_m=["12 m", "12"],
        widening=["left side of the street", "SYMMETRIC"],
        offset_left_m=[None, "-1"],
        offset_right_m=[None, "0"],
    )
    _, doubts = bring(path, fields=PLANNED)
    named = sorted((doubt.line, doubt.kind, doubt.field) for doubt in doubts if doubt.field in PLANNED)
    assert named == [
        (1, "NO_WIDTH", "existing_width_m"),
        (1, "NO_WIDTH", "planned_width_m"),
        (1, "UNKNOWN_WORD", "widening"),
        (2, "NO_WIDTH", "existing_width_m"),
        (2, "NO_WIDTH", "offset_left_m"),
    ]
    first, second = StreetSegment.objects.order_by("code")
    assert (first.existing_width_m, first.planned_width_m, first.widening) == (None, None, "")
    assert (second.existing_width_m, second.planned_width_m, second.offset_right_m) == (None, 12.0, 0.0)
