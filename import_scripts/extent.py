"""Finds how far a survey reaches, as the recipe says: an outline in a file, the shapes, or a box."""

from dataclasses import replace

import numpy as np
import pyproj
import shapely

from import_scripts.issues import Doubts, FileRefused
from import_scripts.normalise import shapes_of
from import_scripts.readers import read
from import_scripts.task import Task


def surveyed_extent(task: Task, shapes: np.ndarray) -> shapely.Geometry | None:
    """
    The surveyed ground in the metric CRS; None when the recipe does not say it.

    `{layer = "..."}` or `{file = "...", layer = "..."}`: outlines read from a file beside the imported
    one; `{of = "city"}`: the city's bounding box; `{of = "shapes"}`: the ground the shapes cover;
    `{of = "hull"}`: the smallest convex area around them. `grow_m` widens any of them.
    """
    said = task.recipe.surveyed_extent
    if not said:
        return None
    ground = _ground(task, shapes)
    return shapely.buffer(ground, said["grow_m"], join_style="mitre") if said.get("grow_m") else ground


def _ground(task: Task, shapes: np.ndarray) -> shapely.Geometry:
    said = task.recipe.surveyed_extent
    if said.get("of") == "city":
        convert = pyproj.Transformer.from_crs(4326, task.city.metric_srid, always_xy=True)
        return shapely.box(*convert.transform_bounds(*task.city.bbox_lonlat))
    if said.get("of") == "shapes":
        return shapely.union_all(shapes)
    if said.get("of") == "hull":
        return shapely.convex_hull(shapely.union_all(shapely.convex_hull(shapes)))
    if "layer" not in said and "file" not in said:
        raise FileRefused(
            fa="surveyed_extent در دستور ورود خوانده نشد.",
            en="The recipe's surveyed_extent says neither of, layer nor file.",
            details={"reason": "BAD_RECIPE"},
        )
    path = task.file.parent / said["file"] if "file" in said else task.file
    doubts = Doubts(path.name)
    table = read(path, layer=said.get("layer"), encoding=None, doubts=doubts)
    outline = replace(task, file=path, recipe=replace(task.recipe, options={}))
    return shapely.union_all(shapes_of(table, outline, doubts))
