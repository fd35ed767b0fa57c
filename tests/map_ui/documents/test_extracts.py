"""Files for drawing programs: an architect finds the lines where they are, and what is not known."""

import io
import json
from datetime import date

import ezdxf
import pyogrio
import pytest
import shapely
from django.urls import reverse
from django.utils import translation
from ezdxf import recover
from shapely.geometry import shape

from gis_core.city import ROOT
from gis_core.errors import NotFound
from map_ui.documents.extract import LAYERS, Extract, extract
from map_ui.documents.extract_files import as_dxf, as_geopackage
from tests.builders import reference_lot

REFERENCE = json.loads((ROOT / "tests/data/reference_lot_evaluation.json").read_text(encoding="utf-8"))
SHAPES = {name: shape(drawn) for name, drawn in REFERENCE["geometries"].items()}
TODAY = date(2026, 11, 21)


def drawn(document=REFERENCE, language="en", official=True) -> Extract:
    with translation.override(language):
        return extract(document, srid=32639, official=official)


def without(*names: str) -> dict:
    """The reference answer of a lot that lacks some shapes."""
    kept = {name: each for name, each in REFERENCE["geometries"].items() if name not in names}
    return {**REFERENCE, "geometries": kept}


@pytest.fixture
def dxf(tmp_path):
    path = tmp_path / "plan.dxf"
    path.write_bytes(as_dxf(drawn()))
    return path


@pytest.fixture
def geopackage(tmp_path):
    path = tmp_path / "plan.gpkg"
    path.write_bytes(as_geopackage(drawn()))
    return path


def area_of(entity) -> float:
    return shapely.Polygon([point[:2] for point in entity.get_points()]).area


def test_the_dxf_is_clean_in_metres_and_has_the_layers_an_architect_looks_for(dxf):
    drawing, auditor = recover.readfile(dxf)
    assert not auditor.errors
    assert not auditor.fixes
    assert not drawing.audit().errors
    assert drawing.units == ezdxf.units.M
    assert {"lot", "widening_line", "chamfer", "net_lot", "setbacks", "envelope"} <= {
        layer.dxf.name for layer in drawing.layers
    }
    assert dict(drawing.header.custom_vars.properties)["CRS"] == "EPSG:32639"


def test_the_areas_of_the_dxf_are_those_of_the_answer(dxf):
    space = ezdxf.readfile(dxf).modelspace()
    areas = {
        layer: sum(
            area_of(entity) for entity in space.query(f'LWPOLYLINE[layer=="{layer}"]') if entity.closed
        )
        for layer in ("lot", "ceded", "chamfer", "net_lot", "envelope")
    }
    assert areas == pytest.approx(
        {"lot": 300.0, "ceded": 24.0, "chamfer": 1.0, "net_lot": 275.0, "envelope": 187.6}, abs=0.02
    )


def test_gdal_reads_the_dxf_where_the_lot_stands(dxf):
    frame = pyogrio.read_dataframe(dxf)
    west, south, east, north = frame[frame["Layer"] == "lot"].total_bounds
    assert (west, south, east, north) == pytest.approx(SHAPES["parcel"].bounds, abs=0.0005)
    line = shapely.union_all(frame[frame["Layer"] == "widening_line"].geometry.to_numpy())
    assert line.length == pytest.approx(12.0, abs=0.01)
    assert shapely.covers(shapely.buffer(SHAPES["net"].union(SHAPES["chamfer"]).boundary, 0.002), line)
    assert shapely.distance(line.centroid, SHAPES["parcel"].boundary) == pytest.approx(2.0, abs=0.002)


def test_gdal_reads_every_layer_of_the_geopackage_with_crs_and_areas(geopackage):
    layers = dict(pyogrio.list_layers(geopackage))
    assert {"lot", "widening_line", "chamfer", "net_lot", "envelope", "frontages", "notes"} <= set(layers)
    assert layers["notes"] is None
    assert set(layers) <= set(LAYERS)
    net = pyogrio.read_dataframe(geopackage, layer="net_lot")
    assert net.crs.to_epsg() == 32639
    assert (net["area_m2"].tolist(), net["state"].tolist()) == ([275.0], ["computed"])
    assert net.geometry.iloc[0].equals_exact(SHAPES["net"], 0.0)
    widths = pyogrio.read_dataframe(geopackage, layer="frontages")["text"].tolist()
    assert any("8.00 m → 12.00 m" in text for text in widths)


