"""A whole city is evaluated by processes that may be stopped or die, and every lot has a click's answer."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from conftest import ROOT
from gis_core.constraints.findings import as_document
from gis_core.constraints.inputs import Inputs, ask
from gis_core.constraints.values import Layer
from parcels.city_wide import parts, snapshot
from parcels.city_wide.results import rows_of
from tests.gis_core.constraints.scenes import REFERENCE_LOT, X, a_lot, reference_corner, rule_set

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


def evaluate_city(demo_city, state: Path, *words: str, **more) -> subprocess.Popen:
    environment = {**demo_city.environment, "PELAK_VAR": str(state), "PELAK_ACTOR": "system"}
    environment["SECRET_KEY"] = "only for this test"
    command = [sys.executable, "-m", "parcels.city_wide", "--part-lots", "150", *words]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


def rows(demo_city, state: Path, *words: str) -> gpd.GeoDataFrame:
    """The rows of a whole run, as its GeoParquet holds them."""
    out = state / "city.parquet"
    run = evaluate_city(demo_city, state, *words, "--out", str(out))
    _, said = run.communicate(timeout=500)
    assert run.returncode == 0, said
    return gpd.read_parquet(out)


@pytest.fixture(scope="module")
def in_one_process(demo_city, tmp_path_factory):
    return rows(demo_city, tmp_path_factory.mktemp("one"), "--processes", "1")


def the_reference_corner() -> Inputs:
    extent = shapely.box(X - 500, -500, X + 500, 5e6)
    around = reference_corner()
    layers = {"canals": Layer("canals", "نهرها", "Canals", extent, 0.5, date(2025, 3, 1), 900)}
    return Inputs(
        lots=a_lot(REFERENCE_LOT),
        around=type(around)(around.edges, around.passages, around.zones, around.overlays, layers),
        rules=rule_set(),
        on=TODAY,
        known_at=NOON,
        origin=(0.0, 0.0),
        north_deg=np.array([0.25]),
    )


@pytest.mark.parametrize("lots", [0, 1, 150, 151, 20_460])
def test_parts_are_of_one_size_and_hold_every_lot_once_in_its_order(lots, tmp_path):
    plan = parts.begin(tmp_path / "city", range(lots), on=TODAY, known_at=NOON, srid=32639, part_lots=150)
    sizes = [len(ids) for ids in plan.parts]
    assert [number for ids in plan.parts for number in ids] == list(range(lots))
    assert max(sizes, default=0) <= 150
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


def test_inputs_read_back_from_files_give_the_same_answer_to_the_last_figure(tmp_path):
    asked = the_reference_corner()
    snapshot.write(asked, tmp_path / "00000", srid=32639)
    again = snapshot.read(tmp_path / "00000")
    assert json.dumps(as_document(ask(again)[0])) == json.dumps(as_document(ask(asked)[0]))
    assert again.rules == asked.rules
    assert again.around.layers["canals"].surveyed_on == date(2025, 3, 1)


def test_plans_side_by_side_are_read_back_with_the_zones_that_are_theirs(tmp_path):
    asked = the_reference_corner()
    old = Layer("suburbs", surveyed_on=date(2020, 1, 1), stale_after_days=30, kind="zoning")
    zones = replace(asked.around.zones, beside=(old,), plan=np.array([1]))
    asked = replace(asked, around=replace(asked.around, zones=zones))
    snapshot.write(asked, tmp_path / "00000", srid=32639)
    again = snapshot.read(tmp_path / "00000")
    assert again.around.zones.plans == zones.plans
    assert ask(again)[0].findings["zone"].reason.code == "STALE_LAYER"
    assert json.dumps(as_document(ask(again)[0])) == json.dumps(as_document(ask(asked)[0]))


def test_parts_of_a_city_share_their_rules_and_layers_so_that_memory_does_not_grow_with_its_parts(tmp_path):
    for name in ("00000", "00001"):
        snapshot.write(the_reference_corner(), tmp_path / name, srid=32639)
    one, other = snapshot.read(tmp_path / "00000"), snapshot.read(tmp_path / "00001")
    assert one.rules is other.rules
    assert one.around.layers["canals"] is other.around.layers["canals"]
    assert one.lots is not other.lots


def test_a_row_holds_what_the_whole_answer_says():
    found = ask(the_reference_corner())
    row = rows_of(found, srid=32639).iloc[0]
    document = as_document(found[0])
    for key, finding in document["findings"].items():
        if f"{key}_state" in row and key != "zone":
            assert row[f"{key}_state"] == finding["state"], key
    assert row["zone_state"] == document["zone_state"] == "ONE_ZONE"
    assert row["net_area_m2"] == 275.0
    assert row["reachable_floor_area_m2"] == 660.0
    assert row["status"] == document["parcel"]["status"]
    assert set(row["unknown"]) <= set(document["unknown"])
    assert "canals" in row["unknown"] or "canals" not in document["unknown"]


def test_a_lot_whose_shape_cannot_be_judged_has_a_row_that_says_unknown_and_no_number():
    asked = the_reference_corner()
    crossing = shapely.Polygon([(X, 0), (X + 10, 10), (X + 10, 0), (X, 10)])
    broken = Inputs(**{**vars(asked), "lots": a_lot(crossing)})
    row = rows_of(ask(broken), srid=32639).iloc[0]
    assert np.isnan(row["net_area_m2"])
    assert row["net_area_m2_state"] == "unknown"
    assert "net_area_m2" in row["unknown"]


def test_two_processes_give_the_rows_of_one(demo_city, in_one_process, tmp_path):
    two = rows(demo_city, tmp_path, "--processes", "2")
    assert len(two) > 1000
    assert_same_rows(two, in_one_process)


def test_killing_processes_in_the_middle_changes_nothing(demo_city, in_one_process, tmp_path):
    out = tmp_path / "city.parquet"
    run = evaluate_city(demo_city, tmp_path, "--processes", "2", "--out", str(out))
    killed = kill_one_child(run, tmp_path / "city_wide" / "demo" / "evaluations")
    _, said = run.communicate(timeout=500)
    assert killed
    assert run.returncode == 0, said
    assert_same_rows(gpd.read_parquet(out), in_one_process)


def test_work_that_was_stopped_goes_on_where_it_was(demo_city, in_one_process, tmp_path):
    run = evaluate_city(demo_city, tmp_path, "--processes", "1")
    done = tmp_path / "city_wide" / "demo" / "evaluations"
    wait_for(lambda: len(list(done.glob("*.parquet"))) >= 2, run)
    run.kill()
    run.communicate()
    first = min(done.glob("*.parquet"))
    written = first.stat().st_mtime_ns
    assert_same_rows(rows(demo_city, tmp_path, "--processes", "1"), in_one_process)
    assert first.stat().st_mtime_ns == written


def test_every_lot_is_loaded_once_with_its_unknowns(demo_city, in_one_process):
    counted = demo_city.manage(
        "shell",
        "-c",
        "from parcels.city_wide.models import *; c = CityEvaluation.objects.get();"
        "print(c.lots, c.of_lots.count(), c.of_lots.filter(far_percent=None).exclude("
        "unknown__contains=['far_percent']).count())",
    )
    lots, loaded, silent = map(int, counted.split()[-3:])
    assert lots == loaded == len(in_one_process)
    assert silent == 0


def assert_same_rows(these: gpd.GeoDataFrame, those: gpd.GeoDataFrame) -> None:
    assert list(these.columns) == list(those.columns)
    for name in these.columns:
        for one, other in zip(these[name], those[name], strict=True):
            assert same(one, other), (name, one, other)


def same(one, other) -> bool:
    if isinstance(one, float):
        return one == other or (np.isnan(one) and np.isnan(other))
    if isinstance(one, np.ndarray):
        return one.tolist() == other.tolist()
    return shapely.to_wkb(one) == shapely.to_wkb(other) if hasattr(one, "geom_type") else one == other


def kill_one_child(run: subprocess.Popen, done: Path) -> bool:
    """Kill a child of the run with the hardest signal as soon as the first part is evaluated."""
    wait_for(lambda: any(done.glob("*.parquet")), run)
    for child in Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split():
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended by itself
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
                return True
    return False


def wait_for(happened, run: subprocess.Popen) -> None:
    while not happened():
        assert run.poll() is None, "the run ended before"
        time.sleep(0.01)
