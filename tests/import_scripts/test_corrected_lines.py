"""Corrected lines of small files: laid to their streets, doubted aloud, harmless when repeated, obeyed."""

from datetime import UTC, date, datetime

import geopandas
import pytest
import shapely
from django.db import connection

from gis_core.city import DEMO_CITY, ROOT, read_city
from gis_core.constraints.findings import as_document
from gis_core.constraints.inputs import ask
from gis_core.constraints.verify import check
from gis_core.models import ImportRun
from import_scripts import corrected_lines
from import_scripts.issues import Doubts, FileRefused
from import_scripts.recipe import Document, FieldRule, Recipe
from import_scripts.runner import import_file
from import_scripts.task import Destination, Task
from layers.models import LayerVersion
from layers.network.models import CorrectedLine, StreetSegment
from parcels.city_wide import snapshot
from parcels.evaluation import document_of_key, frozen_file, issue
from parcels.inputs import Question, read_inputs
from tests.builders import LONG_AGO, ORIGIN, corner_plot, rule, zoned
from tests.gis_core.constraints.scenes import RULES

NOW, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
TODAY = date(2026, 11, 21)
X, Y = ORIGIN
FIELDS = {"code": FieldRule("code"), "street": FieldRule("street"), "sheet": FieldRule("sheet")}

pytestmark = pytest.mark.django_db


@pytest.fixture
def corner():
    """The reference lot at its corner, with codes of its streets: C-1 in front, C-2 at its side."""
    lot = corner_plot()
    for code, name in (("C-1", "کوچهٔ سرو"), ("C-2", "کوچهٔ نارون")):
        StreetSegment.objects.filter(name_fa=name).update(code=code)
    zoned()
    for kind, value in RULES.items():
        rule(value.code, kind, dict(value.params), zone_code=value.zone_code, area_basis=value.area_basis)
    return lot


def drawn(folder, *rows):
    """A GeoPackage of lines (code, street, points from the corner of the reference lot)."""
    shapes = [shapely.LineString([(X + x, Y + y) for x, y in points]) for _, _, points in rows]
    path = folder / "lines.gpkg"
    values = {
        "code": [code for code, _, _ in rows],
        "street": [street for _, street, _ in rows],
        "sheet": ["4"] * len(rows),
    }
    geopandas.GeoDataFrame(values, geometry=shapes, crs=32639).to_file(path)
    return path


def bring(path, now=NOW, **values):
    recipe = Recipe(
        "corrected-lines",
        path,
        "corrected-lines",
        "برهای اصلاحی",
        "Corrected lines",
        **{
            "fields": FIELDS,
            "valid": (LONG_AGO, None),
            "document": Document("drawing-1403", "نقشهٔ بر و کف", "Drawing of corrected lines"),
            **values,
        },
    )
    doubts = Doubts(path.name)
    run = ImportRun.objects.create(kind="corrected-lines", file_name=path.name, file_sha256="")
    task = Task(path, recipe, read_city(DEMO_CITY))
    return corrected_lines.bring_in(task, Destination(connection, run.pk, now), doubts), doubts


def ceded(lot, **more):
    return document_of_key(lot.key, on=TODAY, **more)["findings"]["widening_area_m2"]["value"]


def test_a_line_that_was_brought_in_says_what_the_lot_cedes_and_who_draws_it(corner, tmp_path):
    assert ceded(corner) == 24.0
    bring(drawn(tmp_path, ("BK-1", "C-1", [(-30, 1), (50, 1)])))
    findings = document_of_key(corner.key, on=TODAY)["findings"]
    assert findings["widening_area_m2"]["value"] == 12.0
    assert "corrected_line" in findings["widening_area_m2"]["inputs"]
    rule = findings["corrected_line"]["rule"]
    assert (rule["code"], rule["article"], rule["source_code"]) == ("BK-1", "4", "drawing-1403")
    assert rule["source_title_fa"] == "نقشهٔ بر و کف"
    assert rule["valid_from"] == LONG_AGO.isoformat()


