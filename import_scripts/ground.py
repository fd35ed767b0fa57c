"""Imports ground cover: street surfaces, water, parks, open land; what lies between the lots."""

from import_scripts import features
from import_scripts.issues import Doubts
from import_scripts.normalise import Field
from import_scripts.task import Counts, Destination, Task
from layers.models import GroundCover, Layer

KIND = features.FeatureKind(
    model=GroundCover,
    layer_kind=Layer.Kind.GROUND,
    fields={"kind": Field("code", required=True), "name_fa": Field(), "name_en": Field()},
    tiles=False,
    one_part=True,
)


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """Bring one file of ground cover in."""
    return features.bring_in(KIND, task, destination, doubts)
