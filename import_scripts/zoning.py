"""Imports the zones of a zoning plan as one version of it, with the days on which it holds."""

from import_scripts import features
from import_scripts.issues import Doubts
from import_scripts.normalise import Field
from import_scripts.task import Counts, Destination, Task
from layers.models import Layer
from layers.zoning.models import Zone

KIND = features.FeatureKind(
    model=Zone,
    layer_kind=Layer.Kind.ZONING,
    fields={"code": Field("code", required=True), "name_fa": Field(), "name_en": Field()},
    tiles=True,
    one_part=True,
)


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """Bring one zoning plan in; the plan it follows keeps the days before it."""
    return features.bring_in(KIND, task, destination, doubts)
