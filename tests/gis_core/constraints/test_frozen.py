"""An issued evaluation carries all its inputs, to the last bit, and gives the same answer years later."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.constraints import seals
from gis_core.constraints.findings import as_document
from gis_core.constraints.frozen import freeze, thawed
from gis_core.constraints.inputs import Inputs, ask
from gis_core.constraints.plain import read, written
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule
from gis_core.constraints.values import Layer, Lots, Surroundings
from tests.gis_core.constraints.scenes import (
    NOW,
    ON,
    REFERENCE_LOT,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    overlays,
    reference_corner,
    rule_set,
)

POWER = Rule(
    "POWER",
    "BUFFER",
    {
        "layer": "power-lines",
        "measured_from": "OUTER_CONDUCTORS",
        "attribute": "voltage_kv",
        "outer_conductor_offset_attribute": "conductor_offset_m",
        "table": {"kind": "BY_VALUE", "rows": [{"key": 63, "distance_m": 8.0}]},
        "effect": "NO_BUILD",
        "agency": "power company",
    },
)


def asked(lot: Lots | None = None, **around) -> Inputs:
    """The reference corner of the rule book under a power line, as a question to the engine."""
    line = shapely.LineString([(X - 100, Y + 32), (X + 100, Y + 32)])
    power = Layer("power-lines", "برق", "Power", WHOLE_PLACE, 0.5, date(2025, 3, 1), 900)
    corner: Surroundings = reference_corner(
        overlays=overlays("power-lines", (line, {"voltage_kv": 63, "conductor_offset_m": 3.5})),
        layers={"power-lines": power},
        **around,
    )
    return Inputs(lot or a_lot(REFERENCE_LOT), corner, rule_set(POWER), ON, NOW, (560_000.0, 3_610_000.0))


def same(one, other) -> bool:
    return written(one) == written(other)


def test_the_frozen_answer_is_the_one_that_was_given():
    frozen = freeze(asked())
    given = written(as_document(ask(asked())[0]))["plain"]
    assert frozen.answer == given
    assert frozen.answer["findings"]["net_area_m2"]["value"] == 275.0
    assert frozen.answer["overlays"][0]["state"] == "applies"


def test_everything_that_the_answer_rests_on_comes_back():
    inputs = asked()
    back = thawed(freeze(inputs).inputs["parts"])
    assert same(back.lots, inputs.lots)
    assert same(back.around, inputs.around)
    assert same(back.rules, inputs.rules)
    assert (back.on, back.known_at, back.origin) == (inputs.on, inputs.known_at, inputs.origin)


def test_what_is_frozen_says_how_far_and_how_exactly_each_layer_was_surveyed_and_each_rules_version():
    parts = freeze(asked()).inputs["parts"]
    layer = parts["around.layers"]["each"]["power-lines"]
    assert (layer["accuracy_m"], layer["surveyed_on"]["day"], layer["stale_after_days"]) == (
        0.5,
        "2025-03-01",
        900,
    )
    assert layer["surveyed_extent"]["shape"]["type"] == "Polygon"
    assert parts["around.zones"]["layer"]["accuracy_m"] == 0.06
    assert parts["lots"]["accuracy_m"] == {"floats": [0.08]}
    assert all(rule["version"] == 1 and "params" in rule for rule in parts["rules"]["rules"]["list"])
    assert parts["question"]["plain"]["on"] == {"day": "2026-11-21"}


def test_coordinates_are_whole_millimetres_and_those_that_are_not_keep_every_bit():
    lot = freeze(asked()).inputs["parts"]["lots"]["geometry"]["shapes"][0]
    assert lot["mm"][0][0] == [560012350, 3610047800]
    odd = shapely.transform(REFERENCE_LOT, lambda points: points + 0.000123456789)
    kept = freeze(asked(a_lot(odd))).inputs["parts"]["lots"]["geometry"]
    assert "m" in kept["shapes"][0]
    assert shapely.to_wkb(read(kept)[0]) == shapely.to_wkb(odd)


def test_a_lot_that_cannot_be_judged_is_frozen_with_its_refusal():
    crossing = shapely.Polygon([(X, Y), (X + 12, Y + 25), (X + 12, Y), (X, Y + 25)])
    frozen = freeze(asked(a_lot(crossing)))
    assert frozen.answer["findings"]["net_area_m2"]["reason"]["code"] == "INVALID_SHAPE"
    endless = shapely.Polygon([(X, Y), (X + 12, Y), (np.inf, Y + 25)])
    assert "wkb" in freeze(asked(a_lot(endless))).inputs["parts"]["lots"]["geometry"]["shapes"][0]


def test_rules_and_layers_of_many_lots_are_written_once_and_new_ones_at_once():
    first = asked()
    beside = replace(first, lots=replace(first.lots, deed_area_m2=np.array([310.0])))
    stricter = replace(first, rules=rule_set(POWER, Rule("LATER", "STOREY", {"limit": "ZONE", "storeys": 1})))
    older = replace(first.around.layers["power-lines"], surveyed_on=date(2019, 3, 1))
    stale = replace(first, around=replace(first.around, layers={"power-lines": older}))
    one, other, new, aged = (freeze(each).inputs for each in (first, beside, stricter, stale))
    assert one["parts"]["rules"] is other["parts"]["rules"]
    assert one["seals"]["lots"] != other["seals"]["lots"]
    assert "LATER" in {rule["code"] for rule in new["parts"]["rules"]["rules"]["list"]}
    assert aged["parts"]["around.layers"]["each"]["power-lines"]["surveyed_on"] == {"day": "2019-03-01"}
    for inputs in (one, other, new, aged):
        assert all(seals.sealed(inputs["parts"][name]) == inputs["seals"][name] for name in inputs["parts"])


def test_one_lot_is_frozen_at_a_time():
    two = a_lot(REFERENCE_LOT)
    two = replace(
        two, **{name: np.concatenate([rows, rows]) for name, rows in vars(two).items() if len(rows)}
    )
    with pytest.raises(ValueError, match="one lot"):
        freeze(asked(two))


numbers = st.one_of(
    st.integers(-(10**9), 10**10).map(lambda mm: mm / 1000),
    st.floats(-1e7, 1e7, allow_nan=False, allow_subnormal=False),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=6))
def test_every_line_comes_back_to_the_last_bit(points):
    line = shapely.LineString(points)
    back = read(written(shapes(line)))[0]
    assert (shapely.get_coordinates(back) == shapely.get_coordinates(line)).all()


documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(-1e6, 1e6) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(documents, st.data())
def test_one_altered_value_is_named_wherever_it_stands(document, data):
    document = {"part": document}
    kept = seals.sealed(document)
    assert seals.altered(document, kept) is None
    places = [path for path, value in seals.leaves(document) if value != seals.EMPTY]
    if not places:
        return
    wanted = data.draw(st.sampled_from(places))
    seen = iter(range(len(places)))

    def altered(value):
        if isinstance(value, dict):
            return {key: altered(value[key]) for key in sorted(value)}
        if isinstance(value, list):
            return [altered(each) for each in value]
        return "another" if places[next(seen)] == wanted else value

    changed = altered(document)
    found = seals.altered(changed, kept)
    assert found == wanted
    assert seals.first_difference(document, changed)[0] == wanted


def test_several_altered_values_are_noticed_without_a_name():
    kept = seals.sealed({"a": 1, "b": 2, "c": 3})
    assert seals.altered({"a": 1, "b": 3, "c": 4}, kept) == ""
    assert seals.altered({"a": 1, "b": 2}, kept) == ""
    assert seals.altered({"a": 1, "b": 2, "c": 3}, {}) == ""


def test_rules_and_layers_added_to_the_engine_are_frozen_without_being_named_here(monkeypatch):
    layer = Layer("canals", surveyed_extent=None)
    assert read(written(layer)) == layer
    with pytest.raises(ValueError, match="cannot be written"):
        written({"a": object()})
