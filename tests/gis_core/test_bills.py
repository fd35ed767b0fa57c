"""Ids of municipal bills: what is printed can be read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.bills import Bill, bill, bill_ids


@given(st.integers(1, 10**8 - 1), st.integers(1, 999), st.integers(1, 10**7), st.integers(1400, 1410))
def test_a_bill_we_print_is_a_bill_we_read(file_no, company, thousands, year):
    account, payment = bill_ids(file_no, company, thousands * 1000, year, 1)
    assert bill(account, payment) == Bill("VALID", thousands * 1000, 6)


def test_a_bill_that_is_not_whole_thousands_is_refused():
    with pytest.raises(ValueError, match="thousands"):
        bill_ids(1, 1, 17_001, 1404, 1)
