"""What a whole city's evaluation is kept under, and what its blocks and districts come to together."""

from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from gis_core import crs
from gis_core.constraints.evaluate import SHOWN
from layers.zoning.models import Rule
from parcels.city_wide import load, parts, run
from parcels.city_wide.models import AreaEvaluation, CityEvaluation, LotEvaluation
from parcels.models import Parcel
from tests.builders import ORIGIN, corner_plot, plot, rule, zoned

pytestmark = pytest.mark.django_db
X, Y = ORIGIN
TODAY = date(2026, 11, 21)


def evaluated(folder: Path) -> CityEvaluation:
    """The whole city, evaluated for today as `./pelak evaluate-city` does it."""
    plan = run.planned(folder, TODAY)
    run.carry_out(folder, plan, processes=1, progress=lambda *_: None)
    return load.load(folder, plan)


def test_another_edition_of_the_plan_is_another_rule_set(tmp_path):
    corner_plot()
    zone = zoned("R121")
    first = evaluated(tmp_path / "city").rule_set
    assert evaluated(tmp_path / "city").rule_set == first
    version = zone.layer_version
    type(version).objects.filter(pk=version.pk).update(number=2)
    assert evaluated(tmp_path / "city").rule_set != first


def three_lots() -> list[Parcel]:
    """Two lots of one block, of which one lies in no zone, and one of another district."""
    zoned("R121", ring=shapely.box(X - 50, Y - 50, X + 30, Y + 500))
    rule("FAR-240", "FAR", {"far_percent": 240}, zone_code="R121", area_basis="NET")
    lots = [(X, "14", "1"), (X + 40, "14", "1"), (X, "15", "2")]
    found = []
    for number, (west, block, district) in enumerate(lots):
        south = Y + 100 * int(district)
        ring = shapely.box(west, south, west + 10, south + 20)
        found.append(plot(ring, f"{district}-{number}", block_code=block, district_code=district))
    return found


def test_blocks_and_districts_count_their_lots_and_what_is_not_known_of_them(tmp_path):
    three_lots()
    city = evaluated(tmp_path / "city")
    district = AreaEvaluation.objects.get(city_evaluation=city, level="district", code="1")
    assert (district.lots, district.far_unknown_lots) == (2, 1)
    assert district.far_percent == pytest.approx(240.0)  # a mean of what is known, never with a zero
    assert district.unknown_lots == 2
    assert district.unknown_reasons["NO_ZONE"] == 1
    block = AreaEvaluation.objects.get(city_evaluation=city, level="block", code="14")
    assert block.geometry.area == pytest.approx(400.0, abs=0.1)
    blocks = AreaEvaluation.objects.filter(city_evaluation=city, level="block")
    assert sum(blocks.values_list("lots", flat=True)) == city.lots == 3


def test_the_whole_city_is_summed_up_when_it_is_loaded(tmp_path):
    three_lots()
    city = evaluated(tmp_path / "city")
    lots = [(row, row.net_area_m2 or row.parcel.surveyed_area_m2) for row in city.of_lots.all()]
    whole = city.of_areas.get(level="city")
    dense = [(row.far_percent * area, area) for row, area in lots if row.far_percent is not None]
    assert whole.far_percent == pytest.approx(sum(a for a, _ in dense) / sum(b for _, b in dense))
    assert whole.lots == 3
    assert whole.unknown_lots == sum(row.reachable_floor_area_m2 is None for row, _area in lots)
    assert whole.far_unknown_lots == 1


def test_a_lot_says_why_its_floor_area_is_not_known_and_nothing_that_only_follows(tmp_path):
    three_lots()
    city = evaluated(tmp_path / "city")
    reasons = {row.parcel.key: row.unknown_reasons for row in LotEvaluation.objects.select_related("parcel")}
    assert "NO_ZONE" in reasons["1-1"]
    assert "NO_ZONE" not in reasons["1-0"]
    assert not any("INPUT_UNKNOWN" in codes for codes in reasons.values())
    # windows are judged on floor plans: that is unknown of every lot, and no reason for its floor area
    assert "overlook" in SHOWN
    assert not any("NEEDS_FLOOR_PLANS" in codes for codes in reasons.values())
    assert all(row.unknown_reasons for row in city.of_lots.filter(reachable_floor_area_m2=None))


def test_rules_that_contradict_each_other_are_named(tmp_path):
    three_lots()
    rule("FAR-180", "FAR", {"far_percent": 180}, zone_code="R121", area_basis="NET")
    city = evaluated(tmp_path / "city")
    assert Rule.objects.filter(kind="FAR").count() == 2
    named = {row.parcel.key: sorted(row.conflict_rules) for row in city.of_lots.select_related("parcel")}
    assert named == {"1-0": ["FAR-180", "FAR-240"], "1-1": [], "2-2": ["FAR-180", "FAR-240"]}
    district = AreaEvaluation.objects.get(city_evaluation=city, level="district", code="2")
    assert (district.conflict_lots, district.conflict_rules) == (1, {"FAR-180": 1, "FAR-240": 1})
    assert district.far_percent is None


def test_the_file_of_all_rows_holds_conflicts_that_the_first_part_has_none_of(tmp_path):
    first, without, other = three_lots()
    rule("FAR-180", "FAR", {"far_percent": 180}, zone_code="R121", area_basis="NET")
    now, folder = datetime.now(UTC), tmp_path / "city"
    ids = [without.pk, first.pk, other.pk]
    plan = parts.begin(folder, ids, on=TODAY, known_at=now, srid=crs.metric_srid(), part_lots=1)
    run.carry_out(folder, plan, processes=1, progress=lambda *_: None)
    load.write_geoparquet(folder, plan, tmp_path / "city.parquet")
    rows = gpd.read_parquet(tmp_path / "city.parquet").set_index("key")
    named = {key: sorted(rules) for key, rules in rows["conflict_rules"].items()}
    assert named == {"1-1": [], "1-0": ["FAR-180", "FAR-240"], "2-2": ["FAR-180", "FAR-240"]}
