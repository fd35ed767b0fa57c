"""A first large load makes indexes at its end: afterwards the tables are guarded as they were before."""

import pandas as pd
import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from import_scripts.first_load import indexed_at_the_end
from import_scripts.load import copy_frame
from parcels.models import Identifier, Parcel
from tests.builders import corner_plot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_owner")]

GUARDS = """
    SELECT indexdef FROM pg_indexes WHERE tablename = ANY(%(tables)s)
    UNION ALL
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated
    FROM pg_constraint WHERE conrelid::regclass::text = ANY(%(tables)s)
    ORDER BY 1
"""


def _guards():
    with connection.cursor() as cursor:
        cursor.execute(GUARDS, {"tables": ["parcels_parcel", "parcels_identifier"]})
        return [text for (text,) in cursor.fetchall()]


def _numbers(*parcels):
    rows = [
        {"parcel_id": one, "kind": "renovation_code", "value": "1-1", "search_key": "1-1"} for one in parcels
    ]
    return pd.DataFrame(rows)


def test_afterwards_every_index_and_constraint_is_there_again():
    before = _guards()
    lot = corner_plot()
    Identifier.objects.all().delete()
    with indexed_at_the_end(connection, (Identifier,), 1, large=1):
        assert len(_guards()) < len(before)
        copy_frame(connection, Identifier, _numbers(lot.pk))
    assert _guards() == before


def test_rows_are_loaded_while_every_query_is_looked_at():
    lot = corner_plot()
    Identifier.objects.all().delete()
    with CaptureQueriesContext(connection):
        assert copy_frame(connection, Identifier, _numbers(lot.pk)) == 1


def test_a_row_that_belongs_to_no_parcel_is_found_at_the_end():
    with pytest.raises(IntegrityError), indexed_at_the_end(connection, (Identifier,), 1, large=1):
        copy_frame(connection, Identifier, _numbers(404_404))


def test_the_exclusion_of_two_versions_at_once_stays_in_force_throughout():
    with indexed_at_the_end(connection, (Parcel,), 1, large=1):
        assert any("one_parcel_version_at_once" in guard for guard in _guards())


def test_tables_with_rows_and_small_loads_keep_their_indexes():
    before = _guards()
    with indexed_at_the_end(connection, (Identifier,), 19_999):
        assert _guards() == before
    corner_plot()
    with indexed_at_the_end(connection, (Parcel,), 20_000):
        assert _guards() == before
