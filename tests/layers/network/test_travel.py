"""Travel on the streets in force: equal to pgRouting, right for its day, kept in memory safely."""

import threading
import uuid
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

from gis_core.crs import metric_srid
from gis_core.errors import SourceFailed
from gis_core.routing.matrix import travel_matrix
from import_scripts.load import copy_frame
from layers.models import Layer, LayerVersion
from layers.network import travel
from layers.network.models import StreetNode, StreetSegment, TurnRestriction
from layers.network.travel import Manner, forget_networks, network
from tests.builders import LONG_AGO, ORIGIN, published_layer
from tests.gis_core.routing.real_files import real_file

pytestmark = pytest.mark.django_db

KNOWN = (datetime(2020, 1, 1, tzinfo=UTC), None)
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def no_network_in_memory():
    forget_networks()
    yield
    forget_networks()


def geos(shape):
    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=metric_srid())


def streets_version(**values):
    return published_layer("streets", Layer.Kind.STREETS, **values)


def segment(version, first, last, places, **values):
    line = shapely.LineString([places[first], places[last]])
    return StreetSegment(
        layer_version=version,
        street_class=values.pop("street_class", "local"),
        from_node=first,
        to_node=last,
        length_m=line.length,
        geometry=geos(line),
        valid=values.pop("valid", (LONG_AGO, None)),
        known=KNOWN,
        **values,
    )