def recipe_of_the_readme(folder):
    """The recipe that the README shows, as a file."""
    text = (ROOT / "import_scripts" / "README.md").read_text(encoding="utf-8")
    after = text[text.index("## Corrected lines") :]
    path = folder / "lines.toml"
    path.write_text(after.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    return path


def test_the_recipe_of_the_readme_brings_a_file_in_and_a_dry_run_changes_nothing(corner, tmp_path):
    lines = geopandas.read_file(drawn(tmp_path, ("BK-1", "C-1", [(-30, 1), (50, 1)])))
    file, recipe = tmp_path / "city.gpkg", recipe_of_the_readme(tmp_path)
    lines.rename(columns={"code": "LINE_NO", "street": "SEGMENT", "sheet": "SHEET"}).to_file(file)
    dry = import_file("corrected-lines", file, recipe, dry_run=True)
    assert (dry.trouble, dry.counts.loaded, CorrectedLine.objects.count()) == (None, 1, 0)
    assert import_file("corrected-lines", file, recipe).counts.loaded == 1
    assert import_file("corrected-lines", file, recipe).counts.unchanged == 1
    findings = document_of_key(corner.key, on=TODAY)["findings"]
    assert (findings["widening_area_m2"]["value"], findings["corrected_line"]["value"]) == (12.0, "BK-1")


def test_the_snapshot_of_a_city_gives_the_same_answer_as_the_click(corner, tmp_path):
    bring(drawn(tmp_path, ("BK-1", "C-1", [(-30, 1), (6, 1.25), (50, 2)])))
    inputs = read_inputs([corner.pk], Question(TODAY, datetime(2026, 11, 21, tzinfo=UTC)))
    snapshot.write(inputs, tmp_path / "00000", srid=32639)
    clicked = as_document(ask(inputs)[0])
    assert as_document(ask(snapshot.read(tmp_path / "00000"))[0]) == clicked
    assert clicked["findings"]["corrected_line"]["value"] == "BK-1"


def test_an_issued_evaluation_keeps_its_line_and_comes_out_the_same_years_later(corner, tmp_path):
    bring(drawn(tmp_path, ("BK-1", "C-1", [(-30, 1), (6, 1.25), (50, 2)])))
    kept = issue(corner, on=TODAY)
    bring(drawn(tmp_path, ("BK-1", "C-1", [(-30, 3), (50, 3)])), LATER)
    assert [one.code for one in check(frozen_file(kept)).said] == ["SAME"]
    assert kept.document["findings"]["corrected_line"]["value"] == "BK-1"


def test_the_street_of_a_line_is_found_where_the_file_does_not_name_it(corner, tmp_path):
    lines = drawn(tmp_path, ("BK-1", None, [(-30, 1), (11, 1)]), ("BK-2", None, [(11.5, 3), (11.5, 60)]))
    _, doubts = bring(lines)
    assert [(doubt.kind, doubt.line) for doubt in doubts] == [("LAID_TO_STREETS", 1), ("LAID_TO_STREETS", 2)]
    front, side = StreetSegment.objects.get(code="C-1"), StreetSegment.objects.get(code="C-2")
    laid = dict(CorrectedLine.objects.values_list("code", "street_lineage"))
    assert laid == {"BK-1": front.lineage, "BK-2": side.lineage}


def test_a_line_along_two_stretches_of_a_street_is_laid_to_both(corner, tmp_path):
    front = StreetSegment.objects.get(code="C-1")
    going_on = shapely.LineString([(X + 60, Y - 4), (X + 140, Y - 4)])
    StreetSegment.objects.create(
        layer_version=front.layer_version,
        code="C-1b",
        street_class="local",
        from_node=1,
        to_node=2,
        length_m=80,
        geometry=going_on.wkt,
        valid=(LONG_AGO, None),
        known=(datetime(2020, 1, 1, tzinfo=UTC), None),
    )
    bring(drawn(tmp_path, ("BK-1", "C-1, C-1b", [(-30, 1), (130, 1)])))
    rows = CorrectedLine.objects.order_by("pk")
    assert [row.code for row in rows] == ["BK-1", "BK-1"]
    # ten metres of each reach into the other
    assert [row.geometry.length for row in rows] == pytest.approx([100, 80], abs=1.0)
    assert ceded(corner) == 12.0


def test_the_same_file_again_changes_nothing(corner, tmp_path):
    path = drawn(tmp_path, ("BK-1", "C-1", [(-30, 1), (50, 1)]))
    bring(path)
    again, _ = bring(path, LATER)
    assert (again.loaded, again.unchanged, again.closed) == (0, 1, 0)
    assert LayerVersion.objects.filter(layer__key="corrected-lines").count() == 1


def test_a_corrected_drawing_leaves_what_was_known_before(corner, tmp_path):
    bring(drawn(tmp_path, ("BK-1", "C-1", [(-30, 1), (50, 1)])))
    bring(drawn(tmp_path, ("BK-1", "C-1", [(-30, 1.5), (50, 1.5)])), LATER)
    assert ceded(corner) == 18.0
    assert ceded(corner, known_at=datetime(2026, 3, 1, tzinfo=UTC)) == 12.0
    assert ceded(corner, known_at=datetime(2025, 3, 1, tzinfo=UTC)) == 24.0


def test_a_line_holds_from_its_first_day(corner, tmp_path):
    bring(drawn(tmp_path, ("BK-1", "C-1", [(-30, 1), (50, 1)])), valid=(date(2026, 3, 21), None))
    before = document_of_key(corner.key, on=date(2026, 3, 20))["findings"]["widening_area_m2"]["value"]
    assert (before, ceded(corner)) == (24.0, 12.0)


REFUSED = {
    "UNKNOWN_STREET": ("BK-1", "C-9", [(-30, 1), (50, 1)]),
    "LINE_CROSSES_STREET": ("BK-1", "C-1", [(-30, 1), (50, -9)]),
    "LINE_TURNS_BACK": ("BK-1", "C-1", [(-30, 1), (50, 1), (20, 2)]),
    "NO_STREET_NEAR": ("BK-1", None, [(-300, 900), (-250, 900)]),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_one_wrong_line_and_nothing_is_loaded(kind, corner, tmp_path):
    path = drawn(tmp_path, ("GOOD", "C-1", [(-30, 1), (50, 1)]), REFUSED[kind])
    with pytest.raises(FileRefused):
        bring(path)
    assert not CorrectedLine.objects.exists()
    counts, doubts = bring(path, refused_rows="leave_out")
    assert [(doubt.kind, doubt.line) for doubt in doubts if doubt.outcome == "refused"] == [(kind, 2)]
    assert (counts.loaded, counts.refused) == (1, 1)


def test_two_lines_of_one_side_are_reported_and_two_sides_are_not(corner, tmp_path):
    lines = (
        ("BK-1", "C-1", [(-30, 1), (50, 1)]),
        ("BK-2", "C-1", [(0, 2), (12, 2)]),
        ("BK-3", "C-1", [(-30, -9), (50, -9)]),
    )
    _, doubts = bring(drawn(tmp_path, *lines))
    assert [(doubt.kind, doubt.value) for doubt in doubts] == [("LINES_OF_ONE_SIDE", "BK-2")]
    reason = document_of_key(corner.key, on=TODAY)["findings"]["widening_area_m2"]["reason"]
    assert reason == {"code": "CORRECTED_LINE_UNCLEAR", "args": {"lines": ["BK-1", "BK-2"]}}
