"""Holds the answer: findings with their state, reason and proof, as values and as a JSON document."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints import ENGINE_VERSION
from gis_core.constraints.plane import on_grid, shapes

FindingState = Literal["computed", "conditional", "discretionary", "needs_inspection", "unknown"]
OverlayState = Literal["applies", "does_not_apply", "borderline", "unknown"]

#: From the surest to the least sure; what is derived is never surer than what it is derived from.
STATES: tuple[FindingState, ...] = ("computed", "conditional", "discretionary", "needs_inspection", "unknown")


@dataclass(frozen=True)
class Reason:
    """Why something is not simply computed: a code that pages put into words, and its values."""

    code: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleReference:
    """The rule that a value rests on, as it is cited."""

    code: str
    kind: str
    version: int = 1
    article: str = ""
    source_code: str = ""
    source_title_fa: str = ""
    source_title_en: str = ""
    confidence: str = "C"
    legal_status: str = "in_force"
    valid_from: str | None = None


@dataclass(frozen=True)
class Finding:
    """
    One value of the answer and its proof.

    `value` is None when it is not known or does not apply, never zero in place of that. `binding`
    names the limits that give the value, `inputs` the findings it was computed from, `geometry`
    the shape of the evaluation that it measures.
    """

    key: str
    value: Any
    unit: str | None = None
    state: FindingState = "computed"
    reason: Reason | None = None
    binding: tuple[str, ...] = ()
    formula: str | None = None
    rule: RuleReference | None = None
    inputs: tuple[str, ...] = ()
    geometry: str | None = None


@dataclass(frozen=True)
class ZoneShare:
    """
    The part of the lot that lies in one zone; `area_mm2` of all parts and the uncovered rest add up.

    `kind` TOLERATED: wider than the accuracy, but so little of the lot that the city's ZONE rule lets the
    largest zone hold alone. `width_m` is NaN where the part is plainly wider than the accuracy: then it was
    not measured. `joins` names the zone with which the ground of a sliver is counted, `counted_mm2` what is
    counted for the zone.
    `limits`: of a concerned zone its own `far_percent`, `coverage_percent` and `storeys` (None: not known),
    as overlay zones leave them; the strictest of its parts where they differ. `ruled_by`: of a concerned
    zone the one whose rules hold there, its own code or that of the zone to which a lot too small for it
    falls; empty where nobody can say. `reason`: why the lot falls there.
    """

    code: str
    name_fa: str
    share: float
    area_mm2: int
    kind: Literal["CONCERNED", "TOLERATED", "BELOW_ACCURACY", "TOUCHES", "APART"]
    width_m: float
    name_en: str = ""
    joins: str = ""
    counted_mm2: int = 0
    limits: Mapping[str, float | None] = field(default_factory=dict)
    ruled_by: str = ""
    reason: Reason | None = None


@dataclass(frozen=True)
class OverlayFinding:
    """Whether one overlay holds on the lot, in four values, and with what effect."""

    layer: str
    state: OverlayState
    effect: str
    code: str = ""
    name_fa: str = ""
    name_en: str = ""
    overlap_m2: float | None = None
    width_m: float | None = None
    distance_m: float | None = None
    max_height_m: float | None = None
    agency: str = ""
    reason: Reason | None = None
    rule: RuleReference | None = None


@dataclass(frozen=True)
class EdgeFinding:
    """
    One edge of the lot and what lies beyond it.

    `width_m` of the passage is the recorded one, or the measured one where none is recorded;
    `measured_width_m` is measured between opposite frontages.
    """

    kind: Literal["neighbour", "passage", "open", "unknown"]
    street: str | None
    width_m: float | None
    planned_width_m: float | None
    length_m: float
    geometry: Any
    measured_width_m: float | None = None


@dataclass(frozen=True)
class Choice:
    """What one number of storeys would give: never more than the evaluation permits."""

    storeys: float
    footprint_m2: float
    floor_area_m2: float
    height_m: float | None
    parking_need: int | None
    parking_capacity: int | None
    discretionary: bool = False


@dataclass(frozen=True)
class Evaluation:
    """The whole answer for one lot on one day, as known at one instant."""

    parcel_id: int
    parcel_key: str
    status: Literal["NORMAL", "IN_PLAN", "NO_ACCESS"]
    on: date
    known_at: datetime
    findings: Mapping[str, Finding]
    zones: tuple[ZoneShare, ...]
    zone_state: str
    unzoned_mm2: int
    overlays: tuple[OverlayFinding, ...]
    edges: tuple[EdgeFinding, ...]
    choices: tuple[Choice, ...]
    geometries: Mapping[str, Any]
    engine: str = ENGINE_VERSION

    @property
    def unknown(self) -> tuple[str, ...]:
        """Keys of findings and layers of overlays that are not known, in the order of the answer."""
        keys = [key for key, finding in self.findings.items() if finding.state == "unknown"]
        layers = [overlay.layer for overlay in self.overlays if overlay.state in ("unknown", "borderline")]
        return tuple(dict.fromkeys(keys + layers))


#: Kinds of shapes as GEOS numbers them.
_LINE, _POLYGON = 1, 3


def worst(*states: FindingState) -> FindingState:
    """
    The least sure of some states.

    Examples
    --------
    >>> worst("computed", "unknown", "conditional")
    'unknown'
    """
    return max(states, key=STATES.index, default="computed")


def as_document(evaluation: Evaluation) -> dict[str, Any]:
    """
    The evaluation as a JSON object (gis_core/constraints/README.md, "The document").

    Numbers are rounded to the millionth here and nowhere before; coordinates stay in the metric
    CRS, rounded to the millimetre. A missing shape is left out, a missing value is null.
    """
    edges = evaluation.edges
    drawn = geojsons([*(edge.geometry for edge in edges), *evaluation.geometries.values()])
    named = zip(evaluation.geometries, drawn[len(edges) :], strict=True)
    return {
        "engine": evaluation.engine,
        "on": evaluation.on.isoformat(),
        "known_at": evaluation.known_at.isoformat().replace("+00:00", "Z"),
        "parcel": {"id": evaluation.parcel_id, "key": evaluation.parcel_key, "status": evaluation.status},
        "findings": {key: _finding(finding) for key, finding in evaluation.findings.items()},
        "zones": [_zone(zone) for zone in evaluation.zones],
        "zone_state": evaluation.zone_state,
        "unzoned_mm2": evaluation.unzoned_mm2,
        "overlays": [_overlay(overlay) for overlay in evaluation.overlays],
        "edges": [_edge(edge) | {"geometry": line} for edge, line in zip(edges, drawn, strict=False)],
        "choices": [_plain_values(vars(choice)) for choice in evaluation.choices],
        "geometries": {name: shape for name, shape in named if shape is not None},
        "unknown": list(evaluation.unknown),
    }


def geojson(geometry: Any) -> dict[str, Any] | None:
    """
    A shape as a GeoJSON geometry with coordinates rounded to the millimetre; nothing for an empty one.

    Examples
    --------
    >>> geojson(shapely.Point(1.00049, 2))
    {'type': 'Point', 'coordinates': (1.0, 2.0)}
    """
    return geojsons([geometry])[0]


def _rounded(every: NDArray[np.object_]) -> tuple[NDArray[np.floating[Any]], NDArray[np.int64]]:
    """
    Corners of shapes to the millimetre, and the shape of each corner.

    Those whose outline would cross itself once it is rounded are laid onto the grid whole first (in place).
    """
    points, owner = shapely.get_coordinates(every, return_index=True)
    rounded = np.round(points, 3)
    sound = shapely.is_valid(shapely.set_coordinates(every.copy(), rounded))
    if sound.all():
        return rounded, owner
    crossing = (shapely.get_dimensions(every) == 2) & ~sound
    crossing &= np.isfinite(shapely.bounds(every)).all(axis=1)
    if crossing.any():
        whole = shapely.make_valid(every[crossing], method="structure", keep_collapsed=False)
        every[crossing] = on_grid(whole, 0.001)
        points, owner = shapely.get_coordinates(every, return_index=True)
        rounded = np.round(points, 3)
    return rounded, owner


def geojsons(geometries: Sequence[Any]) -> list[dict[str, Any] | None]:
    """
    Shapes as `geojson` writes each.

    Examples
    --------
    >>> geojsons([None, shapely.LineString([(0, 0), (1, 2)])])
    [None, {'type': 'LineString', 'coordinates': ((0.0, 0.0), (1.0, 2.0))}]
    """
    every = shapes(*geometries)
    points, owner = _rounded(every)
    pairs = list(map(tuple, points.tolist()))
    ends = np.cumsum(np.bincount(owner, minlength=len(every))).tolist()
    # Most shapes are one line or one ring, whose points need no taking apart.
    plain = zip(
        shapely.get_type_id(every).tolist(),
        shapely.get_num_interior_rings(every).tolist(),
        [0, *ends][:-1],
        ends,
        strict=True,
    )
    written: list[dict[str, Any] | None] = []
    for number, (kind, holes, first, last) in enumerate(plain):
        if first == last:
            written.append(None)
        elif kind == _LINE:
            written.append({"type": "LineString", "coordinates": tuple(pairs[first:last])})
        elif kind == _POLYGON and not holes:
            written.append({"type": "Polygon", "coordinates": (tuple(pairs[first:last]),)})
        else:
            written.append(_taken_apart(every[number]))
    return written


def _taken_apart(geometry: Any) -> dict[str, Any]:
    rounded = shapely.transform(geometry, lambda points: np.round(points, 3))
    return dict(shapely.geometry.mapping(rounded))


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "key": finding.key,
        "value": finding.value if type(finding.value) in _READY else _plain(finding.value),
        "unit": finding.unit,
        "state": finding.state,
        "reason": _reason(finding.reason),
        "binding": list(finding.binding),
        "formula": finding.formula,
        "rule": _rule(finding.rule),
        "inputs": list(finding.inputs),
        "geometry": finding.geometry,
    }


def _zone(zone: ZoneShare) -> dict[str, Any]:
    document = dict(vars(zone))
    reason = document.pop("reason")
    document["class"] = document.pop("kind")
    return _plain_values(document) | {"reason": _reason(reason)}


def _overlay(overlay: OverlayFinding) -> dict[str, Any]:
    document = dict(vars(overlay))
    reason, rule = document.pop("reason"), document.pop("rule")
    return _plain_values(document) | {"reason": _reason(reason), "rule": _rule(rule)}


def _edge(edge: EdgeFinding) -> dict[str, Any]:
    document = dict(vars(edge))
    document.pop("geometry")
    return _plain_values(document)


def _reason(reason: Reason | None) -> dict[str, Any] | None:
    return None if reason is None else {"code": reason.code, "args": _plain_values(reason.args)}


def _rule(rule: RuleReference | None) -> dict[str, Any] | None:
    return None if rule is None else dict(vars(rule))


#: Kinds of values that stand in JSON as they are.
_READY = frozenset((str, int, bool, type(None)))


def _plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if type(value) in _READY else _plain(value) for key, value in values.items()}


def _plain(value: Any) -> Any:
    """Plain JSON: numpy scalars as Python's, NaN as null, floats rounded to the millionth."""
    kind = type(value)
    if kind is float:
        return None if value != value else round(value, 6)
    if kind in _READY:
        return value
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(entry) for entry in value]
    if isinstance(value, Mapping):
        return _plain_values(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6)
    return value
