"""Numbers of the invented city: well formed, and nobody's."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gis_core.identifiers import read
from import_scripts.demo_city import invented


@given(st.integers(0, 2**32))
def test_invented_numbers_are_well_formed(seed):
    random = Random(seed)
    code = invented.national_code(random)
    assert read("national_code", code).canonical == code
    assert read("postal_code", invented.postal_code(random)).warnings == ()
    assert read("mobile", invented.mobile(random)).is_readable
