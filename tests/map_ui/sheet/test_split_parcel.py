"""What the sheet says of a parcel that lies in two zones."""

import shapely
from django.utils import translation

from gis_core.constraints.findings import as_document
from map_ui.sheet.concerns import concerns
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    RULES,
    X,
    Y,
    a_lot,
    answer_for,
    in_zone,
    reference_corner,
    rule_set,
    zones,
)


def split_document():
    west = shapely.box(X - 1000, Y - 1000, X + 6, Y + 1000)
    east = shapely.box(X + 6, Y - 1000, X + 1000, Y + 1000)
    around = reference_corner(zones=zones(("R121", west), ("R112", east)))
    own = in_zone("R112", FAR={"far_percent": 180}, STOREY={"storeys": 3})
    # of this zone nobody has said how much of a lot may be covered
    rules = rule_set(*[rule for rule in own if rule.kind != "COV"], *RULES.values())
    return as_document(answer_for(a_lot(REFERENCE_LOT), around, rules)[0])


def test_each_zone_is_listed_with_its_share_and_its_own_limits():
    with translation.override("en"):
        listed = {entry.name: entry for entry in concerns(split_document(), {}) if entry.mark == "zone"}
    (west,) = [entry for name, entry in listed.items() if "R121" in name]
    (east,) = [entry for name, entry in listed.items() if "R112" in name]
    assert west.figure.endswith("percent")
    assert "Density of the zone: 240 percent" in west.sentence
    assert "Storeys: 4" in west.sentence
    assert "Density of the zone: 180 percent" in east.sentence


def test_a_limit_that_one_of_the_zones_does_not_tell_is_not_left_out():
    with translation.override("en"):
        sentences = [entry.sentence for entry in concerns(split_document(), {}) if entry.mark == "zone"]
    assert ["we do not know" in sentence for sentence in sentences].count(True) == 1
