"""Writes the invented city into the database: one transaction of the owner's role, by COPY."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction

from gis_core.models import ImportRun, RoleGrant, Source, User
from gis_core.persian import normalise
from import_scripts import rasters as raster_import
from import_scripts import rules as rule_import
from import_scripts import tariffs as tariff_import
from import_scripts.beyond_edges import Surroundings
from import_scripts.demo_city import people as staff_of
from import_scripts.demo_city import reference as ref
from import_scripts.demo_city.addresses import addresses
from import_scripts.demo_city.city import SRID, DemoCity, city_hash, lineage
from import_scripts.demo_city.flood import flood_raster
from import_scripts.demo_city.offices import offices, opening_hours
from import_scripts.demo_city.overlays import overlays
from import_scripts.demo_city.records import records
from import_scripts.demo_city.zones import earlier_plan
from import_scripts.first_load import indexed_at_the_end
from import_scripts.frontages import Edges, access, derive, documents
from import_scripts.issues import Doubts
from import_scripts.load import copy_frame, reserve_ids
from import_scripts.recipe import Recipe, read_recipe
from import_scripts.task import Destination, Progress, Task, silent
from layers.models import District, GroundCover, Layer, LayerVersion, OverlayFeature
from layers.network.models import CorrectedLine, StreetNode, StreetSegment
from layers.offices.models import Office, OpeningHours
from layers.zoning.models import Zone
from parcels.inspections.models import Inspector, Shift
from parcels.models import Address, Building, Identifier, Parcel, ParcelEdges
from parcels.records.models import Certificate, Debt, PropertyFile, Violation
from parcels.service_requests.catalogue import load_services

RECIPES = Path(__file__).resolve().parent.parent / "recipes" / "demo"
SURVEYED_FROM = date(2015, 3, 21)
"""Lots and streets hold since Farvardin 1394."""
PLAN_FROM = date(2025, 4, 21)
"""The detailed plan is in force since Monday, 1 Ordibehesht 1404."""
KNOWN_FROM = datetime(2025, 4, 20, 6, 0, tzinfo=UTC)
PARCEL_ACCURACY_M = 0.1
SHIFTS_BEFORE, SHIFTS_AHEAD = 366, 100
"""Days for which the inspectors' shifts are known."""
_SOURCE = "demo-detailed-plan"
_STEPS = 18
"""About how many tables are written."""
_LARGE_TABLES = (Parcel, Building, ParcelEdges, Address, Identifier, GroundCover, Zone, StreetSegment)


@dataclass(frozen=True)
class Loaded:
    """How much was written, and the fingerprint of the city."""

    rows: dict[str, int]
    fingerprint: str


def load(city: DemoCity, *, on: date, progress: Progress = silent) -> Loaded:
    """
    Write the city, all or nothing. `on` is today: records, shifts and hours are counted from it.

    Raises
    ------
    ValueError
        When the database holds parcels already, or serves another CRS.
    """
    if settings.CITY.metric_srid != SRID:
        raise ValueError(f"The demo city lies in EPSG:{SRID}, this database in {settings.CITY.metric_srid}.")
    fingerprint = city_hash(city)
    with transaction.atomic():
        if Parcel.objects.exists():
            raise ValueError("This database holds parcels already; the demo city needs an empty one.")
        run = ImportRun.objects.create(
            kind="demo",
            file_name=f"demo city, seed {city.seed}",
            file_sha256=fingerprint,
            recipe={"seed": city.seed},
        )
        load_services(RECIPES / "services.toml")
        _rules(run, progress)
        rows: dict[str, int] = {}
        with indexed_at_the_end(connection, _LARGE_TABLES, len(city.parcels)):
            for step, (name, count) in enumerate(_tables(city, run, on), start=1):
                rows[name] = rows.get(name, 0) + count
                progress("load", step, _STEPS)
        progress("load", _STEPS, _STEPS)
        ImportRun.objects.filter(pk=run.pk).update(
            finished_at=datetime.now(UTC), rows_read=sum(rows.values()), rows_loaded=sum(rows.values())
        )
    return Loaded(rows, fingerprint)


