"""Every flaw a municipality's file may have is found, told with its row, and never loaded in silence."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from gis_core.city import read_city
from gis_core.persian import tidy
from import_scripts import parcels
from import_scripts.check import gaps, overlaps, stop_if_refused
from import_scripts.issues import SENTENCES, Doubts, FileRefused, Outcome, write_report
from import_scripts.normalise import Field, fields_of, shapes_of
from import_scripts.readers import read
from import_scripts.recipe import FieldRule, read_recipe
from tests.import_scripts.workbench import DATA, RECIPES, recipe, task

X, Y = 560_000.0, 3_610_000.0


def prepared(file, **values):
    """Lots of a file and its doubts by kind."""
    doubts = Doubts(file)
    made = recipe(fields={"key": "code", **values.pop("fields", {})}, **values)
    lots = parcels.prepare(task(file, made), doubts)
    return lots, doubts


def told(doubts, kind):
    return [doubt for doubt in doubts if doubt.kind == kind]


def why_refused(file, **values):
    """Reason for which a file is stopped, and the sentence that says so."""
    with pytest.raises(FileRefused) as refused:
        prepared(file, **values)
    return refused.value.details["reason"], refused.value.en


def test_two_sound_lots_raise_no_doubt():
    lots, doubts = prepared("two_lots.geojson")
    assert len(lots.frame) == 2
    assert not list(doubts)


def test_a_lot_whose_outline_crosses_itself_is_refused_when_its_repair_is_unclear():
    lots, doubts = prepared("self_crossing_parcel.geojson")
    assert [doubt.line for doubt in told(doubts, "SELF_CROSSING_UNCLEAR")] == [3]
    assert len(lots.frame) == 2
    with pytest.raises(FileRefused, match="row 3"):
        stop_if_refused(doubts, "stop")
    stop_if_refused(doubts, "leave_out")


def test_a_spike_is_cut_off_and_told():
    lots, doubts = prepared("spike_parcel.geojson")
    (doubt,) = told(doubts, "SELF_CROSSING")
    assert doubt.outcome is Outcome.REPAIRED
    assert shapely.area(lots.shapes[2]) == pytest.approx(300.0)
    assert shapely.is_valid(lots.shapes).all()


def test_a_row_without_a_shape_is_refused():
    _, doubts = prepared("empty_shape.geojson")
    assert [doubt.line for doubt in told(doubts, "EMPTY_SHAPE")] == [3]


def test_overlapping_lots_are_told_with_area_and_width_and_marked():
    lots, doubts = prepared("overlapping_lots.geojson")
    (doubt,) = told(doubts, "OVERLAP")
    assert "12.50 m²" in doubt.en
    assert "0.50 m wide" in doubt.en
    marks = lots.frame["attributes"].tolist()
    assert marks[1]["doubts"][0]["with"] == "3-2-45-3-0-0-0"
    assert marks[0] == {}


def test_the_same_lot_twice_is_loaded_once():
    lots, doubts = prepared("same_lot_twice.geojson")
    assert [doubt.line for doubt in told(doubts, "DUPLICATE_ROW")] == [3]
    assert len(lots.frame) == 2


def test_one_key_in_two_places_is_told_on_both_rows():
    _, doubts = prepared("same_key_two_places.geojson")
    assert [doubt.line for doubt in told(doubts, "DUPLICATE_KEY")] == [1, 3]


def test_a_lot_of_two_parts_is_loaded_part_by_part_and_its_splinter_left_out():
    lots, doubts = prepared("lot_of_two_parts.geojson")
    assert len(lots.frame) == 4
    assert told(doubts, "MANY_PARTS")[0].line == 3
    assert told(doubts, "SPLINTER_LEFT_OUT")[0].value == "0.20"


def test_a_row_without_a_good_key_is_no_lot():
    lots, doubts = prepared("key_missing.geojson")
    assert lots.frame["kind"].tolist() == ["lot", "lot", "other", "other"]
    assert [doubt.value for doubt in told(doubts, "KEY_MALFORMED")] == ["", "---"]


def test_a_line_is_no_lot():
    _, doubts = prepared("lot_as_line.geojson")
    (doubt,) = told(doubts, "WRONG_SHAPE")
    assert "LineString" in doubt.en


def test_one_shape_in_the_next_province_is_refused_alone():
    lots, doubts = prepared("lot_in_the_next_province.geojson")
    assert [doubt.line for doubt in told(doubts, "OUTSIDE_CITY")] == [3]
    assert len(lots.frame) == 2


@pytest.mark.parametrize(
    ("file", "reason", "says"),
    [
        ("wrong_zone.geojson", "WRONG_CRS", "EPSG:32640"),  # written in zone 40, labelled zone 39
        ("in_feet.geojson", "IN_FEET", "0.3048"),
        ("swapped_axes.geojson", "SWAPPED_AXES", "exchanged"),
        ("without_prj.shp", "CRS_UNKNOWN", "EPSG:32639"),  # nobody says it; the sentence says what would fit
    ],
)
def test_a_file_in_another_place_is_stopped_with_what_was_seen(file, reason, says):
    found, sentence = why_refused(file)
    assert found == reason
    assert says in sentence


def test_the_operator_may_name_the_crs_that_nobody_said():
    lots, _ = prepared("without_prj.shp", crs="EPSG:32639")
    assert len(lots.frame) == 1


def test_a_recipe_that_contradicts_the_file_about_its_crs_is_stopped():
    reason, sentence = why_refused("two_lots.geojson", crs="EPSG:32640")
    assert reason == "CRS_DIFFERS"
    assert "EPSG:32639" in sentence


def test_swapped_columns_of_a_table_are_seen():
    made = recipe("offices", options={"x": "lon", "y": "lat"}, crs="EPSG:4326")
    given = task("lon_lat_swapped.csv", made)
    doubts = Doubts("lon_lat_swapped.csv")
    table = read(given.file, layer=None, encoding=None, doubts=doubts)
    with pytest.raises(FileRefused) as refused:
        shapes_of(table, given, doubts)
    assert refused.value.details["reason"] == "SWAPPED_AXES"


def test_persian_digits_and_a_turned_decimal_are_read_or_asked():
    made = recipe("offices", fields={"code": "code", "name_fa": "name", "daily_capacity": "capacity"})
    doubts = Doubts("offices.csv")
    table = read(DATA / "offices.csv", layer=None, encoding=None, doubts=doubts)
    known = {"code": Field("code"), "name_fa": Field(), "daily_capacity": Field("number")}
    frame = fields_of(table, known, task("offices.csv", made), doubts)
    assert frame["code"].tolist() == ["12", "13"]
    assert frame["name_fa"].iloc[0] == "دفتر کوچک"
    assert frame["daily_capacity"].iloc[0] == 40.0
    assert np.isnan(frame["daily_capacity"].iloc[1])
    (doubt,) = told(doubts, "UNCLEAR_DECIMAL")
    assert (doubt.line, doubt.field, doubt.value) == (3, "daily_capacity", "20/1")


def test_heights_are_dropped_and_told():
    lots, doubts = prepared("with_heights.geojson")
    assert not shapely.has_z(lots.shapes).any()
    assert told(doubts, "HEIGHTS_DROPPED")[0].value == "2"


def test_an_old_shapefile_is_not_guessed_but_read_when_its_encoding_is_named():
    with pytest.raises(FileRefused, match="windows-1256"):
        prepared("windows_1256_without_cpg.shp")
    doubts = Doubts("old")
    file = DATA / "windows_1256_without_cpg.shp"
    table = read(file, layer=None, encoding="windows-1256", doubts=doubts)
    assert tidy(table.frame["name"].iloc[0]) == "خیابان پلاک"
    with pytest.raises(FileRefused, match="windows-1256"):
        read(DATA / "windows_1256.csv", layer=None, encoding=None, doubts=doubts)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"fields": {"lot_label": "no_such_column"}}, "NO_COLUMN"),
        ({"fields": {"colour": "code"}}, "BAD_RECIPE"),
        ({"source_layer": "streets"}, "NO_LAYER"),
    ],
)
def test_a_recipe_that_does_not_fit_the_file_is_stopped(change, reason):
    assert why_refused("two_lots.geojson", **change)[0] == reason


def test_areas_published_in_square_feet_become_square_metres():
    doubts = Doubts("two_lots.geojson")
    made = recipe(fields={"key": "code"})
    fields = {**made.fields, "deed_area_m2": FieldRule(value=None)}
    lots = parcels.prepare(task("two_lots.geojson", replace(made, fields=fields)), doubts)
    assert np.isnan(lots.frame["deed_area_m2"].astype(float)).all()
    table = read(DATA / "two_lots.geojson", layer=None, encoding=None, doubts=doubts)
    table.frame["land"] = ["3229.17", "۳٬۰۰۰"]
    made = replace(made, fields={"deed_area_m2": FieldRule(column="land", unit="ft2")})
    frame = fields_of(table, {"deed_area_m2": Field("number")}, task("two_lots.geojson", made), doubts)
    assert frame["deed_area_m2"].tolist() == pytest.approx([300.0, 278.70912], abs=1e-3)


def test_cracks_and_overlaps_between_districts_are_found():
    doubts = Doubts("cracked_districts.geojson")
    table = read(DATA / "cracked_districts.geojson", layer=None, encoding=None, doubts=doubts)
    shapes = shapes_of(table, task("cracked_districts.geojson"), doubts)
    found = overlaps(shapes)
    assert found.area_m2.tolist() == pytest.approx([25.0])
    assert found.width_m[0] == pytest.approx(0.5, rel=0.05)
    assert shapely.area(gaps(shapes)).tolist() == pytest.approx([20.0])


def test_a_lot_inside_another_overlaps_it():
    shapes = np.array([shapely.box(0, 0, 10, 10), shapely.box(2, 2, 4, 4), shapely.box(10, 0, 20, 10)])
    assert overlaps(shapes).area_m2.tolist() == pytest.approx([4.0])


def test_street_land_in_one_giant_piece_is_compared_as_well():
    blocks = [shapely.box(x, y, x + 30, y + 30) for x in range(0, 1200, 40) for y in range(0, 1200, 40)]
    roads = shapely.difference(shapely.box(-10, -10, 1200, 1200), shapely.union_all(blocks))
    assert shapely.get_num_coordinates(roads) > 500
    intruder = shapely.box(0, 0, 32, 30)
    found = overlaps(np.array([roads, *blocks[1:], intruder]))
    assert found.area_m2.tolist() == pytest.approx([60.0])


def test_the_report_opens_in_a_spreadsheet_with_its_persian(tmp_path: Path):
    _, doubts = prepared("self_crossing_parcel.geojson")
    write_report(doubts, tmp_path / "report.csv")
    text = (tmp_path / "report.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert "مرز شکل" in text.decode()


def test_every_kind_of_doubt_has_its_sentence_in_both_languages():
    for kind, (fa, en) in SENTENCES.items():
        assert fa.strip(), kind
        assert en.strip(), kind


@pytest.mark.parametrize(
    "text",
    [
        "kind = ",
        'kind = "parcels"',
        'kind = "parcels"\nlayer_key = "p"\ntitle_fa = "ا"\ntitle_en = "p"\ncolour = 1',
    ],
)
def test_a_recipe_that_is_no_recipe_is_stopped(tmp_path: Path, text):
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        read_recipe(path)
    assert refused.value.details["reason"] == "BAD_RECIPE"


@pytest.mark.parametrize(
    "text",
    [
        'code = { column = "use", columns = ["use", "far"] }',
        'code = { columns = ["use", "far"], value = "5-2" }',
        'code = { columns = ["use", "far"], glue = "-" }',
    ],
)
def test_a_field_with_two_origins_or_an_unknown_word_is_stopped(tmp_path: Path, text):
    path = tmp_path / "wrong.toml"
    words = 'kind = "zoning"\nlayer_key = "z"\ntitle_fa = "ا"\ntitle_en = "z"\n[period]\n'
    path.write_text(f"{words}valid_from = 2020-01-01\n[fields]\n{text}", encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        read_recipe(path)
    assert refused.value.details["reason"] == "BAD_RECIPE"


@pytest.mark.parametrize("city", sorted(RECIPES.glob("*/city.toml")), ids=lambda path: path.parent.name)
def test_every_recipe_that_a_city_names_can_be_read(city):
    for entry in read_city(city).imports:
        assert read_recipe(city.parent / entry["recipe"]).kind == entry["kind"]
