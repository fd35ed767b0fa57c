"""Tehran's districts and neighbourhoods: the known overlap and cracks are found, the text is Persian."""

import pytest
import shapely

from conftest import real_data
from gis_core.city import read_city
from import_scripts import check, districts
from import_scripts.issues import Doubts
from import_scripts.normalise import fields_of, shapes_of
from import_scripts.readers import read
from import_scripts.recipe import read_recipe
from import_scripts.task import Task
from tests.import_scripts.workbench import RECIPES

pytestmark = pytest.mark.real_data
ARABIC = set("يىك")


def read_layer(name):
    """Fields, shapes and doubts of one of Tehran's layers."""
    file = real_data("tehran_neighbourhoods", "tehran.gpkg")
    city = read_city(RECIPES / "tehran" / "city.toml")
    task = Task(file, read_recipe(RECIPES / "tehran" / f"{name}.toml"), city)
    doubts = Doubts(file.name)
    table = read(file, layer=task.recipe.source_layer, encoding=None, doubts=doubts)
    frame = fields_of(table, districts.KIND.fields, task, doubts)
    return *check.sound_shapes(frame, shapes_of(table, task, doubts), 2, city, doubts), doubts


def test_the_overlap_and_the_cracks_between_neighbourhoods_are_found_and_told():
    frame, shapes, doubts = read_layer("neighbourhoods")
    assert len(frame) == 375
    found = check.overlaps(shapes)
    names = frame["name_fa"].to_numpy()
    assert found.area_m2[0] == pytest.approx(2.22, abs=0.01)
    assert {names[found.first[0]], names[found.second[0]]} == {"وصفنارد", "ولیعصر جنوبی"}
    assert (found.area_m2[1:] < 0.005).all()
    holes = check.gaps(shapes)
    assert len(holes) == 15
    assert shapely.area(shapely.union_all(shapes)) / 1e6 == pytest.approx(628.888, abs=0.001)
    check.report_overlaps(found, names, frame.index.to_numpy(), doubts)
    check.report_gaps(holes, doubts)
    assert doubts.counts() == {"GAP": 15, "OVERLAP": len(found)}


def test_names_mix_arabic_letters_in_the_file_and_have_none_afterwards():
    frame, _, _ = read_layer("neighbourhoods")
    assert not ARABIC & set("".join(frame["name_fa"]))
    assert "اوین" in set(frame["name_fa"])
    assert frame["code"].is_unique
    assert frame["parent_code"].nunique() == 22


def test_the_22_districts_fit_together():
    frame, shapes, _ = read_layer("districts")
    assert sorted(map(int, frame["code"])) == list(range(1, 23))
    assert len(shapes) == 22
    assert (check.overlaps(shapes).area_m2 < 2.5).all()
