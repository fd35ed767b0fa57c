"""Imports rasters: heights, depths, land cover; CRS, no-data, extent, date and source are checked."""

import os
import shutil
from pathlib import Path

import numpy as np
import pyproj
import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from rasterio.errors import RasterioIOError

from gis_core.models import ImportRun
from gis_core.rasters.reading import RasterFile, described, read_cells
from import_scripts.editions import content_of, open_edition
from import_scripts.issues import Doubts, FileRefused
from import_scripts.place import check_place, crs_of, outside
from import_scripts.task import Counts, Destination, Task
from layers.models import Layer, Raster

#: Points on each side of an outline that is carried over into another CRS, where straight sides bend.
SIDE_POINTS = 32


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """
    Check one raster file and keep it, as it is, as an edition of its layer.

    Options of the recipe: `nodata` (the value of cells without data where the file does not say it, or
    "none" where every cell has one), `lowest` and `highest` (what a cell may hold). Needed are
    `surveyed_on` and the document it comes from.

    Raises
    ------
    FileRefused
        When something of this is missing or the raster lies elsewhere.
    """
    task.progress("read", 0, 1)
    file = _read(task)
    _check_recipe(task)
    _check_form(file)
    crs = crs_of(_said(file), np.array([shapely.box(*file.bounds)]), task)
    epsg = _number(crs)
    outline = _outline(file, crs, task)
    nodata = _nodata(file, task)
    task.progress("check", 0, 1)
    _check_cells(file, crs, nodata, task, doubts)
    _tell_reach(outline, task, doubts)
    return _load(file, epsg, nodata, outline, task, destination)


def _read(task: Task) -> RasterFile:
    try:
        return described(task.file)
    except RasterioIOError as wrong:
        raise _refused(
            "NOT_A_RASTER",
            f"{task.file.name} به صورت رستر خوانده نشد.",
            f"{task.file.name} cannot be read as a raster.",
        ) from wrong


def _check_recipe(task: Task) -> None:
    if task.recipe.surveyed_on is None:
        raise _refused(
            "NO_DATE",
            "دستور ورود نمی‌گوید رستر در چه تاریخی برداشت شده است (period.surveyed_on).",
            "The recipe does not say when the raster was surveyed (period.surveyed_on).",
        )
    if task.recipe.document is None:
        raise _refused(
            "NO_SOURCE",
            "دستور ورود نمی‌گوید رستر از کجا آمده است (document).",
            "The recipe does not say where the raster comes from (document).",
        )


def _check_form(file: RasterFile) -> None:
    if file.bands != 1:
        raise _refused(
            "SEVERAL_BANDS",
            f"رستر {file.bands} باند دارد؛ یک باند لازم است.",
            f"The raster has {file.bands} bands; one is needed.",
        )
    if not file.north_up:
        raise _refused(
            "TURNED_GRID",
            "شبکهٔ رستر چرخیده یا وارونه است؛ نخست آن را رو به شمال بازنویسی کنید.",
            "The grid of the raster is turned or mirrored; write it north up first.",
        )
    if file.mask_beside:
        raise _refused(
            "MASK_BESIDE",
            "یاخته‌های بی‌داده در پروندهٔ جداگانهٔ ‎.msk آمده‌اند؛ آن‌ها را درون خود رستر بنویسید.",
            "Which cells hold data is told by a separate .msk file; write it into the raster itself.",
        )


def _said(file: RasterFile) -> pyproj.CRS | None:
    return None if file.crs is None else pyproj.CRS.from_user_input(file.crs)


def _number(crs: pyproj.CRS) -> int:
    number = crs.to_epsg()
    if number is None:
        raise _refused(
            "CRS_WITHOUT_NUMBER",
            f"دستگاه مختصات رستر ({crs.name}) کد EPSG ندارد. آن را در دستور ورود بنویسید.",
            f"The CRS of the raster ({crs.name}) has no EPSG number. Name it in the recipe.",
        )
    return int(number)


