"""Measures what follows the evaluation of a whole city: loading its rows, summing up, its pages and tiles."""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.speed.tiles import tile_at

#: So many lots are evaluated to be loaded, in the order of the city.
MOST = 20_000
#: Zooms of the maps of blocks and of lots, and how many places are asked for at each.
BLOCK_ZOOMS, LOT_ZOOMS, PLACES = (9, 11, 13, 14), (15, 16, 17), 12


def ratios() -> list[dict[str, Any]]:
    """Loading some lots, then the newest evaluation of the city (or those lots) summed up and shown."""
    from django.utils import timezone

    from parcels.city_wide.models import CityEvaluation

    with _taken_back(), tempfile.TemporaryDirectory() as folder:
        kept = CityEvaluation.objects.order_by("-created_at", "-pk").first()
        loaded, rows = _loaded(Path(folder), timezone.localdate())
        city = kept or loaded
        if city is None:
            return []
        return [*rows, _summed_up(city), *_pages(city), *_tiles(city)]


@contextmanager
def _taken_back() -> Iterator[None]:
    """What is written inside is not there afterwards."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _loaded(folder: Path, on: date) -> tuple[Any, list[dict[str, Any]]]:
    """Some lots evaluated and loaded, with the checks of their keys that a transaction ends with."""
    from django.db import connection

    from gis_core import crs
    from parcels.city_wide import load, parts
    from parcels.city_wide.run import carry_out
    from parcels.inputs import Question, lots_in_force

    ids = lots_in_force(Question(on))[:MOST]
    if not ids:
        return None, []
    known_at = datetime.now(UTC)
    plan = parts.begin(folder / "city", ids, on=on, known_at=known_at, srid=crs.metric_srid())
    carry_out(folder / "city", plan, processes=2, progress=lambda *_: None)
    # beside what this engine gave for the day, not in its place
    plan = replace(plan, engine_version="measured")

    def work() -> Any:
        city = load.load(folder / "city", plan)
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
        return city

    city, seconds, used_s = _timed(work)
    name = f"city: rows loaded and summed up, {1000 * used_s:,.0f} ms of our processor"
    return city, [_row(name, len(ids), seconds)]


def _summed_up(city: Any) -> dict[str, Any]:
    from parcels.city_wide import areas

    city.of_areas.all().delete()
    _, seconds, used_s = _timed(lambda: areas.sum_up(city))
    name = f"city: {city.of_areas.count():,} areas summed up, {1000 * used_s:,.0f} ms of our processor"
    return _row(name, city.lots, seconds)


def _pages(city: Any) -> list[dict[str, Any]]:
    """The page of each map: the first one of a server, and those after it."""
    from django.urls import reverse

    from map_ui import tiles
    from map_ui.planner.city_scale import LENSES

    client = _planner()
    tiles.forget()
    address = f"{reverse('city-result')}?run={city.pk}"
    _, first_s, _ = _timed(lambda: _get(client, address))
    taken = [_timed(lambda lens=lens: _get(client, f"{address}&lens={lens}"))[1] for lens in LENSES]
    size = f"{city.lots} lots"
    return [
        {"name": "city: page of a map, the first of a server", "size": size, "ours_ms": first_s * 1000},
        {
            "name": "city: page of a map, after it",
            "size": size,
            "ours_ms": statistics.median(taken) * 1000,
        },
    ]


def _tiles(city: Any) -> list[dict[str, Any]]:
    from django.urls import reverse

    client, rows = _planner(), []
    points = _points(city)
    for what, zooms in (("blocks", BLOCK_ZOOMS), ("lots", LOT_ZOOMS)):
        taken = []
        for z in zooms:
            for x, y in sorted({tile_at(*point, z) for point in points}):
                address = reverse("city-tile", args=[city.pk, z, x, y])
                taken.append((_timed(lambda at=address: _get(client, at))[1] * 1000, z))
        slowest_ms, where = max(taken)
        name = f"city: tile of {what}, slowest {slowest_ms:,.0f} ms at zoom {where}"
        told = f"{len(taken)} tiles, {city.lots} lots"
        rows.append({"name": name, "size": told, "ours_ms": statistics.median(ms for ms, _ in taken)})
    return rows


def _points(city: Any) -> list[tuple[float, float]]:
    """Degrees of places spread over the blocks of a city, the same ones at every run."""
    from gis_core import crs

    grounds = city.of_areas.filter(level="block").order_by("code", "district_code")
    keys = list(grounds.values_list("pk", flat=True))
    drawn = random.Random(7).sample(keys, min(PLACES, len(keys)))
    found = grounds.filter(pk__in=drawn)
    return [crs.to_lonlat(*area.geometry.centroid.coords) for area in found]


def _planner() -> Any:
    """Somebody who may see the maps, as long as this measurement lasts."""
    from django.conf import settings
    from django.test import Client

    from gis_core.models import RoleGrant, User

    settings.ALLOWED_HOSTS = ["testserver"]
    # a city that was never served has its pictures and scripts nowhere but in the program
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    planner, _ = User.objects.get_or_create(username="measuring-planner")
    RoleGrant.objects.get_or_create(
        user=planner, role="planner", defaults={"valid": (date(2020, 1, 1), None)}
    )
    client = Client()
    client.force_login(planner)
    return client


def _get(client: Any, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What the work gave, its seconds, and the seconds of this process' processor."""
    used, started = time.process_time(), time.perf_counter()
    given = work()
    return given, time.perf_counter() - started, time.process_time() - used


def _row(name: str, lots: int, seconds: float) -> dict[str, Any]:
    rate = f"{lots / seconds:,.0f} lots/s"
    return {"name": name, "size": f"{lots} lots", "ours_ms": seconds * 1000, "rate": rate}