def grid_town(version, side=12, seed=3):
    """A grid of streets of several classes, some one-way either way, some missing; returns node places."""
    rng = np.random.default_rng(seed)
    x, y = ORIGIN
    places = {n: (x + 80 * (n % side), y + 80 * (n // side)) for n in range(side * side)}
    pairs = [(n, n + 1) for n in places if (n + 1) % side] + [
        (n, n + side) for n in places if n + side < side**2
    ]
    classes = ("arterial", "collector", "local", "alley")
    StreetSegment.objects.bulk_create(
        segment(
            version,
            first,
            last,
            places,
            street_class=str(rng.choice(classes)),
            direction=int(rng.choice([0, 0, 0, 1, -1])),
            speed_kmh=float(rng.integers(10, 50)) if rng.random() < 0.3 else None,
        )
        for first, last in pairs
        if rng.random() > 0.1
    )
    StreetNode.objects.bulk_create(
        StreetNode(layer_version=version, number=n, geometry=geos(shapely.Point(place)))
        for n, place in places.items()
    )
    return places


def pgrouting_seconds(starts, ends):
    """Travel seconds between nodes by pgr_dijkstraCost over the same rows; absent pairs are NaN."""
    pace = travel.city_pace()
    speeds = " ".join(f"WHEN '{kind}' THEN {speed}" for kind, speed in pace.driving_kmh.items())
    cost = f"length_m / (coalesce(speed_kmh, CASE street_class {speeds} END) / 3.6)"
    edges = (
        "SELECT id, from_node AS source, to_node AS target, "
        f"CASE WHEN direction = -1 THEN -1 ELSE {cost} END AS cost, "
        f"CASE WHEN direction = 1 THEN -1 ELSE {cost} END AS reverse_cost "
        "FROM network_streetsegment WHERE drivable"
    )
    found = np.full((len(starts), len(ends)), np.nan)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT start_vid, end_vid, agg_cost FROM pgr_dijkstraCost(%s, %s, %s, true)",
            [edges, list(starts), list(ends)],
        )
        for start, end, cost_s in cursor.fetchall():
            found[starts.index(start), ends.index(end)] = cost_s
    for both in set(starts) & set(ends):
        found[starts.index(both), ends.index(both)] = 0.0
    return found


def test_travel_times_equal_pgroutings_on_the_same_streets():
    places = grid_town(streets_version())
    nodes = list(range(0, 144, 6))
    town = network(on=TODAY)
    on_streets = town.snap([places[n] for n in nodes])
    ours = travel_matrix(town.graph, on_streets).seconds
    theirs = pgrouting_seconds(nodes, nodes)
    assert np.isfinite(theirs).sum() > 400
    assert np.array_equal(np.isnan(ours), np.isnan(theirs))
    assert ours == pytest.approx(theirs, abs=1e-6, nan_ok=True)


@pytest.mark.real_data
def test_travel_times_equal_pgroutings_on_a_whole_citys_streets():
    links = pyogrio.read_dataframe(
        real_file("coquimbo_laserena_network", "coquimbo.gpkg"), layer="links"
    ).to_crs(32719)
    version = streets_version()
    lines = np.array([line.geoms[0] if line.geom_type != "LineString" else line for line in links.geometry])
    frame = pd.DataFrame(
        {
            "lineage": [uuid.uuid4() for _ in lines],
            "from_node": links["a_node"],
            "to_node": links["b_node"],
            "direction": links["direction"],
            "length_m": links["distance"],
            "geometry": lines,
        }
    )
    same = {"layer_version": version.pk, "street_class": "local", "valid": (LONG_AGO, None), "known": KNOWN}
    copy_frame(connection, StreetSegment, frame, constants=same)
    town = network(on=TODAY)
    rows = np.random.default_rng(4).choice(len(links), 12, replace=False)
    nodes = links["a_node"].to_numpy()[rows].tolist()
    places = shapely.get_coordinates(shapely.get_point(lines[rows], 0))
    ours = travel_matrix(town.graph, town.snap(places)).seconds
    theirs = pgrouting_seconds(nodes, nodes)
    assert np.isfinite(theirs).sum() > 100
    assert ours == pytest.approx(theirs, abs=1e-6, nan_ok=True)


def two_ways(version, **short_cut):
    """From node 1 to node 2 a street of 100 m, and a detour of 300 m over nodes 3 and 4."""
    x, y = ORIGIN
    places = {1: (x, y), 2: (x + 100, y), 3: (x, y + 100), 4: (x + 100, y + 100)}
    short = segment(version, 1, 2, places, **short_cut)
    short.save()
    for first, last in ((1, 3), (3, 4), (4, 2)):
        segment(version, first, last, places).save()
    return places, short


def metres(places, *, on=TODAY, manner=Manner.CAR, start=1, end=2):
    town = network(on=on, manner=manner)
    return town.travel(town.snap([places[start], places[end]])).metres[0, 1]


def test_a_one_way_street_is_driven_round_but_walked_through():
    places, _ = two_ways(streets_version(), direction=StreetSegment.Direction.AGAINST)
    assert metres(places) == pytest.approx(300)
    assert metres(places, start=2, end=1) == pytest.approx(100)
    assert metres(places, manner=Manner.FOOT) == pytest.approx(100)


def test_a_footway_is_walked_and_not_driven():
    places, _ = two_ways(streets_version(), street_class="footway", drivable=False)
    assert metres(places) == pytest.approx(300)
    assert metres(places, manner=Manner.FOOT) == pytest.approx(100)


def test_a_street_opened_next_year_shortens_the_way_from_that_day_on_and_not_before():
    opening = date(2027, 3, 21)
    places, _ = two_ways(streets_version(), valid=(opening, None))
    assert metres(places, on=date(2027, 3, 20)) == pytest.approx(300)
    assert metres(places, on=opening) == pytest.approx(100)
    assert metres(places, on=TODAY) == pytest.approx(300)


def test_a_new_edition_of_the_streets_is_used_as_soon_as_it_is_published():
    places, _ = two_ways(streets_version(valid=(LONG_AGO, TODAY)))
    with pytest.raises(SourceFailed):
        network(on=TODAY)
    newer = streets_version(number=2, valid=(TODAY, None))
    two_ways(newer, drivable=False)
    assert metres(places) == pytest.approx(300)
    assert metres(places, on=date(2026, 11, 20)) == pytest.approx(100)


def test_a_draft_of_the_streets_carries_nobody():
    streets = streets_version()
    places, _ = two_ways(streets, drivable=False)
    draft = LayerVersion.objects.create(
        layer=streets.layer, number=2, status=LayerVersion.Status.DRAFT, valid=(LONG_AGO, None)
    )
    segment(draft, 1, 2, places).save()
    assert metres(places) == pytest.approx(300)


def test_a_forbidden_turn_is_obeyed_by_cars_and_not_by_feet():
    version = streets_version()
    x, y = ORIGIN
    places = {1: (x, y), 2: (x + 100, y), 3: (x + 100, y + 100), 4: (x + 200, y)}
    into, left, onward = (segment(version, a, b, places) for a, b in ((1, 2), (2, 3), (2, 4)))
    for street in (into, left, onward):
        street.save()
    TurnRestriction.objects.create(
        layer_version=version,
        from_segment=into.lineage,
        via_node=2,
        to_segment=left.lineage,
        valid=(LONG_AGO, None),
        known=KNOWN,
    )
    assert metres(places, start=1, end=3) == pytest.approx(400)  # on to node 4, round and back
    assert metres(places, start=1, end=3, manner=Manner.FOOT) == pytest.approx(200)


def test_without_streets_travel_is_not_known_rather_than_straight():
    with pytest.raises(SourceFailed) as trouble:
        network(on=TODAY)
    assert trouble.value.status == 503


def test_two_street_layers_may_use_the_same_node_numbers():
    places, _ = two_ways(streets_version())
    other = published_layer("lanes", Layer.Kind.STREETS)
    far = {1: (ORIGIN[0] + 5000, ORIGIN[1]), 2: (ORIGIN[0] + 5100, ORIGIN[1])}
    segment(other, 1, 2, far).save()
    town = network(on=TODAY)
    assert np.isnan(town.travel(town.snap([places[1], far[2]])).seconds[0, 1])
    assert metres(places) == pytest.approx(100)


def test_a_place_too_far_from_any_street_is_not_found():
    places, _ = two_ways(streets_version())
    town = network(on=TODAY)
    x, y = ORIGIN
    assert town.snap([places[1], (x - 5000, y)]).found.tolist() == [True, False]


def test_the_network_is_read_once_and_kept(django_assert_num_queries):
    two_ways(streets_version())
    first = network(on=TODAY)
    with django_assert_num_queries(1):  # only whether another version is in force now
        assert network(on=TODAY) is first


def test_only_a_bounded_number_of_networks_is_kept():
    kept = travel._KeptNetworks(limit=2)
    town = travel.Network(None, Manner.CAR, (1,), travel.city_pace(), (None, None))
    days = [date(2026, 1, n) for n in (1, 2, 3)]
    for day, following in zip(days, [*days[1:], date(2026, 1, 4)], strict=True):
        kept.put(travel.Network(town.graph, town.manner, (1,), town.pace, (day, following)))
    assert kept.get((1,), days[0], Manner.CAR) is None
    assert kept.get((1,), days[2], Manner.CAR) is not None


def test_threads_that_ask_at_once_share_one_cache():
    kept = travel._KeptNetworks(limit=3)
    failures = []

    def put_and_get(number):
        try:
            for turn in range(200):
                made = travel.Network(None, Manner.CAR, (number, turn % 5), travel.city_pace(), (None, None))
                kept.put(made)
                kept.get((number, turn % 5), TODAY, Manner.CAR)
        except RuntimeError as failure:
            failures.append(failure)

    threads = [threading.Thread(target=put_and_get, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
