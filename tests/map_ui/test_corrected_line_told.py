"""A lot whose street has a corrected line is told which line it is and whose drawing, on page and extract."""

import re
from datetime import UTC, date, datetime

import pytest
import shapely
from django.test import Client
from django.utils import translation

from gis_core.models import Source
from layers.models import Layer
from layers.network.models import CorrectedLine, StreetSegment
from layers.zoning.queries import rules_on
from map_ui.documents.three_lists import three_lists
from parcels.evaluation import document_of_key
from tests.builders import LONG_AGO, ORIGIN, geos, published_layer, reference_lot

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
