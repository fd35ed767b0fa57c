"""Rows reach the database whole or not at all; the same file again changes nothing; a change is a version."""

import json
import shutil
import uuid
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas
import pandas as pd
import pytest
import shapely
from django.conf import settings
from django.db import connection
from django.utils import timezone

from gis_core.models import ImportRun
from import_scripts.load import copy_frame, reserve_ids
from import_scripts.runner import import_file
from layers.models import District, GroundCover, Layer, LayerVersion, OverlayFeature
from layers.offices.models import Office, OpeningHours
from layers.zoning.models import Zone
from parcels.models import Identifier, Parcel, ParcelEdges
from parcels.records.models import PropertyFile
from tests.builders import geos, published_layer, rule, street
from tests.import_scripts.workbench import DATA

pytestmark = [pytest.mark.usefixtures("as_owner"), pytest.mark.django_db]
X, Y = 560_000.0, 3_610_000.0
PARCELS = """
kind = "parcels"
layer_key = "parcels"
title_fa = "قطعه‌ها"
title_en = "Parcels"
positional_accuracy_m = 0.05
{more}
[period]
valid_from = {valid_from}
[fields]
key = "code"
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def parcel_recipe(folder: Path, valid_from: str = "2024-03-20", more: str = "") -> Path:
    return written(folder, f"parcels_{valid_from}.toml", PARCELS.format(valid_from=valid_from, more=more))


def moved(folder: Path, by_m: float) -> Path:
    """The two lots, the second one longer towards the east."""
    content = json.loads((DATA / "two_lots.geojson").read_text(encoding="utf-8"))
    ring = content["features"][1]["geometry"]["coordinates"][0]
    for point in ring:
        if point[0] == X + 24:
            point[0] += by_m
    return written(folder, "two_lots.geojson", json.dumps(content))


def current(key: str):
    return Parcel.objects.filter(key=key, known__upper_inf=True).order_by("valid")


def test_lots_arrive_with_key_number_areas_and_edges(tmp_path):
    outcome = import_file("parcels", DATA / "two_lots.geojson", parcel_recipe(tmp_path))
    assert (outcome.counts.read, outcome.counts.loaded, outcome.edges) == (2, 2, 2)
    lot = Parcel.objects.get(key="3-2-45-1-0-0-0")
    assert (lot.kind, lot.version, lot.surveyed_area_m2, lot.deed_area_m2) == ("lot", 1, 300.0, None)
    assert lot.valid.lower == date(2024, 3, 20)
    assert Identifier.objects.get(parcel=lot).kind == "renovation_code"
    edges = ParcelEdges.objects.get(parcel=lot)
    assert sorted(edge["kind"] for edge in edges.edges) == ["neighbour", "unknown", "unknown", "unknown"]
    assert edges.has_access is None


@pytest.mark.parametrize(("recorded_m", "told"), [(8.0, True), (9.3, False), (None, False)])
def test_a_passage_that_measures_other_than_its_record_is_told_with_both_widths(tmp_path, recorded_m, told):
    rule("ACCURACY", "ACCURACY", {"combine": "SUM", "recorded_width_accuracy_m": 0.2})
    streets = published_layer("streets", Layer.Kind.STREETS)
    line = shapely.LineString([(X - 20, Y - 4.75), (X + 60, Y - 4.75)])
    street(streets, line, "کوچهٔ سرو", existing_width_m=recorded_m)
    ground = published_layer("ground", Layer.Kind.GROUND)
    for kind, shape in (("passage", (-20, -9.5, 60, 0)), ("park", (-20, -40, 60, -9.5))):
        west, south, east, north = shape
        cover = shapely.box(X + west, Y + south, X + east, Y + north)
        GroundCover.objects.create(kind=kind, geometry=geos(cover), layer_version=ground, valid=ground.valid)
    outcome = import_file("parcels", DATA / "two_lots.geojson", parcel_recipe(tmp_path))
    apart = [doubt for doubt in outcome.doubts if doubt.kind == "WIDTH_DIFFERS"]
    assert [doubt.value for doubt in apart] == ["3-2-45-1-0-0-0", "3-2-45-2-0-0-0"] * told
    for doubt in apart:
        # the accuracy of a lot on either side is 0.05 m, of the record 0.2 m
        assert doubt.en == (
            "“کوچهٔ سرو” measures 9.50 m and its record says 8.00 m: more than the 0.30 m that both allow."
        )
        assert ("8.00" in doubt.fa, "9.50" in doubt.fa) == (True, True)
    front = next(edge for edge in ParcelEdges.objects.first().edges if edge["kind"] == "passage")
    assert (front["measured_width_m"], front["attribute_width_m"]) == (9.5, recorded_m)


def test_the_same_file_again_changes_nothing(tmp_path):
    recipe = parcel_recipe(tmp_path)
    import_file("parcels", DATA / "two_lots.geojson", recipe)
    before = list(Parcel.objects.order_by("id").values_list()), LayerVersion.objects.count()
    again = import_file("parcels", DATA / "two_lots.geojson", recipe)
    assert (again.counts.loaded, again.counts.unchanged, again.counts.closed) == (0, 2, 0)
    assert (list(Parcel.objects.order_by("id").values_list()), LayerVersion.objects.count()) == before
    assert ImportRun.objects.count() == 2


def test_a_first_load_of_several_chunks_says_the_same_as_a_later_one_of_one(tmp_path, monkeypatch):
    """A first load names each chunk of lots as it is written; afterwards all are named before any is."""
    boxes = [shapely.box(X + 12 * place, Y, X + 12 * place + 12, Y + 25) for place in range(7)]
    lots = geopandas.GeoDataFrame(
        {"code": [f"3-2-45-{place}-0-0-0" for place in range(1, 8)]}, geometry=boxes
    )
    lots.set_crs(settings.CITY.metric_srid).to_file(tmp_path / "lots.gpkg")
    monkeypatch.setattr("import_scripts.load.CHUNK_ROWS", 3)
    first = import_file("parcels", tmp_path / "lots.gpkg", parcel_recipe(tmp_path))
    assert (first.counts.loaded, Parcel.objects.values("lineage", "content_hash").distinct().count()) == (
        7,
        7,
    )
    assert set(Parcel.objects.values_list("version", flat=True)) == {1}
    again = import_file("parcels", tmp_path / "lots.gpkg", parcel_recipe(tmp_path))
    assert (again.counts.loaded, again.counts.unchanged) == (0, 7)
    assert LayerVersion.objects.filter(layer__key="parcels").count() == 1


def test_a_dry_run_reports_the_same_and_leaves_nothing(tmp_path):
    file, recipe = DATA / "overlapping_lots.geojson", parcel_recipe(tmp_path)
    dry = import_file("parcels", file, recipe, dry_run=True)
    assert Parcel.objects.count() == ImportRun.objects.count() == LayerVersion.objects.count() == 0
    real = import_file("parcels", file, recipe)
    assert dry.counts == real.counts
    assert list(dry.doubts) == list(real.doubts)


def test_one_refused_row_stops_the_whole_file_unless_the_recipe_lets_it_out(tmp_path):
    file = DATA / "self_crossing_parcel.geojson"
    outcome = import_file("parcels", file, parcel_recipe(tmp_path))
    assert outcome.trouble is not None
    assert outcome.trouble.details["lines"] == [3]
    assert Parcel.objects.count() == ImportRun.objects.count() == 0
    lenient = parcel_recipe(tmp_path, more='refused_rows = "leave_out"')
    assert import_file("parcels", file, lenient).counts.loaded == 2


def test_a_lot_that_changes_on_a_day_keeps_its_earlier_shape_before_that_day(tmp_path):
    import_file("parcels", DATA / "two_lots.geojson", parcel_recipe(tmp_path))
    asked_at = timezone.now()
    outcome = import_file("parcels", moved(tmp_path, 3.0), parcel_recipe(tmp_path, "2025-03-21"))
    assert (outcome.counts.loaded, outcome.counts.unchanged, outcome.counts.closed) == (1, 1, 1)
    before, after = current("3-2-45-2-0-0-0")
    assert (before.surveyed_area_m2, before.valid.upper) == (300.0, date(2025, 3, 21))
    assert (after.surveyed_area_m2, after.version, after.valid.upper) == (375.0, 2, None)
    assert before.lineage == after.lineage
    for version in (before, after):
        assert version.identifiers.count() == 1
        assert ParcelEdges.objects.filter(parcel=version).exists()
    as_we_knew = Parcel.objects.in_force(on=date(2025, 6, 1), known_at=asked_at).get(key=after.key)
    assert as_we_knew.surveyed_area_m2 == 300.0


def test_a_correction_of_the_same_day_replaces_what_was_known(tmp_path):
    import_file("parcels", DATA / "two_lots.geojson", parcel_recipe(tmp_path))
    import_file("parcels", moved(tmp_path, 3.0), parcel_recipe(tmp_path))
    (now,) = current("3-2-45-2-0-0-0")
    assert (now.version, now.surveyed_area_m2) == (2, 375.0)
    assert Parcel.objects.filter(key=now.key).count() == 2


@pytest.mark.parametrize(("absent_rows", "left"), [("keep", 1), ("close", 0)])
def test_a_lot_that_the_new_file_lacks_is_told_and_closed_only_on_request(tmp_path, absent_rows, left):
    import_file("parcels", DATA / "two_lots.geojson", parcel_recipe(tmp_path))
    content = json.loads((DATA / "two_lots.geojson").read_text(encoding="utf-8"))
    del content["features"][1]
    one = written(tmp_path, "one_lot.geojson", json.dumps(content))
    recipe = parcel_recipe(tmp_path, "2025-03-21", more=f'absent_rows = "{absent_rows}"')
    outcome = import_file("parcels", one, recipe)
    assert [doubt.value for doubt in outcome.doubts if doubt.kind == "ABSENT_NOW"] == ["3-2-45-2-0-0-0"]
    assert Parcel.objects.in_force(on=date(2025, 6, 1)).filter(key="3-2-45-2-0-0-0").count() == left
    assert Parcel.objects.in_force(on=date(2024, 6, 1)).filter(key="3-2-45-2-0-0-0").count() == 1


def layer_recipe(folder: Path, kind: str, valid_from: str, fields: str, more: str = "") -> Path:
    text = f'kind = "{kind}"\nlayer_key = "{kind}"\ntitle_fa = "ل"\ntitle_en = "l"\n'
    text += f"[period]\nvalid_from = {valid_from}\n[fields]\n{fields}\n{more}"
    return written(folder, f"{kind}_{valid_from}.toml", text)


def test_a_later_plan_follows_the_earlier_one_from_its_day(tmp_path):
    file = DATA / "cracked_districts.geojson"
    fields = 'code = "code"\nname_fa = "name"'
    import_file("zoning", file, layer_recipe(tmp_path, "zoning", "2020-01-01", fields))
    shorter = json.loads(file.read_text(encoding="utf-8"))
    shorter["features"][0]["properties"]["code"] = "R9"
    later = written(tmp_path, "later.geojson", json.dumps(shorter))
    outcome = import_file("zoning", later, layer_recipe(tmp_path, "zoning", "2025-01-01", fields))
    assert {doubt.kind for doubt in outcome.doubts} == {"OVERLAP", "GAP"}

    def code_on(day):
        return set(Zone.objects.in_force(on=day).values_list("code", flat=True))

    assert code_on(date(2024, 12, 31)) == {"1", "2", "3", "4"}
    assert code_on(date(2025, 1, 1)) == {"R9", "2", "3", "4"}
    published = LayerVersion.objects.filter(layer__key="zoning", known__upper_inf=True)
    assert sorted((version.valid.lower.year, version.valid.upper) for version in published) == [
        (2020, date(2025, 1, 1)),
        (2025, None),
    ]
    again = import_file("zoning", later, layer_recipe(tmp_path, "zoning", "2025-01-01", fields))
    assert (again.counts.loaded, again.counts.unchanged) == (0, 4)


def test_districts_speak_persian_whatever_letters_the_file_has(tmp_path):
    recipe = layer_recipe(tmp_path, "districts", "2020-01-01", 'code = "code"\nname_fa = "name"')
    import_file("districts", DATA / "arabic_letters.geojson", recipe)
    district = District.objects.get()
    assert (district.code, district.name_fa) == ("3", "محلة شاهین\u200cشهر کوچک")


def test_an_overlay_keeps_the_attributes_that_rules_look_up(tmp_path):
    content = json.loads((DATA / "two_lots.geojson").read_text(encoding="utf-8"))
    content["features"][0]["properties"]["kv"] = "۶۳"
    file = written(tmp_path, "lines.geojson", json.dumps(content))
    recipe = layer_recipe(tmp_path, "overlays", "2020-01-01", 'code = "code"\nvoltage_kv = "kv"')
    import_file("overlays", file, recipe)
    found = OverlayFeature.objects.order_by("code").values_list("attributes", flat=True)
    assert list(found) == [{"voltage_kv": 63.0}, {}]
    assert Layer.objects.get(key="overlays").kind == "overlay"


def test_offices_come_out_of_a_table_with_services_and_hours(tmp_path):
    more = (
        '[source]\ncrs = "EPSG:4326"\n[options]\nx = "lon"\ny = "lat"\nservice_codes = ["IQ-02"]\n'
        '[[options.hours]]\nweekdays = [6, 7]\nopens = "07:30"\ncloses = "14:00"\n'
    )
    recipe = layer_recipe(
        tmp_path, "offices", "2020-01-01", 'code = "code"\nname_fa = "name"\nservice_codes = "services"', more
    )
    import_file("offices", DATA / "offices.csv", recipe)
    offices = Office.objects.order_by("code")
    assert [office.service_codes for office in offices] == [["IQ-11", "IQ-04"], ["IQ-02"]]
    assert offices[0].geometry.x == pytest.approx(X + 5, abs=0.1)
    assert OpeningHours.objects.filter(office_code="13").count() == 2


def test_property_files_find_their_parcels_and_say_which_have_none(tmp_path):
    import_file("parcels", DATA / "two_lots.geojson", parcel_recipe(tmp_path))
    table = written(tmp_path, "files.csv", "code,file\n3-2-45-1-0-0-0,۱۲۳\n3-2-45-9-0-0-0,124\n")
    recipe = written(
        tmp_path,
        "records.toml",
        'kind = "property-records"\nlayer_key = "r"\ntitle_fa = "پ"\ntitle_en = "r"\n'
        'refused_rows = "leave_out"\n'
        '[period]\nvalid_from = 2020-01-01\n[fields]\nkey = "code"\nfile_no = "file"\n',
    )
    outcome = import_file("property-records", table, recipe)
    assert [doubt.line for doubt in outcome.doubts] == [3]
    assert PropertyFile.objects.get().file_no == "123"
    assert import_file("property-records", table, recipe).counts.loaded == 0


def test_copying_a_frame_keeps_every_letter_and_nothing(tmp_path):
    version = published_layer("overlays", Layer.Kind.OVERLAY)
    awkward = ["tab\there", "line\nbreak", "back\\slash", r"\N", 'quote "', "نیم‌فاصله", ""]
    frame = pd.DataFrame(
        {
            "code": [str(number) for number in range(len(awkward))],
            "name_fa": awkward,
            "attributes": [{"word": word, "none": None} for word in awkward],
            "geometry": [shapely.Point(X, Y)] * len(awkward),
            "lineage": [uuid.uuid4() for _ in awkward],
        }
    )
    known = datetime(2020, 1, 1, tzinfo=UTC)
    constants = {"layer": version.layer_id, "layer_version": version.pk}
    constants |= {"valid": (date(2020, 1, 1), None), "known": (known, None)}
    assert copy_frame(connection, OverlayFeature, frame, constants=constants) == len(awkward)
    rows = OverlayFeature.objects.order_by("code")
    assert [row.name_fa for row in rows] == awkward
    assert [row.attributes["word"] for row in rows] == awkward
    assert (rows[0].valid.lower, rows[0].valid.upper, rows[0].known.lower) == (date(2020, 1, 1), None, known)
    with pytest.raises(ValueError, match="colour"):
        copy_frame(connection, OverlayFeature, frame.assign(colour=1), constants=constants)


def test_reserved_numbers_are_nobody_elses():
    first = reserve_ids(connection, Parcel, 3)
    second = reserve_ids(connection, Parcel, 2)
    assert len({*first, *second}) == 5


def test_the_files_of_a_shapefile_travel_together(tmp_path):
    for part in DATA.glob("without_prj.*"):
        shutil.copy(part, tmp_path / part.name)
    recipe = parcel_recipe(tmp_path)
    stopped = import_file("parcels", tmp_path / "without_prj.shp", recipe)
    assert stopped.trouble is not None
    assert stopped.trouble.details["reason"] == "CRS_UNKNOWN"
    done = import_file("parcels", tmp_path / "without_prj.shp", recipe, answers={"crs": "EPSG:32639"})
    assert done.counts.loaded == 1