def _outline(file: RasterFile, crs: pyproj.CRS, task: Task) -> shapely.Polygon:
    """The ground of the whole raster in the metric CRS; refused where it has nothing of the city."""
    west, south, east, north = file.bounds
    step = max(east - west, north - south) / SIDE_POINTS
    box = shapely.segmentize(shapely.box(west, south, east, north), step)
    convert = pyproj.Transformer.from_crs(crs, task.city.metric_srid, always_xy=True)
    outline = shapely.transform(
        box, lambda points: np.column_stack(convert.transform(points[:, 0], points[:, 1]))
    )
    if outside(np.array([outline]), task.city)[0]:
        check_place(np.array([box]), crs, task.city)
    return outline


def _nodata(file: RasterFile, task: Task) -> float | None:
    said = task.recipe.options.get("nodata")
    if said == "none":
        return None
    if said is not None:
        return float(said)
    if file.nodata is None:
        raise _refused(
            "NODATA_UNKNOWN",
            "رستر نمی‌گوید یاختهٔ بی‌داده چه مقداری دارد. آن را در دستور ورود بنویسید (options.nodata).",
            "The raster does not say which value means no data. Name it in the recipe (options.nodata).",
        )
    return file.nodata


def _check_cells(file: RasterFile, crs: pyproj.CRS, nodata: float | None, task: Task, doubts: Doubts) -> None:
    cells = read_cells(file.path, crs=crs.to_wkt(), nodata=nodata).values
    empty = int(np.isnan(cells).sum())
    if empty == cells.size:
        raise _refused("NO_CELLS", "هیچ یاخته‌ای داده ندارد.", "No cell of the raster holds data.")
    if empty:
        percent = f"{100 * empty / cells.size:.2g}"
        doubts.add("CELLS_WITHOUT_DATA", value=empty, count=empty, percent=percent)
    low, high = float(np.nanmin(cells)), float(np.nanmax(cells))
    lowest = float(task.recipe.options.get("lowest", -np.inf))
    highest = float(task.recipe.options.get("highest", np.inf))
    if low < lowest or high > highest:
        raise _refused(
            "VALUES_BEYOND",
            f"مقدارهای رستر از {low:g} تا {high:g} است؛ دستور ورود {lowest:g} تا {highest:g} را می‌پذیرد.",
            f"The raster holds {low:g} to {high:g}; the recipe allows {lowest:g} to {highest:g}.",
        )


def _tell_reach(outline: shapely.Polygon, task: Task, doubts: Doubts) -> None:
    """Say which part of the city's box the raster leaves unknown."""
    convert = pyproj.Transformer.from_crs(4326, task.city.metric_srid, always_xy=True)
    box = shapely.box(*convert.transform_bounds(*task.city.bbox_lonlat))
    beyond = shapely.area(shapely.difference(box, outline)) / box.area
    if beyond > 0.001:
        percent = f"{100 * beyond:.0f}"
        doubts.add("CITY_BEYOND_RASTER", value=f"{percent} %", percent=percent)


def _load(
    file: RasterFile,
    epsg: int,
    nodata: float | None,
    outline: shapely.Polygon,
    task: Task,
    destination: Destination,
) -> Counts:
    digest = ImportRun.objects.get(pk=destination.run_id).file_sha256
    kept = Path("rasters") / f"{digest}.tif"
    # The file is named after its content: the same one again is the same file, whichever edition it is of.
    transaction.on_commit(lambda: _keep(task.file, Path(settings.MEDIA_ROOT) / kept))
    edition = open_edition(
        task,
        destination,
        kind=Layer.Kind.RASTER,
        content=content_of([digest, str(epsg), str(nodata)], task.recipe, outline),
        features=[],
        extent=outline,
    )
    if edition is None:
        return Counts(read=1, unchanged=1)
    Raster.objects.create(
        layer=edition.version.layer,
        path=kept.as_posix(),
        srid=epsg,
        nodata=nodata,
        extent=GEOSGeometry(memoryview(shapely.to_wkb(outline)), srid=task.city.metric_srid),
        surveyed_on=task.recipe.surveyed_on,
        source=edition.version.source,
        sha256=digest,
    )
    return Counts(read=1, loaded=1)


def _keep(file: Path, kept: Path) -> None:
    """Copy the file to its place; half a file is never found there."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    if kept.exists():
        return
    half = kept.with_suffix(f".{os.getpid()}.part")
    shutil.copyfile(file, half)
    half.replace(kept)


def _refused(reason: str, fa: str, en: str) -> FileRefused:
    return FileRefused(fa=fa, en=en, details={"reason": reason})
