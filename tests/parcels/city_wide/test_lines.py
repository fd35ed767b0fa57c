"""Rows go into the tables as text, and come out as they were: to the last bit, and with every odd sign."""

import numpy as np
import pandas as pd
import pytest
from django.db import connection

from parcels.city_wide.lines import lines_of

ODD = ['R"121"', "R\\121", "a\tb", "a\nb", "a,b", "{}", "NULL", "\\N", "", "باغ‌شهر"]


def read_back(folder, rows: dict) -> list[tuple]:
    """What the database holds of some rows after it read their lines."""
    path = folder / "00000.parquet"
    pd.DataFrame(rows).to_parquet(path)
    with connection.cursor() as cursor:
        cursor.execute(
            "create temporary table held (run bigint, parcel bigint, zone text, area float8, unknown text[])"
        )
        with cursor.copy("copy held from stdin") as copy:
            copy.write(lines_of(path, list(rows), "7"))
        cursor.execute("select * from held order by parcel")
        return cursor.fetchall()


@pytest.mark.django_db
def test_words_with_odd_signs_come_back_as_they_were(tmp_path):
    ids, lists = np.arange(len(ODD)), [[word, "x"] for word in ODD]
    areas = np.full(len(ODD), 1.5)
    held = read_back(tmp_path, {"parcel_id": ids, "zone": ODD, "area": areas, "unknown": lists})
    assert [row[2] for row in held] == ODD
    assert [row[4] for row in held] == lists
    assert {row[0] for row in held} == {7}


@pytest.mark.django_db
def test_numbers_come_back_to_the_bit_and_what_is_not_known_is_null(tmp_path):
    areas = [0.1 + 0.2, 1e-300, 275.0, np.nan, 1 / 3]
    rows = {"parcel_id": range(5), "zone": [None] * 5, "area": areas, "unknown": [[]] * 5}
    held = read_back(tmp_path, rows)
    assert [row[3] for row in held] == [0.1 + 0.2, 1e-300, 275.0, None, 1 / 3]
    assert {row[2] for row in held} == {None}
    assert all(row[4] == [] for row in held)