def _tables(city: DemoCity, run: ImportRun, on: date) -> Iterator[tuple[str, int]]:
    """Write table after table, and say how many rows each got."""
    source = Source.objects.get(code=_SOURCE)
    book = _Layers(city, run, source)
    survey = {"valid": (SURVEYED_FROM, None), "known": (KNOWN_FROM, None)}
    districts = book.version("districts", Layer.Kind.DISTRICTS, "منطقه‌ها", "Districts", SURVEYED_FROM)
    yield "districts", _copy(District, city.districts, survey | {"layer_version": districts.pk})
    streets = book.version("streets", Layer.Kind.STREETS, "گذرها", "Streets", SURVEYED_FROM)
    yield "nodes", _copy(StreetNode, city.nodes, {"layer_version": streets.pk})
    yield "segments", _copy(StreetSegment, city.segments, survey | {"layer_version": streets.pk})
    drawn = book.version(
        "corrected-lines",
        Layer.Kind.CORRECTED_LINES,
        "برهای اصلاحی",
        "Corrected lines",
        PLAN_FROM,
        accuracy_m=0.1,
    )
    LayerVersion.objects.filter(pk=drawn.pk).update(source=_drawing())
    in_plan = {"valid": (PLAN_FROM, None), "known": (KNOWN_FROM, None), "layer_version": drawn.pk}
    yield "corrected lines", _copy(CorrectedLine, city.corrected, in_plan)
    ground = book.version("ground", Layer.Kind.GROUND, "پوشش زمین", "Ground cover", SURVEYED_FROM)
    cover = city.ground.drop(columns=["segment"])
    yield "ground", _copy(GroundCover, cover, survey | {"layer_version": ground.pk})
    lots = city.parcels
    known_place = lots.loc[lots["key"] == ref.KEY, "geometry"].iloc[0].representative_point()
    before = earlier_plan(city.zones, known_place, city.seed)
    for zones, since, until in ((before, SURVEYED_FROM, PLAN_FROM), (city.zones, PLAN_FROM, None)):
        plan = book.version(
            "zoning", Layer.Kind.ZONING, "طرح تفصیلی", "Detailed plan", since, until=until, accuracy_m=0.2
        )
        in_plan = {"valid": (since, until), "known": (KNOWN_FROM, None), "layer_version": plan.pk}
        yield "zones", _copy(Zone, zones, in_plan)
    for layer in overlays(city):
        version = book.version(
            layer.key,
            Layer.Kind.OVERLAY,
            layer.title_fa,
            layer.title_en,
            SURVEYED_FROM,
            accuracy_m=layer.accuracy_m,
            extent=layer.extent,
        )
        constants = survey | {"layer": version.layer_id, "layer_version": version.pk}
        features = layer.features.assign(
            lineage=[lineage(city.seed, layer.key, code) for code in layer.features["code"]]
        )
        yield "overlays", _copy(OverlayFeature, features, constants)
    _flood(city)
    yield "rasters", 1
    book.version(
        "parcels", Layer.Kind.PARCELS, "قطعه‌ها", "Parcels", SURVEYED_FROM, accuracy_m=PARCEL_ACCURACY_M
    )
    ids = reserve_ids(connection, Parcel, len(city.parcels))
    yield "parcels", _copy(Parcel, _parcel_rows(city, ids), survey | {"import_run": run.pk})
    yield "buildings", _copy(Building, city.buildings, survey)
    yield from _about_parcels(city, ids)
    yield from _offices_and_people(city, book, on)
    yield from _records(city, run, on)


def _drawing() -> Source:
    """The drawing on which the corrected lines of the sample city stand."""
    return Source.objects.create(
        code="demo-corrected-lines",
        title_fa="نقشهٔ بر و کف گذرها (ساختگی)",
        title_en="Drawing of the streets' corrected lines (invented)",
    )


