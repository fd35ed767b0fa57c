"""A lot whose street has a corrected line: told on page and extract, drawn in files and on the maps."""

import re
from datetime import UTC, date, datetime

import pyogrio
import pytest
import shapely
from django.conf import settings
from django.test import Client
from django.utils import translation
from ezdxf import recover

from gis_core.models import Source
from layers.models import Layer
from layers.network.models import CorrectedLine, StreetSegment
from layers.zoning.queries import rules_on
from map_ui import tiles
from map_ui.documents.three_lists import three_lists
from map_ui.map_config import map_config
from parcels.evaluation import document_of_key
from tests.builders import LONG_AGO, ORIGIN, geos, published_layer, reference_lot
from tests.map_ui.test_tiles import tile_of

pytestmark = pytest.mark.django_db
X, Y = ORIGIN
TODAY = date(2026, 11, 21)


@pytest.fixture
def lot():
    """The reference lot, whose front gives one metre by a line in place of two by its width."""
    parcel = reference_lot()
    drawing = Source.objects.create(code="lines-1403", title_fa="نقشهٔ بر و کف", title_en="Corrected lines")
    version = published_layer("corrected-lines", Layer.Kind.CORRECTED_LINES, source=drawing)
    CorrectedLine.objects.create(
        layer_version=version,
        code="BK-7",
        sheet="S-2",
        street_lineage=StreetSegment.objects.get(name_fa="کوچهٔ سرو").lineage,
        geometry=geos(shapely.LineString([(X - 30, Y + 1), (X + 50, Y + 1)])),
        valid=(LONG_AGO, None),
        known=(datetime(2020, 1, 1, tzinfo=UTC), None),
    )
    return parcel


def page_of(lot, language):
    page = Client(headers={"accept-language": language}).get(f"/parcels/{lot.key}/")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_the_page_names_the_line_its_sheet_and_its_drawing(lot):
    told = page_of(lot, "en")
    assert "12.00 m² less" in told
    assert "corrected line \u2066BK-7\u2069: Corrected lines" in told
    assert "Corrected line of the street BK-7" in told
    assert "Sheet S-2" in told
    assert "بر اصلاحی \u2066BK-7\u2069: نقشهٔ بر و کف" in page_of(lot, "fa")


def test_the_extract_cites_the_drawing_beside_the_rule(lot):
    document = document_of_key(lot.key, on=TODAY)
    with translation.override("en"):
        row = next(row for row in three_lists(document, rules_on(TODAY), {}).all if row.key == "widening")
    assert any("BK-7" in line for line in row.lines)
    assert any("Corrected lines" in str(law) for law in row.laws)


def test_the_drawing_for_architects_has_the_line_on_a_layer_of_its_own(lot, tmp_path):
    path = tmp_path / "plan.dxf"
    path.write_bytes(Client(headers={"accept-language": "en"}).get(f"/parcels/{lot.key}/plan.dxf").content)
    drawing, auditor = recover.readfile(path)
    assert not auditor.errors
    assert not auditor.fixes
    assert "corrected_line" in {layer.dxf.name for layer in drawing.layers}
    frame = pyogrio.read_dataframe(path)
    told = frame[frame["Layer"] == "corrected_line"]
    (line,) = [shape for shape in told.geometry if shape.geom_type == "LineString"]
    assert shapely.hausdorff_distance(line, shapely.box(X - 20, Y + 1, X + 32, Y + 1)) < 0.001
    assert "Corrected line BK-7 · S-2" in told["Text"].tolist()
    assert "Corrected line BK-7 · S-2: Corrected lines" in frame["Text"].tolist()


def test_the_geopackage_has_the_line_with_how_sure_the_ceded_land_is(lot, tmp_path):
    path = tmp_path / "plan.gpkg"
    path.write_bytes(Client().get(f"/parcels/{lot.key}/plan.gpkg").content)
    lines = pyogrio.read_dataframe(path, layer="corrected_line")
    assert lines.crs.to_epsg() == settings.CITY.metric_srid
    assert (lines["text"].tolist(), lines["state"].tolist()) == (["بر اصلاحی BK-7 · S-2"], ["computed"])


def test_a_line_of_the_other_side_is_drawn_and_said_to_say_nothing_of_the_lot(lot, tmp_path):
    known = CorrectedLine.objects.get()
    CorrectedLine.objects.create(
        layer_version=known.layer_version,
        code="BK-8",
        street_lineage=known.street_lineage,
        geometry=geos(shapely.LineString([(X - 30, Y - 9), (X + 50, Y - 9)])),
        valid=known.valid,
        known=known.known,
    )
    path = tmp_path / "plan.gpkg"
    asked = Client(headers={"accept-language": "en"})
    path.write_bytes(asked.get(f"/parcels/{lot.key}/plan.gpkg").content)
    lines = pyogrio.read_dataframe(path, layer="corrected_line").set_index("text")
    assert lines.loc["Corrected line BK-8", "state"] == ""
    notes = pyogrio.read_dataframe(path, layer="notes")["note"].tolist()
    assert "Corrected line BK-8: Corrected lines (says nothing of this parcel)" in notes


def test_the_map_offers_the_lines_as_a_layer_with_its_legend(lot):
    tiles.forget()
    (offered,) = [entry for entry in map_config(on=TODAY)["sets"] if entry["key"] == "corrected"]
    assert (offered["switchable"], offered["on_at_first"]) == (True, False)
    assert [sign["sign"] for sign in offered["legend"]] == ["corrected"]
    x, y = tile_of(16)
    tile = Client().get(offered["tiles"].format(z=16, x=x, y=y)).content
    assert b"BK-7" in tile
    assert b"S-2" in tile


def test_a_city_without_such_lines_is_offered_no_such_layer():
    tiles.forget()
    reference_lot()
    assert "corrected" not in {entry["key"] for entry in map_config(on=TODAY)["sets"]}
