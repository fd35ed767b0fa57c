"""
Times pyramid_oereb's processor on lots that a file names: run by an interpreter that has pyramid_oereb.

`python peer.py FILE` reads `{"lots": [wkb], "themes": {name: [[code, wkb], ...]}}` (WKB in hexadecimal
figures) and prints the milliseconds of processor that the extract of each lot took, and how many restrictions
concern it.

The processor is the real one with its own records, readers and tolerances. Its sources read from memory and
not from a database, and no map images are fetched, so what it is compared with is its computing alone.
"""

import json
import logging
import sys
import time
import warnings
from datetime import date, datetime

import shapely
from pyramid_oereb.core.config import Config
from pyramid_oereb.core.processor import Processor
from pyramid_oereb.core.readers.extract import ExtractReader
from pyramid_oereb.core.records.geometry import GeometryRecord
from pyramid_oereb.core.records.image import ImageRecord
from pyramid_oereb.core.records.law_status import LawStatusRecord
from pyramid_oereb.core.records.logo import LogoRecord
from pyramid_oereb.core.records.municipality import MunicipalityRecord
from pyramid_oereb.core.records.office import OfficeRecord
from pyramid_oereb.core.records.plr import EmptyPlrRecord, PlrRecord
from pyramid_oereb.core.records.real_estate import RealEstateRecord
from pyramid_oereb.core.records.theme import ThemeRecord
from pyramid_oereb.core.records.view_service import LegendEntryRecord, ViewServiceRecord
from pyramid_oereb.core.sources.plr import PlrBaseSource

MUNICIPALITY = 1
LONG_AGO = date(2000, 1, 1)
IN_FORCE = LawStatusRecord("inForce", {"en": "in force"})
OFFICE = OfficeRecord({"en": "municipality"})
NO_IMAGE = "AA=="
SETTINGS = {
    "srid": 32639,
    "default_language": "en",
    "geometry_types": {
        "point": {"types": ["Point", "MultiPoint"]},
        "line": {"types": ["LineString", "LinearRing", "MultiLineString"]},
        "polygon": {"types": ["Polygon", "MultiPolygon"]},
    },
    "print": {
        "basic_map_size": [493, 280],
        "buffer": 30,
        "pdf_dpi": 300,
        "pdf_map_size_millimeters": [174, 99],
    },
    "logo_lookups": {"oereb": "oereb", "canton": "canton", "confederation": "state"},
}


def surveyed_on(real_estate: RealEstateRecord) -> datetime:
    """The hook by which the processor asks for the date of the survey."""
    return datetime(2026, 1, 1)  # noqa: DTZ001 (the processor asks for one without a zone)


class Question:
    """What the processor is asked: all themes, without map images."""

    images = False
    format = "json"
    language = "en"
    qr_code = b""
    qr_code_ref = ""

    def skip_topic(self, theme: str) -> bool:
        """No theme is left out."""
        return False


class FromMemory(PlrBaseSource):
    """A theme whose shapes lie in memory in an index, as the processor's database sources ask theirs."""

    def __init__(self, theme: ThemeRecord, shapes: list[tuple[str, shapely.Geometry]]) -> None:
        super().__init__(code=theme.code)
        self._theme, self._shapes = theme, shapes
        self._tree = shapely.STRtree([shape for _, shape in shapes])

    def read(self, params, real_estate, bbox):
        """The theme's restrictions that meet the lot, or that it has data and none does."""
        met = self._tree.query(real_estate.limit, predicate="intersects")
        return [self._record(*self._shapes[each]) for each in met] or [EmptyPlrRecord(self._theme)]

    def _record(self, code: str, shape: shapely.Geometry) -> PlrRecord:
        legend = LegendEntryRecord(ImageRecord(b"\0"), {"en": code}, code, "list", self._theme)
        view = ViewServiceRecord({"en": "http://localhost/wms?LAYERS=a"}, 1, 0.5, "en", 32639, None, [legend])
        return PlrRecord(
            self._theme,
            legend,
            IN_FORCE,
            LONG_AGO,
            None,
            OFFICE,
            ImageRecord(b"\0"),
            view,
            [GeometryRecord(IN_FORCE, LONG_AGO, None, shape)],
            type_code=code,
            min_area=1.0,
            min_length=1.0,
            view_service_id=1,
        )


def processor(themes: dict[str, list[tuple[str, str]]]) -> Processor:
    """The processor over these themes."""
    base = {"methods": {"date": f"{__name__}.surveyed_on"}}
    Config._config = {**SETTINGS, "extract": {"base_data": base}}
    Config.municipalities = [MunicipalityRecord(MUNICIPALITY, "city", True)]
    codes = ("oereb", "canton", "state", f"state.{MUNICIPALITY}")
    Config.logos = [LogoRecord(code, {"en": NO_IMAGE}) for code in codes]
    Config.law_status = [IN_FORCE]
    Config.general_information, Config.disclaimers, Config.glossaries = [], [], []
    sources = [
        FromMemory(
            ThemeRecord(name, {"en": name}, number),
            [(code, shapely.from_wkb(shape)) for code, shape in shapes],
        )
        for number, (name, shapes) in enumerate(themes.items())
    ]
    return Processor(None, sources, ExtractReader(sources, OFFICE))


def real_estate(lot: shapely.Geometry) -> RealEstateRecord:
    """A lot as the processor knows it."""
    limit = shapely.multipolygons([lot])
    found = RealEstateRecord("RealEstate", "XX", "city", MUNICIPALITY, lot.area, limit)
    view = {"reference_wms": {"en": "http://localhost/wms?LAYERS=b"}, "layer_index": 1, "layer_opacity": 0.5}
    for set_view in (found.set_view_service, found.set_main_page_view_service):
        set_view(ViewServiceRecord(**view, default_language="en", srid=32639))
    return found


def main(file: str) -> None:
    """Time the extract of each lot of the file, after one to warm up."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with open(file, encoding="utf-8") as opened:
        asked = json.load(opened)
    working = processor(asked["themes"])
    lots = [shapely.from_wkb(lot) for lot in asked["lots"]]
    working.process(real_estate(lots[0]), Question(), None)
    taken_ms, concerned = [], []
    for lot in lots:
        started = time.process_time()
        extract = working.process(real_estate(lot), Question(), None)
        taken_ms.append((time.process_time() - started) * 1000)
        concerned.append(len(extract.real_estate.public_law_restrictions))
    print(json.dumps({"taken_ms": taken_ms, "concerned": concerned}))


if __name__ == "__main__":
    main(sys.argv[1])
