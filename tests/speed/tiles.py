"""Measures tiles from the request to the bytes, beside the bare ST_AsMVT query on the same connection."""

import math
import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import date

TILES = 40
ZOOMS = (13, 15, 16, 17)


def ratios() -> list[dict]:
    """
    Tiles of each set of layers, uncached: the whole view against the query alone.

    Times are medians in milliseconds on this machine; `ratio` is the view's over the query's, so
    2.0 means half the bare query's rate.
    """
    from django.utils import timezone

    from layers import catalog

    on = timezone.localdate()
    return [_measured(entry.key, on) for entry in catalog.CATALOG if entry.key in ("base", "zoning", "plots")]


def _measured(key: str, on: date) -> dict:
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from layers import catalog
    from map_ui import tiles

    settings.ALLOWED_HOSTS = ["testserver"]
    entry = catalog.tile_set(key)
    version = tiles.version_of(entry, on=on)
    least = min(layer.zooms[0] for layer in entry.layers)
    places = _places([zoom for zoom in ZOOMS if zoom >= least])
    client = Client()

    def ours(place: tuple[int, int, int]) -> None:
        z, x, y = place
        assert client.get(f"/tiles/{key}/{version}/{z}/{x}/{y}.mvt").status_code == 200

    def bare(place: tuple[int, int, int]) -> None:
        z, x, y = place
        with connection.cursor() as cursor:
            cursor.execute(tiles.tile_sql(entry, z), tiles.tile_parameters(z, x, y, version.on))
            cursor.fetchone()

    for place in places:  # both find the pages of the tables in memory
        bare(place)
    ours_ms, peer_ms = _in_turn(ours, bare, places)
    return {
        "name": f"tiles of the set “{key}”, request to bytes, uncached",
        "size": f"{len(places)} tiles, zooms {', '.join(map(str, sorted({place[0] for place in places})))}",
        "ours_ms": ours_ms,
        "peer": "the bare ST_AsMVT query",
        "peer_ms": peer_ms,
        "ratio": ours_ms / peer_ms,
    }


def _places(zooms: list[int]) -> list[tuple[int, int, int]]:
    """Tiles round lots drawn by lot, the same ones at every run."""
    from gis_core import crs
    from parcels.models import Parcel

    ids = list(Parcel.objects.order_by("pk").values_list("pk", flat=True)[:200_000])
    drawn = random.Random(7).sample(ids, min(TILES, len(ids)))
    places = set()
    for number, parcel in enumerate(Parcel.objects.filter(pk__in=drawn).order_by("pk")):
        lon, lat = crs.to_lonlat(*parcel.geometry.centroid.coords)
        z = zooms[number % len(zooms)]
        places.add((z, *tile_at(lon, lat, z)))
    return sorted(places)


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Column and row of the tile in which a place lies; degrees."""
    across = (lon + 180) / 360 * 2**z
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return int(across), int(down)


def _in_turn(ours: Callable, bare: Callable, places: list) -> tuple[float, float]:
    """Medians of both, measured one after the other at each place so that noise falls on both."""
    taken: dict[str, list[float]] = {"ours": [], "bare": []}
    for place in places:
        for name, work in (("ours", ours), ("bare", bare)):
            begun = time.perf_counter()
            work(place)
            taken[name].append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken["ours"]), statistics.median(taken["bare"])


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings.base")
    django.setup()
    for row in ratios():
        print(
            f"{row['name']} ({row['size']}): {row['ours_ms']:.1f} ms"
            f", {row['peer']} {row['peer_ms']:.1f} ms, ratio {row['ratio']:.2f}"
        )
