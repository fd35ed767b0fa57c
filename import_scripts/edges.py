"""Stores the edges of all parcels as known now: gathers what lies around, derives, writes differences."""

from typing import Any

import numpy as np
import pandas as pd
import shapely
from django.utils import timezone

from gis_core.constraints.exactness import accuracy_policy
from gis_core.constraints.widths import apart, tolerance_m
from import_scripts.beyond_edges import Surroundings
from import_scripts.frontages import Edges, access, derive, documents
from import_scripts.issues import Doubts
from import_scripts.load import copy_frame
from import_scripts.task import Progress, silent
from layers.zoning.queries import rules_on
from parcels.models import ParcelEdges


def store_edges(connection: Any, doubts: Doubts | None = None, progress: Progress = silent) -> int:
    """
    Derive the edges of every parcel known now and write those that are new or different; how many.

    Passages whose measured width differs from the recorded one by more than both are exact are doubts.
    """
    parcels, names = _parcels(connection), _street_names(connection)
    if parcels.empty:
        return 0
    progress("frontages", 0, len(parcels))
    shapes = parcels["geometry"].to_numpy()
    is_lot = (parcels["kind"] == "lot").to_numpy()
    # street land lies beyond as a surface; what is neither lot nor street may be a private way: unknown
    kinds = np.where(parcels["kind"][~is_lot] == "road", "passage", "unknown")
    around = _surroundings(connection, shapes[~is_lot], kinds, names)
    beside = shapes.copy()
    beside[~is_lot] = shapely.Polygon()
    accuracy_m = float(np.nanmedian(parcels["accuracy"].astype(float).fillna(0.05)))
    edges = derive(beside, around, wanted=is_lot, accuracy_m=accuracy_m)
    found = pd.DataFrame(
        {
            "parcel_id": parcels["id"],
            "edges": documents(edges, len(parcels), names["lineage"].to_numpy()),
            "has_access": access(edges, len(parcels)),
        }
    )[is_lot]
    if doubts is not None:
        _report_widths(edges, parcels, names, doubts)
    return _write(connection, found, progress)


def _write(connection: Any, found: pd.DataFrame, progress: Progress) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE derived (parcel_id bigint, edges jsonb, has_access boolean) ON COMMIT DROP"
        )
    copy_frame(
        connection,
        ParcelEdges,
        found,
        into="derived",
        ready_json=("edges",),
        progress=lambda done, total: progress("frontages", done, total),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO parcels_parceledges AS e (parcel_id, edges, has_access)"
            " SELECT parcel_id, edges, has_access FROM derived"
            " ON CONFLICT (parcel_id) DO UPDATE SET edges = excluded.edges, has_access = excluded.has_access"
            " WHERE e.edges <> excluded.edges OR e.has_access IS DISTINCT FROM excluded.has_access"
        )
        written = cursor.rowcount
        cursor.execute("DROP TABLE derived")
    return written


def _parcels(connection: Any) -> pd.DataFrame:
    return _frame(
        connection,
        "SELECT id, key, kind, positional_accuracy_m, ST_AsBinary(geometry) FROM parcels_parcel"
        " WHERE upper_inf(known) AND upper_inf(valid) ORDER BY id",
        ["id", "key", "kind", "accuracy", "geometry"],
    )


def _street_names(connection: Any) -> pd.DataFrame:
    return _frame(
        connection,
        "SELECT lineage::text, coalesce(nullif(name_fa, ''), nullif(name_en, ''), code), existing_width_m,"
        " ST_AsBinary(geometry) FROM network_streetsegment"
        " WHERE upper_inf(known) AND upper_inf(valid) ORDER BY id",
        ["lineage", "name", "width", "geometry"],
    )


def _surroundings(
    connection: Any, no_lots: np.ndarray, no_lot_kinds: np.ndarray, streets: pd.DataFrame
) -> Surroundings:
    ground = _frame(
        connection,
        "SELECT kind, street_lineage::text, ST_AsBinary(geometry) FROM layers_groundcover"
        " WHERE upper_inf(known) AND upper_inf(valid) ORDER BY id",
        ["kind", "street", "geometry"],
    )
    number = {lineage: place for place, lineage in enumerate(streets["lineage"])}
    own = ground["street"].map(lambda lineage: number.get(lineage, -1)).astype(int).to_numpy()
    return Surroundings(
        covers=np.concatenate([ground["geometry"].to_numpy(), no_lots]),
        cover_kinds=np.concatenate([ground["kind"].to_numpy(), no_lot_kinds]),
        cover_streets=np.concatenate([own, np.full(len(no_lots), -1)]).astype(int),
        measured=np.concatenate([np.ones(len(ground), dtype=bool), np.zeros(len(no_lots), dtype=bool)]),
        centrelines=streets["geometry"].to_numpy(),
        widths_m=streets["width"].astype(float).to_numpy(),
    )


def _frame(connection: Any, query: str, names: list[str]) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(query)
        frame = pd.DataFrame(cursor.fetchall(), columns=names)
    shapes = [bytes(shape) for shape in frame["geometry"]]
    frame["geometry"] = (
        np.array(shapely.from_wkb(shapes), dtype=object) if shapes else np.zeros(0, dtype=object)
    )
    return frame


def _report_widths(edges: Edges, parcels: pd.DataFrame, streets: pd.DataFrame, doubts: Doubts) -> None:
    policy = accuracy_policy(rules_on(timezone.localdate()).pick("ACCURACY"))
    accuracy_m = parcels["accuracy"].astype(float).fillna(policy["parcel_accuracy_m"]).to_numpy()
    than_m = tolerance_m(policy, accuracy_m)[edges.parcel]
    keys, names = parcels["key"].to_numpy(), streets["name"].to_numpy()
    for row in np.flatnonzero(apart(edges.attribute_width_m, edges.measured_width_m, than_m)):
        doubts.add(
            "WIDTH_DIFFERS",
            field="existing_width_m",
            value=keys[edges.parcel[row]],
            street=names[edges.street[row]],
            measured=f"{edges.measured_width_m[row]:.2f}",
            attribute=f"{edges.attribute_width_m[row]:.2f}",
            tolerance=f"{than_m[row]:.2f}",
        )
