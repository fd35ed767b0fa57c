"""Measures travel and day plans on the city's streets, beside pgRouting and beside a greedy plan."""

import statistics
import time
from collections.abc import Callable
from datetime import date

import numpy as np

ROUNDS = 15
VISITS, INSPECTORS = 30, 4


def ratios() -> list[dict]:
    """
    The measurements of this city: what was measured, how large, ours, the peer's, and their ratio.

    Times are medians in milliseconds on this machine; only the ratio says something elsewhere.
    """
    from django.utils import timezone

    from layers.network.travel import network

    on = timezone.localdate()
    begun = time.perf_counter()
    roads = network(on=on)
    loaded_ms = (time.perf_counter() - begun) * 1000
    size = f"{roads.graph.edge_count} street segments"
    return [
        {"name": "reading the street network once", "size": size, "ours_ms": loaded_ms},
        _nearest_office(on, roads, size),
        _day_plan(roads, size),
    ]


def _nearest_office(on: date, roads, size: str) -> dict:
    """From a lot to all offices: one search in memory against pgr_dijkstraCost on the same rows."""
    from django.db import connection

    from layers.offices.assignment import read_offices

    offices = [card.xy for card in read_offices(on=on)]
    starts = _lots(on, ROUNDS)
    graph = roads.graph
    ends = roads.snap(offices)
    end_nodes = _node_numbers(connection, graph, graph.edge_from[ends.edge[ends.found]])
    edges = _edges_sql(roads)

    def ours(start):
        return roads.travel(roads.snap([start]), ends).seconds

    def theirs(start):
        where = roads.snap([start])
        node = _node_numbers(connection, graph, graph.edge_from[where.edge[:1]])[0]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT end_vid, agg_cost FROM pgr_dijkstraCost(%s, %s::bigint, %s::bigint[], true)",
                [edges, node, sorted(set(end_nodes))],
            )
            return cursor.fetchall()

    mine, peer = _median_ms(ours, starts), _median_ms(theirs, starts)
    return {
        "name": f"nearest of {len(offices)} offices",
        "size": size,
        "ours_ms": mine,
        "peer": "pgRouting pgr_dijkstraCost",
        "peer_ms": peer,
        "ratio": mine / peer,
    }


def _day_plan(roads, size: str) -> dict:
    """Thirty visits of four inspectors: VROOM's plan against a greedy one, in travel and in time."""
    from gis_core.routing.plan import PlanVisit, Shift, cheapest_insertion, plan_day, schedule

    rng = np.random.default_rng(1404)
    places = _lots(None, VISITS + 1, rng)
    travel = roads.travel(roads.snap(places))
    shifts = [Shift(n, 8 * 3600, 14 * 3600, 0, 0) for n in range(INSPECTORS)]
    visits = []
    for n in range(VISITS):
        hour = int(rng.integers(8, 13))
        windows = ((hour * 3600, (hour + 1) * 3600),) if n % 2 else ()
        visits.append(PlanVisit(n, n + 1, 20 * 60, windows))
    by_id = {visit.id: visit for visit in visits}

    def greedy():
        routes = {shift.id: schedule(shift, [], travel) for shift in shifts}
        for visit in visits:
            better = cheapest_insertion(visit, shifts, routes, by_id, travel)
            if better is not None:
                routes[better.shift] = better
        return routes

    begun = time.perf_counter()
    plan = plan_day(visits, shifts, travel)
    planned_ms = (time.perf_counter() - begun) * 1000
    begun = time.perf_counter()
    simple = greedy()
    greedy_ms = (time.perf_counter() - begun) * 1000
    ours_s = sum(route.travel_s for route in plan.routes)
    greedy_s = sum(route.travel_s for route in simple.values() if route)
    return {
        "name": f"day plan of {VISITS} visits, {INSPECTORS} inspectors, {len(plan.unplanned)} left out",
        "size": size,
        "ours_ms": planned_ms,
        "peer": "greedy insertion",
        "peer_ms": greedy_ms,
        "ratio": planned_ms / greedy_ms,
        "rate": f"{ours_s / greedy_s:.2f} of its travel" if greedy_s else "",
    }


def _lots(on: date | None, count: int, rng: np.random.Generator | None = None) -> list[tuple[float, float]]:
    """Places of lots of this city, the same ones each time."""
    from parcels.models import Parcel

    rng = rng or np.random.default_rng(7)
    keys = list(
        Parcel.objects.filter(kind=Parcel.Kind.LOT).order_by("id").values_list("id", flat=True)[:50_000]
    )
    chosen = rng.choice(keys, size=count, replace=len(keys) < count).tolist()
    shapes = {lot.pk: lot.geometry.centroid for lot in Parcel.objects.filter(pk__in=chosen)}
    return [(shapes[key].x, shapes[key].y) for key in chosen]


def _edges_sql(roads) -> str:
    """The same streets as pgRouting wants them, with the same seconds."""
    cases = " ".join(f"WHEN '{kind}' THEN {speed}" for kind, speed in roads.pace.driving_kmh.items())
    cost = f"length_m / (coalesce(speed_kmh, CASE street_class {cases} END) / 3.6)"
    versions = ",".join(map(str, roads.versions))
    return (
        "SELECT id, from_node AS source, to_node AS target, "
        f"CASE WHEN direction = -1 THEN -1 ELSE {cost} END AS cost, "
        f"CASE WHEN direction = 1 THEN -1 ELSE {cost} END AS reverse_cost "
        "FROM network_streetsegment WHERE drivable AND upper_inf(known) "
        f"AND layer_version_id IN ({versions})"
    )


def _node_numbers(connection, graph, nodes) -> list[int]:
    """The database's node numbers of the graph's nodes, read off an edge that starts there."""
    edges = {
        int(node): int(graph.edge_ids[np.flatnonzero(graph.edge_from == node)[0]])
        for node in set(nodes.tolist())
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, from_node FROM network_streetsegment WHERE id = ANY(%s)", [list(edges.values())]
        )
        number = dict(cursor.fetchall())
    return [number[edges[int(node)]] for node in nodes]


def _median_ms(work: Callable, inputs: list) -> float:
    work(inputs[0])
    times = []
    for one in inputs:
        begun = time.perf_counter()
        work(one)
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)
