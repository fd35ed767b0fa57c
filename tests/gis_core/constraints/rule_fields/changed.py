"""A field of a rule at two values, in a scene where an answer differs by it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.findings import Evaluation, as_document
from gis_core.constraints.rules import TOGETHER, Rule, RuleSet
from gis_core.constraints.values import Lots, Surroundings
from tests.gis_core.constraints.scenes import (
    NOW,
    ON,
    REFERENCE_LOT,
    RULES,
    a_lot,
    corner_edges,
    reference_corner,
)


@dataclass(frozen=True)
class Scene:
    """What is asked about: the lot and what lies around it, the rules beside the one that is changed."""

    lot: Lots = field(default_factory=lambda: a_lot(REFERENCE_LOT, deed_area_m2=310.0))
    around: Surroundings = field(default_factory=reference_corner)
    beside: tuple[Rule, ...] = ()
    without: tuple[str, ...] = ()
    north_deg: float = 0.0

    def answer(self, rule: Rule) -> Evaluation:
        """The answer with the plain rule pack, this rule in place of the one of its kind."""
        gone = ({rule.kind} - TOGETHER) | set(self.without)
        pack = [one for kind, one in RULES.items() if kind not in gone]
        rules = RuleSet.on_day([*pack, *self.beside, rule], ON)
        north = np.array([self.north_deg])
        return evaluate(self.lot, self.around, rules, on=ON, known_at=NOW, north_deg=north)[0]


Shown = Callable[[Evaluation], Any]


@dataclass(frozen=True)
class Changed:
    """One field of a rule at two values, and what of the answer differs by it; None in `base`: left out."""

    kind: str
    name: str
    one: Any
    other: Any
    shown: Shown
    scene: Scene = field(default_factory=Scene)
    base: dict[str, Any] = field(default_factory=dict)

    def params(self, value: Any) -> dict[str, Any]:
        """The parameters with the field at a value; None leaves it out."""
        plain = RULES[self.kind].params if self.kind in RULES else {}
        gone = {name for name, value in self.base.items() if value is None}
        told = {name: value for name, value in {**plain, **self.base}.items() if name not in gone}
        path = self.name.split(".")
        inner = told
        for step in path[:-1]:
            inner[step] = dict(inner[step]) if isinstance(inner[step], dict) else inner[step]
            inner = inner[step]
        if value is None:
            inner.pop(path[-1], None)
        else:
            inner[path[-1]] = value
        return told

    def rule(self, value: Any) -> Rule:
        """The rule with the field at a value."""
        zone = RULES[self.kind].zone_code if self.kind in RULES else ""
        basis = RULES[self.kind].area_basis if self.kind in RULES else ""
        if self.kind in ("MIN_LOT", "SETBACK"):
            zone = "R121"
        return Rule("CHANGED", self.kind, self.params(value), zone_code=zone, area_basis=basis)


def value_of(key: str) -> Shown:
    """The value of a finding, or what is said in its place."""

    def shown(evaluation: Evaluation) -> Any:
        finding = as_document(evaluation)["findings"][key]
        return finding["value"], finding["state"], finding["reason"]

    return shown


def corner(lot: shapely.Polygon = REFERENCE_LOT, **more: Any) -> Surroundings:
    """The reference corner around a lot of four corners."""
    return reference_corner(**({"edges": corner_edges(lot)} | more))


def with_first(rows: list[dict[str, Any]], **change: Any) -> list[dict[str, Any]]:
    """A table whose first row says something else."""
    return [rows[0] | change, *rows[1:]]


AREA, NET, WIDENED = value_of("surveyed_area_m2"), value_of("net_area_m2"), value_of("widening_area_m2")
CUT, ENVELOPE, STOREYS = value_of("chamfer_area_m2"), value_of("envelope_area_m2"), value_of("storeys")
BUILDABLE, HEIGHT, ZONE = value_of("buildable_area_m2"), value_of("height_m"), value_of("zone")
FAR_CAP, GOVERNING = value_of("far_cap_m2"), value_of("governing_width_m")