def _parcel_rows(city: DemoCity, ids: np.ndarray) -> pd.DataFrame:
    lots = city.parcels
    sub = lots["district"].astype(str) + "-" + lots["sub_district"].astype(str)
    return pd.DataFrame(
        {
            "id": ids,
            "lineage": lots["lineage"],
            "key": lots["key"],
            "district_code": lots["district"].astype(str),
            "sub_district_code": sub,
            "block_code": sub + "-" + lots["block"].astype(str),
            "lot_label": lots["house"].astype(str),
            "deed_area_m2": lots["deed_area_m2"],
            "surveyed_area_m2": lots["surveyed_area_m2"].round(4),
            "positional_accuracy_m": PARCEL_ACCURACY_M,
            "attributes": [{"fabric": fabric} for fabric in lots["fabric"]],
            "geometry": lots["geometry"],
        }
    )


def _about_parcels(city: DemoCity, ids: np.ndarray) -> Iterator[tuple[str, int]]:
    """What lies beyond each edge of each lot, addresses and numbers."""
    edges = edges_of(city)
    found = pd.DataFrame(
        {
            "parcel_id": ids,
            "edges": documents(edges, len(ids), city.segments["lineage"].to_numpy()),
            "has_access": access(edges, len(ids)),
        }
    )
    yield "edges", copy_frame(connection, ParcelEdges, found, ready_json=("edges",))
    doors = addresses(city, edges)
    yield "addresses", _copy(Address, doors.assign(parcel_id=ids[doors["row"]]).drop(columns=["row"]))
    numbers = pd.concat(
        [
            pd.DataFrame({"parcel_id": ids, "kind": kind, "value": city.parcels[column]})
            for kind, column in (
                ("renovation_code", "key"),
                ("registry_plate", "registry_plate"),
                ("postal_code", "postal_code"),
            )
        ]
    )
    numbers["search_key"] = [normalise(value) for value in numbers["value"]]
    yield "identifiers", _copy(Identifier, numbers)


def edges_of(city: DemoCity) -> Edges:
    """The edges of every lot of the city, by the same derivation as a real city's."""
    around = Surroundings(
        covers=city.ground["geometry"].to_numpy(),
        cover_kinds=city.ground["kind"].to_numpy(),
        cover_streets=city.ground["segment"].to_numpy(),
        measured=np.ones(len(city.ground), dtype=bool),
        centrelines=city.segments["geometry"].to_numpy(),
        widths_m=city.segments["existing_width_m"].to_numpy(),
    )
    return derive(city.parcels["geometry"].to_numpy(), around, accuracy_m=PARCEL_ACCURACY_M)


def _offices_and_people(city: DemoCity, book: "_Layers", on: date) -> Iterator[tuple[str, int]]:
    since = (SURVEYED_FROM, None)
    version = book.version("offices", Layer.Kind.OFFICES, "دفترهای پیشخوان", "Counter offices", SURVEYED_FROM)
    counters = offices(city)
    constants = {"valid": since, "known": (KNOWN_FROM, None), "layer_version": version.pk}
    yield "offices", _copy(Office, counters, constants)
    yield "hours", _copy(OpeningHours, opening_hours(city, counters["code"]), {"valid": since})
    staff = staff_of.people(city, counters)
    users = {row.username: _user(row) for row in staff.itertuples(index=False)}
    yield "people", len(users)
    found = staff_of.inspectors(city, staff, counters)
    codes = {row.code: _inspector(row, users) for row in found.itertuples(index=False)}
    span = staff_of.shifts(
        found["code"],
        settings.CITY.weekend,
        first=on - timedelta(days=SHIFTS_BEFORE),
        days=SHIFTS_BEFORE + SHIFTS_AHEAD,
    )
    span["inspector_id"] = [codes[code] for code in span.pop("code")]
    yield "shifts", _copy(Shift, span)


