"""Measures the engine on a plain neighbourhood beside a bare overlay, and clicks on the city."""

import statistics
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.findings import as_document
from gis_core.constraints.rules import Rule, RuleSet
from tests.gis_core.constraints.scenes import RULES
from tests.speed import whole_city
from tests.speed.neighbourhood import neighbourhood
from tests.speed.oereb import NotInstalled, extract_times_ms

ON = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CLICKS = 60
BATCH = 4000
#: Lots whose extract the peer makes, one after the other.
EXTRACTS = 1000


def rules() -> RuleSet:
    """The plain rule pack for the zones of the neighbourhood, with a power line and wells."""
    found = list(RULES.values())
    for code in ("R122", "R112"):
        found += [
            replace(RULES[kind], zone_code=code, code=f"{code}-{kind}")
            for kind in ("COV", "FAR", "STOREY", "DEPTH60")
        ]
    line = {"measured_from": "OUTER_CONDUCTORS", "outer_conductor_offset_m": 3.5, "distance_m": 8.0}
    found.append(Rule("POWER", "BUFFER", line | {"layer": "power", "effect": "NO_BUILD"}))
    well = {"measured_from": "POINT", "distance_m": 15.0, "agency": "water"}
    found.append(Rule("WELL", "BUFFER", well | {"layer": "wells", "effect": "CONDITIONAL"}))
    return RuleSet.on_day(found, ON)


def ratios() -> list[dict[str, Any]]:
    """Batches of growing size, the same lots in a plain overlay, one lot alone, and clicks on the city."""
    holding = rules()
    evaluate(*neighbourhood(40), holding, on=ON, known_at=NOW)
    rows = [_batch(size, holding) for size in (1_000, 5_000, 20_000)]
    return [*rows, _one(holding), *_beside_oereb(holding), *_clicks()]


def _batch(size: int, holding: RuleSet) -> dict[str, Any]:
    """The whole evaluation of so many lots, beside geopandas' overlay of the same lots, streets and zones."""
    lots, around = neighbourhood(size)
    started = time.perf_counter()
    evaluate(lots, around, holding, on=ON, known_at=NOW)
    ours_ms = (time.perf_counter() - started) * 1000
    peer_ms = _plain_overlay_ms(lots.geometry, around)
    return {
        "name": "evaluation in a batch",
        "size": f"{size} lots",
        "ours_ms": ours_ms,
        "rate": f"{size / ours_ms * 1000:,.0f} lots/s",
        "peer": "geopandas overlay only",
        "peer_ms": peer_ms,
        "ratio": ours_ms / peer_ms,
    }


def _plain_overlay_ms(geometry: np.ndarray, around: Any) -> float:
    import geopandas

    lots = geopandas.GeoDataFrame({"lot": np.arange(len(geometry))}, geometry=geometry, crs=32639)
    streets = geopandas.GeoDataFrame(
        geometry=shapely.buffer(around.passages.geometry, 6, cap_style="flat"), crs=32639
    )
    zones = geopandas.GeoDataFrame({"code": around.zones.code}, geometry=around.zones.geometry, crs=32639)
    started = time.perf_counter()
    left = geopandas.overlay(lots, streets, how="difference")
    geopandas.overlay(left, zones, how="intersection")
    return (time.perf_counter() - started) * 1000


def _one(holding: RuleSet) -> dict[str, Any]:
    lots, around = neighbourhood(1)
    return {
        "name": "evaluation and document of one lot",
        "size": "1 lot, no database",
        "ours_ms": _median_ms(lambda: as_document(evaluate(lots, around, holding, on=ON, known_at=NOW)[0])),
    }


