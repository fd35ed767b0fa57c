"""Solomon's published problems (100 customers): our plans are feasible and near the best known."""

import csv
import gzip
import json

import numpy as np
import pytest

from gis_core.routing.matrix import TravelMatrix
from gis_core.routing.plan import PlanVisit, Shift, plan_day
from tests.gis_core.routing.real_files import real_file

pytestmark = pytest.mark.real_data

HUNDREDTHS = 100  # distances are kept as whole hundredths, rounded up


def problem(name):
    with gzip.open(real_file("solomon_vrptw", "solomon_instances.json.gz"), "rt") as file:
        raw = json.load(file)[name]
    depot, *customers = raw["customers"]
    xy = np.array([(one["x"], one["y"]) for one in raw["customers"]], dtype=float)
    distance = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    shifts = [
        Shift(n, 0, depot["due"] * HUNDREDTHS, 0, 0, capacity=raw["capacity"]) for n in range(raw["vehicles"])
    ]
    visits = [
        PlanVisit(
            one["id"],
            place,
            one["service"] * HUNDREDTHS,
            ((one["ready"] * HUNDREDTHS, one["due"] * HUNDREDTHS),),
            load=one["demand"],
        )
        for place, one in enumerate(customers, start=1)
    ]
    return visits, shifts, TravelMatrix(distance * HUNDREDTHS, distance)


def best_known(name):
    with real_file("solomon_vrptw", "solomon_bks.csv").open() as file:
        row = next(row for row in csv.DictReader(file) if row["instance"] == name)
    return int(row["bks_vehicles"]), float(row["bks_distance"])


@pytest.mark.parametrize(
    ("name", "at_most"),
    [
        ("C101", 1.001),  # clustered: the best is found
        ("R101", 1.02),  # random places, narrow windows
        ("RC101", 1.02),
    ],
)
def test_all_hundred_customers_are_served_near_the_best_known_distance(name, at_most):
    visits, shifts, travel = problem(name)
    plan = plan_day(visits, shifts, travel, exploration=3)
    assert plan.unplanned == ()
    demand = {one.id: one.load for one in visits}
    for route in plan.routes:
        assert sum(demand[stop.visit] for stop in route.visits) <= shifts[0].capacity
    assert sum(route.travel_m for route in plan.routes) <= best_known(name)[1] * at_most


def test_the_best_known_number_of_vehicles_is_reached_where_customers_lie_in_clusters():
    visits, shifts, travel = problem("C101")
    used = [route for route in plan_day(visits, shifts, travel, exploration=3).routes if route.visits]
    assert len(used) == best_known("C101")[0]
