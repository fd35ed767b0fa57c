"""An answer says the same whichever writer writes it: what is read back is what Python's own would give."""

import json
from collections import namedtuple
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import renderers

from map_ui.api.rendering import JSONRenderer

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from(["پلاک ۱۷، کوچهٔ سرو", "\u200c", "\u2028", "«", "\\", '"']),
)
answers = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner), st.tuples(inner, inner), st.dictionaries(st.text(), inner)),
    max_leaves=20,
)


@given(answers)
def test_numbers_words_and_nothing_are_read_back_as_they_were(answer):
    written = JSONRenderer().render({"answer": answer})
    assert json.loads(written) == json.loads(renderers.JSONRenderer().render({"answer": answer}))


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    "value",
    [
        Decimal("12.50"),
        date(2026, 11, 21),
        datetime(2026, 11, 21, 8, 30, 15, 123456, tzinfo=UTC),
        datetime(2026, 11, 21, 8, 30),  # noqa: DTZ001 (one without a zone is written, too)
        time(8, 30),
        timedelta(seconds=90),
        UUID("0c8ad7c0-6a36-4a4c-9d5e-2f9cb2a5d0c1"),
        gettext_lazy("Persian"),
        mark_safe("<b>"),
        np.float64(0.1),
        np.int64(7),
        Point(1.5, 2),
        {3: "a key that is no text"},
        2**70,
        -0.0,
        1e16,
        5e-324,
    ],
    ids=repr,
)
def test_values_of_other_kinds_are_written_as_the_framework_writes_them(value):
    assert json.loads(JSONRenderer().render([value])) == json.loads(renderers.JSONRenderer().render([value]))


def test_an_answer_is_indented_for_whom_asks():
    assert JSONRenderer().render({"a": 1}, "application/json; indent=2") == b'{\n  "a": 1\n}'
    assert JSONRenderer().render(None) == b""


def test_what_nobody_can_write_is_refused_and_a_number_that_is_none_is_null():
    with pytest.raises(TypeError):
        JSONRenderer().render({"a": object()})
    assert JSONRenderer().render([float("nan"), float("inf")]) == b"[null,null]"