def test_a_hole_and_a_second_part_are_drawn_as_well(tmp_path):
    envelope = shapely.MultiPolygon(
        [
            shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6)),
            shapely.box(20, 0, 22, 2),
        ]
    )
    document = {
        **REFERENCE,
        "geometries": {**REFERENCE["geometries"], "envelope": shapely.geometry.mapping(envelope)},
    }
    path = tmp_path / "plan.dxf"
    path.write_bytes(as_dxf(drawn(document)))
    rings = ezdxf.readfile(path).modelspace().query('LWPOLYLINE[layer=="envelope"]')
    assert sorted(round(area_of(ring), 6) for ring in rings) == [4.0, 4.0, 100.0]


def test_the_line_of_the_setbacks_is_drawn_where_the_building_keeps_away():
    net = SHAPES["net"]
    back = shapely.buffer(net, -3.0, join_style="mitre")
    geometries = {**REFERENCE["geometries"], "buildable": shapely.geometry.mapping(back)}
    line = shapely.union_all(
        [thing.shape for thing in drawn({**REFERENCE, "geometries": geometries}).of_layer("setbacks")]
    )
    assert line.length == pytest.approx(back.length, abs=0.01)
    assert shapely.distance(line, net.boundary) == pytest.approx(3.0, abs=0.001)
    assert drawn().of_layer("setbacks") == []
    assert drawn(without("buildable")).of_layer("setbacks") == []


def test_what_is_not_known_is_the_first_note_of_every_file():
    overlay = {
        "layer": "qanats",
        "name_fa": "قنات‌ها",
        "name_en": "Qanats",
        "code": "",
        "state": "unknown",
        "effect": "NO_BUILD",
        "overlap_m2": None,
        "width_m": None,
        "distance_m": None,
        "agency": "",
        "reason": {"code": "MISSING_LAYER", "args": {}},
        "rule": None,
    }
    document = {**without("envelope"), "overlays": [overlay], "unknown": ["qanats"]}
    assert "Qanats" in drawn(document).notes[0]
    assert "قنات‌ها" in drawn(document, "fa").notes[0]
    notes = ezdxf.read(io.StringIO(as_dxf(drawn(document)).decode())).modelspace()
    lines = [entity.plain_text() for entity in notes.query('MTEXT[layer=="notes"]')]
    assert " ".join(lines) == " ".join(drawn(document).notes)


def test_every_program_reads_the_persian_of_a_drawing(tmp_path):
    told = drawn(language="fa", official=False)
    path = tmp_path / "plan.dxf"
    path.write_bytes(as_dxf(told))
    assert path.read_bytes().isascii()
    texts = pyogrio.read_dataframe(path)["Text"].dropna().tolist()
    assert told.notes[-1] in texts
    assert any(told.of_layer("frontages")[0].text == text for text in texts)
    drawing, _auditor = recover.readfile(path)
    in_ezdxf = [entity.plain_text() for entity in drawing.modelspace().query("MTEXT")]
    assert told.notes[-1] in in_ezdxf


def test_a_number_that_still_depends_on_somebody_is_called_not_final():
    findings = {
        **REFERENCE["findings"],
        "envelope_area_m2": {**REFERENCE["findings"]["envelope_area_m2"], "state": "conditional"},
    }
    notes = drawn({**REFERENCE, "findings": findings}).notes
    assert any(note.startswith("Not final:") for note in notes)
    assert not any(note.startswith("Not final:") for note in drawn().notes)


def test_an_invented_city_says_that_its_drawing_is_not_official():
    assert "Invented city" in drawn(official=False).notes[-1]
    assert not any("Invented" in note for note in drawn().notes)


def test_a_lot_that_could_not_be_judged_has_no_drawing_and_says_so():
    with pytest.raises(NotFound, match="could not be judged"):
        drawn({**REFERENCE, "geometries": {}})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "start"), [("parcel-dxf", b"  0\n"), ("parcel-geopackage", b"SQLite format 3")]
)
def test_anybody_gets_both_files_from_the_page_of_a_parcel(client, name, start):
    parcel = reference_lot()
    address = reverse(name, args=[parcel.key])
    page = client.get(reverse("parcel", args=[parcel.key]), {"on": TODAY.isoformat()})
    assert f"{address}?on=2026-11-21" in page.content.decode()
    response = client.get(address, {"on": TODAY.isoformat()})
    assert response.status_code == 200
    assert response.content.startswith(start)
    assert "attachment" in response["Content-Disposition"]
    assert client.get(reverse(name, args=["9-9-9-9-9-9-9"])).status_code == 404
