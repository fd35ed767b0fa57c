"""Answers one published case of a rule kind: JSON inputs with WKT in, named outputs out."""

from collections.abc import Callable

from gis_core.constraints.cases.building import (
    cantilever,
    depth60,
    floor_area,
    light,
    light_well,
    orient,
    park,
    setback,
    storey_case,
)
from gis_core.constraints.cases.end_to_end import end_to_end
from gis_core.constraints.cases.form import Inputs, Outputs
from gis_core.constraints.cases.land import area_basis, chamfer_cut, widen, zone_look_up
from gis_core.constraints.cases.plots import merge, subdivision
from gis_core.constraints.cases.restrictions import buffer, conflict, height_surface, rule_table, use


def answer(kind: str, inputs: Inputs) -> Outputs:
    """
    The outputs of one case, by the definitions of its kind; numbers unrounded, shapes as shapely geometries.

    Raises
    ------
    KeyError
        When no such kind is answered here.

    Examples
    --------
    >>> answer("LIGHT", {"height_m": 9, "distance_m": 8, "base_height_m": 2, "angle_deg": 45})["passes"]
    True
    """
    return KINDS[kind](inputs)


KINDS: dict[str, Callable[[Inputs], Outputs]] = {
    "WIDEN": widen,
    "CHAMFER": chamfer_cut,
    "AREA_BASIS": area_basis,
    "ZONE": zone_look_up,
    "DENSITY": floor_area,
    "STOREY": storey_case,
    "DEPTH60": depth60,
    "SETBACK": setback,
    "ORIENT": orient,
    "LIGHT": light,
    "LIGHTWELL": light_well,
    "CANTILEVER": cantilever,
    "PARK": park,
    "BUFFER": buffer,
    "HEIGHT_SURFACE": height_surface,
    "CONFLICT": conflict,
    "USE": use,
    "TABLE": rule_table,
    "SUBDIV": subdivision,
    "MERGE": merge,
    "END_TO_END": end_to_end,
}