def _user(row: Any) -> User:
    user = User(username=row.username, full_name=row.full_name)
    user.set_unusable_password()
    user.save()
    RoleGrant.objects.create(
        user=user,
        role=row.role,
        district_codes=row.district_codes,
        office_codes=row.office_codes,
        agency=row.agency,
        valid=(SURVEYED_FROM, None),
    )
    return user


def _inspector(row: Any, users: dict[str, User]) -> int:
    return Inspector.objects.create(
        user=users[row.username],
        code=row.code,
        district_codes=row.district_codes,
        skills=row.skills,
        start=GEOSGeometry(shapely.to_wkb(row.geometry, hex=True), srid=SRID),
    ).pk


def _records(city: DemoCity, run: ImportRun, on: date) -> Iterator[tuple[str, int]]:
    found = records(city, on=on)
    ids = reserve_ids(connection, PropertyFile, len(found.files))
    yield "files", _copy(PropertyFile, found.files.assign(id=ids), {"import_run": run.pk})
    for name, model in (("certificates", Certificate), ("violations", Violation), ("debts", Debt)):
        rows = getattr(found, name)
        yield name, _copy(model, rows.assign(file_id=ids[rows["file"].astype(int)]).drop(columns=["file"]))


def _rules(run: ImportRun, progress: Progress) -> None:
    """The rules and tariffs of the sample city, by the same importers as a real city's."""
    for kind, importer in (("rules", rule_import), ("tariffs", tariff_import)):
        file = RECIPES / f"{kind}.toml"
        recipe = Recipe(kind, file, kind, "", "", valid=(SURVEYED_FROM, None))
        task = Task(file, recipe, settings.CITY, progress)
        importer.bring_in(task, Destination(connection, run.pk, KNOWN_FROM), Doubts(file.name))


def _flood(city: DemoCity) -> None:
    """The raster of the sample city, by the same importer as a real city's."""
    file = flood_raster(city)
    recipe = read_recipe(RECIPES / "flood.toml")
    run = ImportRun.objects.create(
        kind="rasters", file_name="flood.tif", file_sha256=file.stem, recipe={"seed": city.seed}
    )
    task = Task(file, recipe, settings.CITY, silent)
    counts = raster_import.bring_in(task, Destination(connection, run.pk, KNOWN_FROM), Doubts(file.name))
    ImportRun.objects.filter(pk=run.pk).update(
        finished_at=datetime.now(UTC), rows_read=counts.read, rows_loaded=counts.loaded
    )


def _copy(model: Any, frame: pd.DataFrame, constants: dict[str, Any] | None = None) -> int:
    return copy_frame(connection, model, frame, constants=constants)


class _Layers:
    """Opens the published versions of each layer of the city."""

    def __init__(self, city: DemoCity, run: ImportRun, source: Source) -> None:
        self.run, self.source = run, source
        self.whole = shapely.box(*shapely.total_bounds(city.districts["geometry"].to_numpy())).buffer(50)

    def version(
        self,
        key: str,
        kind: str,
        title_fa: str,
        title_en: str,
        since: date,
        *,
        until: date | None = None,
        accuracy_m: float = 0.1,
        extent: shapely.Geometry | None = None,
    ) -> LayerVersion:
        """The layer's next version, in force since a day, until the next one where it has an end."""
        titles = {"kind": kind, "title_fa": title_fa, "title_en": title_en}
        layer, _made = Layer.objects.get_or_create(key=key, defaults=titles)
        reach = shapely.MultiPolygon([extent if extent is not None else self.whole])
        return LayerVersion.objects.create(
            layer=layer,
            number=layer.versions.count() + 1,
            title=title_fa,
            status=LayerVersion.Status.IN_FORCE,
            valid=(since, until),
            known=(KNOWN_FROM, None),
            surveyed_on=since,
            surveyed_extent=GEOSGeometry(shapely.to_wkb(reach, hex=True), srid=SRID),
            positional_accuracy_m=accuracy_m,
            source=self.source,
            import_run=self.run,
            published_at=KNOWN_FROM,
        )