def _beside_oereb(holding: RuleSet) -> list[dict[str, Any]]:
    """The same lots, zones and overlays in pyramid_oereb's processor, which says what concerns a lot."""
    from gis_core.settings.base import VAR

    lots, around = neighbourhood(EXTRACTS)
    started = time.process_time()
    evaluate(lots, around, holding, on=ON, known_at=NOW)
    together_ms = (time.process_time() - started) * 1000 / EXTRACTS
    row: dict[str, Any] = {"name": "whole evaluation, processor time per lot", "ours_ms": together_ms}
    row["size"] = f"{EXTRACTS} lots, no database"
    try:
        peer_ms = statistics.mean(extract_times_ms(lots.geometry, around, VAR / "peers"))
    except NotInstalled as trouble:
        return [row | {"rate": f"pyramid_oereb could not be installed: {trouble}"}]
    peer = "pyramid_oereb: extract of restrictions, per lot"
    return [row | {"peer": peer, "peer_ms": peer_ms, "ratio": together_ms / peer_ms}]


def _clicks() -> list[dict[str, Any]]:
    """Clicks on lots of the city's own database: SQL and computing apart, round trips, and the point."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from gis_core.startup import settle_memory
    from parcels.evaluation import answer_for
    from parcels.queries import parcels_at

    on = timezone.localdate()
    ids, keys, points, count = _some_lots(on)
    if not ids:
        return []
    answer_for(ids[:1], on=on)  # rules and layers are kept from then on, as in a server
    settle_memory()
    answers = [answer_for([number], on=on) for number in ids]
    whole = iter(ids * 2)
    spot, key = iter(points * 2), iter(keys * 2)
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.get(_path(keys[0]))
    size = f"{count} parcels"
    trips = max(answer.timing.round_trips for answer in answers)
    return [
        {
            "name": "click: point to parcel",
            "size": size,
            "ours_ms": _median_ms(lambda: parcels_at(*next(spot), on=on)),
        },
        {
            "name": f"click: SQL of the answer, {trips} round trips",
            "size": size,
            "ours_ms": statistics.median(answer.timing.database_s for answer in answers) * 1000,
        },
        {
            "name": "click: computing the answer",
            "size": size,
            "ours_ms": statistics.median(answer.timing.computing_s for answer in answers) * 1000,
        },
        {
            "name": "click: parcel to document",
            "size": size,
            "ours_ms": _median_ms(lambda: as_document(answer_for([next(whole)], on=on).evaluations[0])),
        },
        {
            "name": "click: request in to JSON out",
            "size": size,
            "ours_ms": _median_ms(lambda: client.get(_path(next(key))).content),
        },
        _city_batch(on),
        *whole_city.rows(on),
    ]


def _path(key: str) -> str:
    from django.urls import reverse

    return reverse("api:parcel-evaluation", args=[key])


def _city_batch(on: date) -> dict[str, Any]:
    """Lots from the middle of the city's order, as a whole city is evaluated, reading them included."""
    from parcels.evaluation import evaluate_parcels
    from parcels.inputs import Question, lots_in_force

    every = lots_in_force(Question(on))
    first = max(0, len(every) - BATCH) // 2
    ids = every[first : first + BATCH]
    started, used = time.perf_counter(), time.process_time()
    lots = sum(len(answered.evaluations) for answered in evaluate_parcels(ids, on=on))
    seconds, used = time.perf_counter() - started, time.process_time() - used
    return {
        "name": f"batch of the city, {lots / used:,.0f} lots/s of processor",
        "size": f"{lots} lots",
        "ours_ms": seconds * 1000,
        "rate": f"{lots / seconds:,.0f} lots/s",
    }


def _some_lots(on: date) -> tuple[list[int], list[str], list[tuple[float, float]], int]:
    """Ids, keys, points in degrees of lots spread over the city; and how many parcels there are."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            select id, key, ST_X(p), ST_Y(p), (select count(*) from parcels_parcel)
              from (select id, key, ST_Transform(ST_PointOnSurface(geometry), 4326) as p
                      from parcels_parcel
                     where kind = 'lot' and valid @> %s and upper_inf(known)
                     order by hashint8(id) limit %s) as chosen
            """,
            [on, CLICKS],
        )
        rows = cursor.fetchall()
    points = [(row[2], row[3]) for row in rows]
    return [row[0] for row in rows], [row[1] for row in rows], points, rows[0][4] if rows else 0


def _median_ms(work: Any, times: int = CLICKS) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000
