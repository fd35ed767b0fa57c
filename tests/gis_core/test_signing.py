"""A paper's facts are signed; a changed digit is told."""

import json
import stat

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from gis_core.canonical import canonical
from gis_core.signing import KEY_FILE, sign, verify

FACTS = {"code": "P-7K3M", "floor_area_m2": 660.0, "title": "دستور نقشه", "unknown": ["qanat"]}


def test_a_signature_holds_for_the_facts_in_any_order(tmp_path):
    signed = sign(FACTS, tmp_path)
    turned = dict(reversed(FACTS.items()))
    assert verify(turned, signed.value, signed.key_id, tmp_path) == "HOLDS"


@pytest.mark.parametrize(
    ("changed", "value"),
    [("floor_area_m2", 661.0), ("title", "دستور نقشة"), ("unknown", []), ("code", "P-7K3N")],
)
def test_any_changed_fact_breaks_it(tmp_path, changed, value):
    signed = sign(FACTS, tmp_path)
    assert verify(FACTS | {changed: value}, signed.value, signed.key_id, tmp_path) == "BROKEN"


def test_a_signature_that_is_no_signature_is_told(tmp_path):
    signed = sign(FACTS, tmp_path)
    assert verify(FACTS, "no base64!", signed.key_id, tmp_path) == "BROKEN"
    assert verify(FACTS, "", signed.key_id, tmp_path) == "UNSIGNED"
    assert verify(FACTS, signed.value, "0123456789abcdef", tmp_path) == "UNKNOWN_KEY"
    assert verify(FACTS, signed.value, "../signing", tmp_path) == "UNKNOWN_KEY"


def test_an_old_paper_stays_checkable_after_a_new_key(tmp_path):
    old = sign(FACTS, tmp_path)
    (tmp_path / KEY_FILE).unlink()
    new = sign(FACTS, tmp_path)
    assert new.key_id != old.key_id
    assert verify(FACTS, old.value, old.key_id, tmp_path) == "HOLDS"


def test_only_the_owner_may_read_the_key(tmp_path):
    sign(FACTS, tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("facts", [{"x": float("nan")}, {"x": {1, 2}}, {"x": b"1"}])
def test_what_is_not_plain_json_is_not_signed(tmp_path, facts):
    with pytest.raises(ValueError, match="JSON"):
        sign(facts, tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e12, 1e12) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.django_db
def test_the_database_gives_back_what_was_signed():
    @given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
    def check(facts):
        plain = json.loads(json.dumps(facts).replace("\\u0000", ""))  # the database refuses a null letter
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::jsonb::text", [json.dumps(plain)])
            assert canonical(json.loads(cursor.fetchone()[0])) == canonical(plain)

    check()
