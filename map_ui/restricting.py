"""Reads what restricts a parcel, as the evaluation read it, to be drawn on its plan."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.ground_held import WITHOUT_RULE, ground_held
from gis_core.constraints.inputs import Inputs
from gis_core.constraints.widening import rights_of_way
from layers.models import Layer
from layers.terrain import ground_above, rasters_in_force
from map_ui import wording
from map_ui.documents.extract import Corrected
from map_ui.drawing.surroundings import Restricting, Restriction
from parcels.inputs import Question, read_inputs
from parcels.models import Parcel

_HELD = ("applies", "borderline")
#: How far about a lot the measured ground that concerns it is drawn, in metres.
_ABOUT_M = 60.0


def restricting(parcel: Parcel, document: Mapping[str, Any]) -> Restricting:
    """
    What the parcel's evaluation document rests on, on its day and as known at its instant.

    Ground of a sensitive layer is left out: its shape is never published.
    """
    question = Question(date.fromisoformat(document["on"]), datetime.fromisoformat(document["known_at"]))
    inputs = read_inputs([parcel.pk], question)
    secret = set(Layer.objects.filter(sensitive=True).values_list("key", flat=True))
    return Restricting(
        zones=_zones(inputs, document),
        restrictions=[
            one
            for one in (*_restrictions(inputs, document), *_measured(inputs, document, question))
            if one.layer not in secret
        ],
        unsurveyed=list(_unsurveyed(inputs, document)),
        ways=_ways(inputs),
        corrected=inputs.around.corrected.geometry.tolist(),
    )


def corrected_lines(parcel: Parcel, document: Mapping[str, Any]) -> list[Corrected]:
    """The corrected lines of streets near a parcel, as its evaluation document read them."""
    question = Question(date.fromisoformat(document["on"]), datetime.fromisoformat(document["known_at"]))
    lines = read_inputs([parcel.pk], question).around.corrected
    return [
        Corrected(
            str(code),
            told["article"],
            wording.in_language(told["source_title_fa"], told["source_title_en"]) or told["source_code"],
            line,
        )
        for code, told, line in zip(lines.code, lines.told, lines.geometry, strict=True)
    ]


def _zones(inputs: Inputs, document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    if document["zone_state"] == "ONE_ZONE" or document["parcel"]["status"] == "IN_PLAN":
        return []
    zones = inputs.around.zones
    return list(zip(zones.code.tolist(), zones.geometry, strict=True))


def _restrictions(inputs: Inputs, document: Mapping[str, Any]) -> Iterator[Restriction]:
    """The features that hold the lot or come near to it, each once a rule."""
    overlays = inputs.around.overlays
    held = {
        (entry["layer"], entry["effect"], entry["code"])
        for entry in document["overlays"]
        if entry["state"] in _HELD
    }
    for params in _asked_of(inputs):
        key, effect = params["layer"], params["effect"]
        features, grounds = ground_held(overlays, params, inputs.lots.geometry)
        for feature, ground in zip(features, grounds, strict=True):
            if (key, effect, overlays.code[feature]) in held:
                named = wording.in_language(overlays.name_fa[feature], overlays.name_en[feature])
                yield Restriction(
                    key, named or _title(inputs, key), effect, ground, overlays.geometry[feature]
                )


def _measured(inputs: Inputs, document: Mapping[str, Any], question: Question) -> Iterator[Restriction]:
    """
    The ground of cells above the limit of each RASTER rule that concerns the lot: deep water, steep slopes.

    One that forbids building or speaks of a mean holds the whole lot; the cells are shown besides.
    """
    states = {
        (entry["layer"], (entry["rule"] or {}).get("code")): entry["state"]
        for entry in document["overlays"]
        if entry["state"] in _HELD
    }
    rules = [one for one in inputs.rules.of_kind("RASTER") if (one.params["layer"], one.code) in states]
    if not rules:
        return
    rasters = rasters_in_force(on=question.on, known_at=question.known_at)
    lot = inputs.lots.geometry[0]
    for rule in rules:
        key, effect = rule.params["layer"], rule.params["effect"]
        borderline = states[key, rule.code] == "borderline"
        ground = ground_above(shapely.buffer(lot, _ABOUT_M), rule, rasters, borderline=borderline)
        if ground is None or shapely.is_empty(ground):
            continue
        whole = not borderline and (effect == "NO_BUILD" or rule.params["statistic"] == "MEAN")
        if whole:
            yield Restriction(key, _title(inputs, key), effect, lot, lot)
        yield Restriction(key, _title(inputs, key), "INFO" if whole else effect, ground, ground)


def _asked_of(inputs: Inputs) -> list[Mapping[str, Any]]:
    """What each layer is asked: its BUFFER rules, or nothing but where it lies."""
    rules = [rule.params for rule in inputs.rules.of_kind("BUFFER")]
    ruled = {params["layer"] for params in rules}
    ruled |= {
        rule.params["layer"]
        for kind in ("PLANNED_STREET", "HEIGHT_SURFACE")
        for rule in inputs.rules.of_kind(kind)
    }
    plain = [{**WITHOUT_RULE, "layer": key} for key in inputs.around.layers if key not in ruled]
    return [*rules, *plain]


def _unsurveyed(inputs: Inputs, document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    told: set[str] = set()
    for entry in document["overlays"]:
        outside = (entry["reason"] or {}).get("code") == "OUTSIDE_SURVEYED_EXTENT"
        if outside and entry["layer"] not in told:
            told.add(entry["layer"])
            yield _title(inputs, entry["layer"]), inputs.around.layers[entry["layer"]].surveyed_extent


def _title(inputs: Inputs, key: str) -> str:
    layer = inputs.around.layers[key]
    return wording.in_language(layer.name_fa, layer.name_en)


def _ways(inputs: Inputs) -> list[Any]:
    """Planned rights of way of the streets near the lot that are planned wider, and of new streets."""
    overlays = inputs.around.overlays
    planned = {rule.params["layer"] for rule in inputs.rules.of_kind("PLANNED_STREET")}
    ways = [
        overlays.geometry[row] for row in np.flatnonzero(np.isin(overlays.layer.astype(str), list(planned)))
    ]
    rule = inputs.rules.pick("WIDEN").rule
    if rule is not None:
        passages = inputs.around.passages
        wider = passages.planned_width_m > passages.existing_width_m
        drawn = rights_of_way(passages, rule.params)[wider]
        ways += [way for way in drawn if way is not None and not shapely.is_empty(way)]
    return ways
