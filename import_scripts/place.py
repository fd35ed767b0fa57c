"""Finds out whether shapes lie where the city is; if not, says what was seen and what would fit."""

import sys
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from gis_core.city import City
from import_scripts.issues import FileRefused
from import_scripts.recipe import ASK
from import_scripts.task import Task

# Systems in which Iranian municipalities publish (identifiers.md section 6), and what the web speaks.
USUAL_SYSTEMS = (4326, 3857, 32638, 32639, 32640, 32641, 2058, 2059, 2060, 2061)
METRES_PER_FOOT = 0.3048
_MARGIN_DEG = 0.05


@dataclass(frozen=True)
class Fit:
    """A reading of coordinates under which they lie in the city: a CRS, perhaps swapped or in feet."""

    name: str
    words_fa: str
    words_en: str


def crs_of(said: pyproj.CRS | None, shapes: np.ndarray, task: Task) -> pyproj.CRS:
    """
    The CRS in which shapes are: what the recipe names, else what the file says, else a question.

    Raises
    ------
    FileRefused
        When nobody says it, or the recipe and the file say different things.
    """
    wanted = task.recipe.crs
    if wanted not in ("file", ASK):
        named = pyproj.CRS.from_user_input(wanted)
        if said is not None and not _same(named, said) and not task.recipe.options.get("override_crs"):
            raise _refused(
                "CRS_DIFFERS",
                f"دستور ورود {wanted} می‌گوید و پرونده {_name(said)}. یکی را درست کنید.",
                f"The recipe says {wanted}, the file says {_name(said)}. Correct one of them.",
            )
        return named
    if said is not None and wanted == "file":
        return said
    return _asked(said, shapes, task)


def check_place(shapes: np.ndarray, crs: pyproj.CRS, city: City) -> None:
    """
    Refuse shapes that lie elsewhere, saying which reading of them would fall into the city.

    Raises
    ------
    FileRefused
        With the reason SWAPPED_AXES, IN_FEET, WRONG_CRS or OUTSIDE_CITY.
    """
    points = _sample(shapes)
    if not len(points) or _inside(points, crs, city):
        return
    low, high = points.min(axis=0), points.max(axis=0)
    seen = f"x {low[0]:.6g} … {high[0]:.6g}, y {low[1]:.6g} … {high[1]:.6g}"
    fits = possible_readings(shapes, crs, city)
    if fits:
        fit = fits[0]
        raise _refused(
            fit.name,
            f"مختصات {seen} در {_name(crs)} بیرون از {city.name_fa} است. {fit.words_fa}",
            f"The coordinates {seen} in {_name(crs)} lie outside {city.name_en}. {fit.words_en}",
        )
    raise _refused(
        "OUTSIDE_CITY",
        f"مختصات {seen} در {_name(crs)} بیرون از {city.name_fa} است و در هیچ دستگاه معمولی در آن نمی‌افتد.",
        f"The coordinates {seen} in {_name(crs)} lie outside {city.name_en}, and no usual CRS helps.",
    )


def possible_readings(shapes: np.ndarray, crs: pyproj.CRS | None, city: City) -> list[Fit]:
    """Readings under which the shapes would lie in the city, the likeliest first."""
    points = _sample(shapes)
    fits = []
    systems = [
        *([crs] if crs is not None else []),
        *map(pyproj.CRS.from_epsg, (city.metric_srid, *USUAL_SYSTEMS)),
    ]
    for system in systems:
        if system is crs:
            continue
        if _inside(points, system, city):
            fits.append(
                Fit(
                    "WRONG_CRS",
                    f"اگر {_name(system)} باشند در شهر می‌افتند.",
                    f"Read as {_name(system)} they would lie in it.",
                )
            )
    for system in systems:
        if _inside(points[:, ::-1], system, city):
            swapped = Fit(
                "SWAPPED_AXES",
                f"طول و عرض جابه‌جاست: با جابه‌جایی محورها در {_name(system)} درست می‌شود.",
                f"The axes are swapped: with x and y exchanged they lie in it ({_name(system)}).",
            )
            fits.insert(0, swapped) if system is crs else fits.append(swapped)
        if not system.is_geographic and _inside(points * METRES_PER_FOOT, system, city):
            fits.append(
                Fit(
                    "IN_FEET",
                    f"به نظر می‌رسد به فوت باشند: ضرب در ۰٫۳۰۴۸ در {_name(system)} می‌افتد.",
                    f"They seem to be in feet: times 0.3048 they lie in it ({_name(system)}).",
                )
            )
    return fits


def outside(shapes: np.ndarray, city: City) -> np.ndarray:
    """Which shapes (metric CRS) lie wholly outside the city's bounding box; (n,) booleans."""
    west, south, east, north = _metric_box(city)
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        return (bounds[:, 2] < west) | (bounds[:, 0] > east) | (bounds[:, 3] < south) | (bounds[:, 1] > north)


def _metric_box(city: City) -> tuple[float, float, float, float]:
    convert = pyproj.Transformer.from_crs(4326, city.metric_srid, always_xy=True)
    west, south, east, north = city.bbox_lonlat
    box = west - _MARGIN_DEG, south - _MARGIN_DEG, east + _MARGIN_DEG, north + _MARGIN_DEG
    return convert.transform_bounds(*box)


def _asked(said: pyproj.CRS | None, shapes: np.ndarray, task: Task) -> pyproj.CRS:
    if "crs" in task.answers:
        return pyproj.CRS.from_user_input(task.answers["crs"])
    fits = [fit.words_en for fit in possible_readings(shapes, None, task.city)]
    guess = said and _name(said)
    if sys.stdin.isatty():
        sys.stderr.write(f"{task.file.name}: says {guess or 'no CRS'}. {' '.join(fits)}\nCRS (EPSG:...): ")
        sys.stderr.flush()
        return pyproj.CRS.from_user_input(sys.stdin.readline().strip())
    name, hints = task.file.name, " ".join(fits)
    raise _refused(
        "CRS_UNKNOWN",
        f"{name} دستگاه مختصاتش را نمی‌گوید. آن را در دستور ورود (crs) بنویسید. {hints}".strip(),
        f"{name} does not say its CRS. Name it in the recipe or with --crs. {hints}".strip(),
    )


def _inside(points: np.ndarray, crs: pyproj.CRS, city: City) -> bool:
    """Whether most points lie in the city's bounding box, a few kilometres of margin allowed."""
    lon, lat = pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(points[:, 0], points[:, 1])
    west, south, east, north = city.bbox_lonlat
    with np.errstate(invalid="ignore"):
        inside = (lon > west - _MARGIN_DEG) & (lon < east + _MARGIN_DEG)
        inside &= (lat > south - _MARGIN_DEG) & (lat < north + _MARGIN_DEG)
    return bool(inside.mean() > 0.5)


def _sample(shapes: np.ndarray) -> np.ndarray:
    """The middles of at most a thousand shapes."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    bounds = shapely.bounds(there[:: max(1, len(there) // 1000)])
    return np.column_stack([bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)])


def _same(one: pyproj.CRS, other: pyproj.CRS) -> bool:
    return one.equals(other, ignore_axis_order=True) or (
        one.to_epsg() is not None and one.to_epsg() == other.to_epsg()
    )


def _name(crs: pyproj.CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.name


def _refused(reason: str, fa: str, en: str) -> FileRefused:
    return FileRefused(fa=fa, en=en, details={"reason": reason})
