"""Real road networks: published lengths are met, and a whole city's streets load and hang together."""

import csv
import tomllib

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from gis_core.routing.graph import road_graph, snap
from gis_core.routing.matrix import travel_matrix
from gis_core.routing.noding import parts
from gis_core.routing.paths import route
from import_scripts.readers.osm import CarProfile, great_circle_m, read_streets
from tests.gis_core.routing.real_files import ROOT, real_file

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def andorra():
    """Andorra's streets in UTM 31N, measured on the sphere that the published lengths are measured on."""
    recipe = tomllib.loads((ROOT / "import_scripts" / "recipes" / "streets_osm.toml").read_text("utf-8"))
    streets = read_streets(
        real_file("andorra_routing_dem", "andorra.osm.pbf"), CarProfile.from_recipe(recipe["options"]["car"])
    )
    lonlat = {}
    for street in streets:
        lonlat[street.from_node], lonlat[street.to_node] = street.lonlat[0], street.lonlat[-1]
    length_m = np.array([great_circle_m(street.lonlat) for street in streets])

    def seconds(speeds):
        return [
            np.inf if speed is None else m / (speed / 3.6) for m, speed in zip(length_m, speeds, strict=True)
        ]

    return road_graph(
        node_ids=list(lonlat),
        node_xy=utm_31n(np.array(list(lonlat.values()))),
        edge_ids=np.arange(len(streets)),
        from_node=[street.from_node for street in streets],
        to_node=[street.to_node for street in streets],
        lines=[shapely.LineString(utm_31n(street.lonlat)) for street in streets],
        forward_s=seconds([street.forward_kmh for street in streets]),
        backward_s=seconds([street.backward_kmh for street in streets]),
        length_m=length_m,
    )


TO_UTM_31N = pyproj.Transformer.from_crs(4326, 25831, always_xy=True)


def utm_31n(lonlat):
    return np.column_stack(TO_UTM_31N.transform(lonlat[:, 0], lonlat[:, 1]))


def published_car_routes():
    with real_file("andorra_routing_dem", "expected_routes.csv").open() as file:
        return [row for row in csv.DictReader(file) if row["mode"] == "car"]


@pytest.mark.parametrize(("number", "published_m"), [(0, 17_708), (1, 11_408)])
def test_andorras_quickest_car_routes_have_their_published_lengths_within_a_metre(
    andorra, number, published_m
):
    row = published_car_routes()[number]
    assert float(row["expected_m"]) == published_m
    ends = np.array(
        [[float(row[f"{end}_lon"]), float(row[f"{end}_lat"])] for end in ("from", "to")], dtype=float
    )
    stops = snap(andorra, utm_31n(ends))
    assert travel_matrix(andorra, stops).metres[0, 1] == pytest.approx(published_m, abs=1.0)
    assert route(andorra, stops, 0, 1).metres == pytest.approx(published_m, abs=1.0)


@pytest.fixture(scope="module")
def coquimbo():
    """The links of La Serena and Coquimbo as they are published, driven at 40 km/h."""
    file = real_file("coquimbo_laserena_network", "coquimbo.gpkg")
    links = pyogrio.read_dataframe(file, layer="links").to_crs(32719)
    nodes = pyogrio.read_dataframe(file, layer="nodes").to_crs(32719)
    seconds = links["distance"].to_numpy() / (40 / 3.6)
    return road_graph(
        node_ids=nodes["node_id"].to_numpy(),
        node_xy=shapely.get_coordinates(nodes.geometry.to_numpy()),
        edge_ids=links["link_id"].to_numpy(),
        from_node=links["a_node"].to_numpy(),
        to_node=links["b_node"].to_numpy(),
        lines=links.geometry.to_numpy(),
        forward_s=seconds,
        backward_s=np.where(links["direction"] == 1, np.inf, seconds),
        length_m=links["distance"].to_numpy(),
    )


def test_all_links_of_coquimbo_load_and_nearly_all_hang_together(coquimbo):
    assert coquimbo.edge_count == 19_846
    assert parts(len(coquimbo.node_ids), coquimbo.edge_from, coquimbo.edge_to).sizes[0] == 15_575


def test_most_of_coquimbo_is_reached_both_ways_over_its_one_way_streets(coquimbo):
    two_way = np.isfinite(coquimbo.backward_s)
    start = np.concatenate([coquimbo.edge_from, coquimbo.edge_to[two_way]])
    end = np.concatenate([coquimbo.edge_to, coquimbo.edge_from[two_way]])
    strong = parts(len(coquimbo.node_ids), start, end, one_way=True)
    stops = snap(coquimbo, coquimbo.node_xy[np.random.default_rng(1).integers(0, 15_591, 25)])
    travel = travel_matrix(coquimbo, stops)
    main = strong.label[coquimbo.edge_from[stops.edge]] == 0
    main &= strong.label[coquimbo.edge_to[stops.edge]] == 0
    assert main.sum() >= 20
    assert np.isfinite(travel.seconds[np.ix_(main, main)]).all()


def test_a_way_through_coquimbo_is_never_shorter_than_the_crow_flies(coquimbo):
    stops = snap(coquimbo, coquimbo.node_xy[np.random.default_rng(2).integers(0, 15_591, 12)])
    travel = travel_matrix(coquimbo, stops)
    crow = np.hypot(*(stops.on_street_xy[:, None] - stops.on_street_xy[None]).transpose(2, 0, 1))
    known = np.isfinite(travel.metres)
    assert known.sum() > 100
    assert (travel.metres[known] >= crow[known] * 0.999).all()
    assert np.median(travel.metres[known] / np.maximum(crow[known], 1)) > 1.1
