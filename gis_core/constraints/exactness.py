"""Says how far a lot and a map may miss each other, by how exact each is, and where nobody has said it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.plane import Floats
from gis_core.constraints.rules import Picked
from gis_core.constraints.slivers import threshold_width_m
from gis_core.constraints.values import Layer, Lots

#: How widths and accuracies are compared where no ACCURACY rule says otherwise.
ACCURACY: Mapping[str, Any] = {
    "measure": "INSCRIBED_DIAMETER",
    "combine": "ROOT_SUM_SQUARES",
    "parcel_accuracy_m": 0.0,
    "layer_accuracy_m": 0.0,
}
#: Where neither map nor rule says how exact they are, a feature as near as this may reach a lot or not: m.
NEAR_M = 50.0


@dataclass(frozen=True)
class Exactness:
    """
    How exact lots are, and how that goes together with how exact a layer is.

    `policy`: `measure`, `combine`, `layer_accuracy_m`. `accuracy_m` (n,) of the lots; `untold` (n,): those of
    which nobody has said it. `ruled`: a rule of the city speaks for all lots and layers that state none.

    Examples
    --------
    >>> lots = Exactness(ACCURACY, np.array([0.08]), np.array([False]), ruled=False)
    >>> wells, canals = Layer("wells", accuracy_m=0.06), Layer("canals")
    >>> lots.misfit_m(wells).tolist(), lots.vague(wells).tolist(), lots.vague(canals).tolist()
    ([0.1], [False], [True])
    """

    policy: Mapping[str, Any]
    accuracy_m: Floats
    untold: NDArray[np.bool_]
    ruled: bool

    @classmethod
    def of(cls, lots: Lots, picked: Picked) -> "Exactness":
        """That of lots under the city's ACCURACY rule, or where there is none."""
        policy, untold = accuracy_policy(picked), np.isnan(lots.accuracy_m)
        accuracy_m = np.where(untold, policy["parcel_accuracy_m"], lots.accuracy_m)
        # Rules that contradict each other speak, too: what they leave open is told as their contradiction.
        return cls(policy, accuracy_m, untold, picked.rule is not None or bool(picked.conflict))

    def misfit_m(self, layer: Layer | None) -> Floats:
        """The width (n,) up to which a misfit of lots and a layer may come from their accuracy, in metres."""
        told_m = layer.accuracy_m if layer else None
        layer_m = self.policy["layer_accuracy_m"] if told_m is None else told_m
        return threshold_width_m(self.policy, self.accuracy_m, np.full(len(self.accuracy_m), layer_m))

    def vague(self, layer: Layer | None) -> NDArray[np.bool_]:
        """Lots (n,) of which neither map nor rule says how exact they or the layer are."""
        if self.ruled:
            return np.zeros(len(self.untold), dtype=bool)
        return self.untold | _states_none(layer)

    def assumed(self, layer: Layer | None) -> bool:
        """Whether the layer is taken to be as exact as the city's rule says, as it states nothing itself."""
        return self.ruled and _states_none(layer)


def accuracy_policy(picked: Picked) -> Mapping[str, Any]:
    """How widths and accuracies are compared under the city's ACCURACY rule, or where there is none."""
    return {**ACCURACY, **(picked.rule.params if picked.rule else {})}


def _states_none(layer: Layer | None) -> bool:
    return layer is None or layer.accuracy_m is None
