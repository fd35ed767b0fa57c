"""What the first screen says to a newcomer."""

from dataclasses import replace

from gis_core.city import DEMO_CITY, read_city
from gis_core.cli.up import whose_lot


def test_the_newcomer_learns_which_lot_is_the_citizens_and_only_where_there_is_one():
    city = read_city(DEMO_CITY)
    told = " ".join(whose_lot(city))
    assert "3-2-45-17-0-0-0" in told
    assert city.policies["demo_citizen"]["national_code"] in told
    assert whose_lot(replace(city, policies={})) == []
