"""Imports overlays: heritage, wells, lines, flood zones, with the attributes that buffer rules look up."""

import pandas as pd

from import_scripts import features
from import_scripts.issues import Doubts
from import_scripts.normalise import Field
from import_scripts.task import Counts, Destination, Task
from layers.models import Layer, OverlayFeature

_TEXTS = ("code", "name_fa", "name_en", "agency", "category")
_NUMBERS = ("voltage_kv", "depth_m", "width_m", "height_m", "diameter_m", "pressure_psi", "discharge_l_s")


def _with_attributes(rows: pd.DataFrame, task: Task) -> pd.DataFrame:
    """All that is no column of its own becomes an attribute; what is missing is left out."""
    own = {"code", "name_fa", "name_en", "geometry", "name_for_good"}
    names = [name for name in rows.columns if name not in own]
    listed = rows[names].to_dict("records")
    attributes = [{name: value for name, value in row.items() if pd.notna(value)} for row in listed]
    return rows.drop(columns=names).assign(attributes=attributes)


KIND = features.FeatureKind(
    model=OverlayFeature,
    layer_kind=Layer.Kind.OVERLAY,
    fields={name: Field() for name in _TEXTS} | {name: Field("number") for name in _NUMBERS},
    dimension=None,
    finish=_with_attributes,
)


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """Bring one file of an overlay in. Its features may overlap each other, as they do in law."""
    return features.bring_in(KIND, task, destination, doubts)
