"""Imports districts, sub-districts and neighbourhoods."""

from import_scripts import features
from import_scripts.issues import Doubts
from import_scripts.normalise import Field
from import_scripts.task import Counts, Destination, Task
from layers.models import District, Layer

KIND = features.FeatureKind(
    model=District,
    layer_kind=Layer.Kind.DISTRICTS,
    fields={
        "code": Field("code", required=True),
        "level": Field(),
        "parent_code": Field("code"),
        "name_fa": Field(),
        "name_en": Field(),
    },
    tiles=True,
    key="code",
)


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """Bring one file of districts in; overlaps and cracks between them are reported."""
    return features.bring_in(KIND, task, destination, doubts)
