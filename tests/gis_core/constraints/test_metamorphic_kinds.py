"""Every field of every kind of rule gives the same answer when the world is moved, turned or redrawn."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import TOGETHER, RuleSet
from gis_core.constraints.values import chosen
from tests.gis_core.constraints.rule_fields import CASES
from tests.gis_core.constraints.scenes import NOW, ON, RULES, turn_one, turned
from tests.gis_core.constraints.test_metamorphic import TRUE_NORTH, alike


def answer(case, rule, lot, around, north_deg, shuffled=None):
    """The answer to a case's question; which way is north is said by the scene, not by the map's grid."""
    scene = case.scene
    gone = ({rule.kind} - TOGETHER) | set(scene.without)
    pack = {kind: one for kind, one in RULES.items() if kind not in gone}
    if "ORIENT" in pack:
        pack["ORIENT"] = TRUE_NORTH
    rules = [*pack.values(), *scene.beside, rule]
    if shuffled is not None:
        shuffled.shuffle(rules)
    north = np.array([north_deg])
    return evaluate(lot, around, RuleSet.on_day(rules, ON), on=ON, known_at=NOW, north_deg=north)[0]


def asked(case):
    """The rule of a case with its second value, and what is asked about."""
    return case.rule(case.other), case.scene.lot, case.scene.around


def there(lot, around, degrees, dx, dy):
    """A question in a world that is turned and moved."""
    layers = {
        key: layer
        if layer.surveyed_extent is None
        else replace(layer, surveyed_extent=turn_one(layer.surveyed_extent, degrees, dx, dy))
        for key, layer in around.layers.items()
    }
    moved = replace(lot, geometry=shapes(*[turn_one(one, degrees, dx, dy) for one in lot.geometry]))
    return moved, replace(turned(around, degrees, dx, dy), layers=layers)


def redrawn(lot, around, step_m):
    """A question with more corners along the same edges of lots, zones and features."""
    pieces = [
        shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1))
        for points in map(shapely.get_coordinates, shapely.segmentize(around.edges.geometry, step_m))
    ]
    at = np.repeat(np.arange(len(pieces)), [len(lines) for lines in pieces])
    edges = replace(chosen(around.edges, at), geometry=np.concatenate(pieces))
    zones = replace(around.zones, geometry=shapely.segmentize(around.zones.geometry, step_m))
    overlays = replace(around.overlays, geometry=shapely.segmentize(around.overlays.geometry, step_m))
    dense = replace(lot, geometry=shapely.segmentize(lot.geometry, step_m))
    return dense, replace(around, edges=edges, zones=zones, overlays=overlays)


def reordered(around, random):
    """The same zones, features and streets in another order."""
    zones, overlays, passages = (
        random.permutation(len(part.geometry)) for part in (around.zones, around.overlays, around.passages)
    )
    position = np.argsort(passages)
    passage = around.edges.passage.copy()
    passage[passage >= 0] = position[passage[passage >= 0]]
    return replace(
        around,
        edges=replace(around.edges, passage=passage),
        zones=replace(chosen(around.zones, zones), layer=around.zones.layer),
        overlays=chosen(around.overlays, overlays),
        passages=chosen(around.passages, passages),
    )


NAMED = [pytest.param(case, id=f"{case.kind}.{case.name}-{number}") for number, case in enumerate(CASES)]
#: The grid decides by its own north, and a retreat from a line's end jumps as soon as a side leans (README).
BY_THE_GRID = [
    case
    for case in CASES
    if case.kind == "ORIENT" or "FROM_LINE_END" in (case.one, case.other, case.base.get("retreat"))
]


@pytest.mark.parametrize("case", NAMED)
def test_moving_the_world_and_turning_it_with_its_north_changes_no_answer(case):
    degrees = 0.0 if case in BY_THE_GRID else 73.0
    rule, lot, around = asked(case)
    north_deg = case.scene.north_deg
    here = answer(case, rule, lot, around, north_deg)
    alike(here, answer(case, rule, *there(lot, around, degrees, 31_234.567, -8_765.432), north_deg + degrees))


@pytest.mark.parametrize("case", NAMED)
def test_more_corners_along_the_same_edges_and_another_order_change_no_answer(case):
    random = np.random.default_rng(len(case.name))
    rule, lot, around = asked(case)
    here = answer(case, rule, lot, around, case.scene.north_deg)
    dense, beside = redrawn(lot, around, 3.7)
    other = answer(case, rule, dense, reordered(beside, random), case.scene.north_deg, random)

    def told(entry):
        return entry.layer, entry.code, entry.state

    assert sorted(map(told, here.overlays)) == sorted(map(told, other.overlays))
    alike(replace(here, overlays=()), replace(other, overlays=()), within=5e-4)
