"""Compares parcels with those on record: unchanged ones stay, changed ones close and are followed."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from psycopg.types.range import DateRange

from import_scripts.editions import remainders
from import_scripts.issues import Doubts
from import_scripts.load import reserve_ids
from import_scripts.recipe import Recipe
from import_scripts.task import Destination
from parcels.models import Parcel


@dataclass(frozen=True)
class Plan:
    """
    What is to happen: which rows are new versions and their numbers; which recorded ones end.

    `replaced` and `absent` hold recorded parcels: id, key, valid.
    """

    is_new: np.ndarray
    version: np.ndarray
    replaced: pd.DataFrame
    absent: pd.DataFrame


def compare(rows: pd.DataFrame, valid: tuple[date, date | None], destination: Destination) -> Plan:
    """Compare rows (with `lineage` and `content_hash`) with what is known now of the same days."""
    known = _recorded(destination)
    last = known.groupby("lineage")["version"].max()
    on_same_days = known[known["current"] & known["valid"].map(lambda days: _meets(days, valid)).astype(bool)]
    wanted = rows["lineage"].astype(str)
    hashes = dict(zip(wanted, rows["content_hash"], strict=True))
    same = on_same_days["lineage"].map(hashes) == on_same_days["content_hash"]
    same &= (
        on_same_days["valid"].map(lambda days: not remainders(valid, (days.lower, days.upper))).astype(bool)
    )
    stays = set(on_same_days.loc[same, "lineage"])
    in_file = on_same_days["lineage"].isin(hashes)
    return Plan(
        is_new=~wanted.isin(stays).to_numpy(),
        version=wanted.map(last).fillna(0).astype(int).to_numpy() + 1,
        replaced=on_same_days[in_file & ~on_same_days["lineage"].isin(stays)],
        absent=on_same_days[~in_file],
    )


def nothing_recorded(destination: Destination) -> bool:
    """Whether no import has brought parcels in yet, so that every row is new."""
    with destination.connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM parcels_parcel WHERE content_hash <> '')")
        return bool(cursor.fetchone()[0])


def report_absent(plan: Plan, absent_rows: str, doubts: Doubts) -> None:
    """One doubt for each parcel on record that the file no longer has."""
    done = "closed" if absent_rows == "close" else "kept"
    for key in plan.absent["key"]:
        doubts.add("ABSENT_NOW", field="key", value=key, done=done)


def close(plan: Plan, recipe: Recipe, destination: Destination) -> int:
    """
    Close what is replaced (and, if the recipe says so, absent), and state again its other days.

    What was known before stays known: the closed row keeps its days, up to this instant.
    """
    ending = plan.replaced
    if recipe.absent_rows == "close":
        ending = pd.concat([ending, plan.absent])
    if ending.empty:
        return 0
    with destination.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parcels_parcel SET known = tstzrange(lower(known), %s) WHERE id = ANY(%s)",
            [destination.now, ending["id"].tolist()],
        )
    _state_again(ending, recipe, destination)
    return len(ending)


def _recorded(destination: Destination) -> pd.DataFrame:
    with destination.connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, lineage::text, key, content_hash, version, valid, upper_inf(known)"
            " FROM parcels_parcel WHERE content_hash <> ''"
        )
        names = ["id", "lineage", "key", "content_hash", "version", "valid", "current"]
        frame = pd.DataFrame(cursor.fetchall(), columns=names)
    return frame.astype({"current": bool})


def _meets(days: DateRange, valid: tuple[date, date | None]) -> bool:
    ends_before = days.upper is not None and days.upper <= valid[0]
    begins_after = valid[1] is not None and days.lower is not None and days.lower >= valid[1]
    return not (ends_before or begins_after)


def _state_again(ending: pd.DataFrame, recipe: Recipe, destination: Destination) -> None:
    """Copies of closed parcels for the days that stay theirs, with their edges and numbers."""
    pieces = [
        (row.id, *rest)
        for row in ending.itertuples()
        for rest in remainders((row.valid.lower, row.valid.upper), recipe.valid)
    ]
    if not pieces:
        return
    ids = reserve_ids(destination.connection, Parcel, len(pieces)).tolist()
    old, lower, upper = (list(column) for column in zip(*pieces, strict=True))
    own = {"id", "valid", "known"}
    columns = [field.column for field in Parcel._meta.concrete_fields if field.column not in own]
    names = ", ".join(f'p."{name}"' for name in columns)
    into = ", ".join(f'"{name}"' for name in columns)
    with destination.connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE stated_again ON COMMIT DROP AS SELECT * FROM"
            " unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[]) AS t(old_id, new_id, lower, upper)",
            [old, ids, lower, upper],
        )
        cursor.execute(
            f"INSERT INTO parcels_parcel (id, valid, known, {into})"
            f" SELECT t.new_id, daterange(t.lower, t.upper), tstzrange(%s, NULL), {names}"
            " FROM stated_again t JOIN parcels_parcel p ON p.id = t.old_id",
            [destination.now],
        )
        cursor.execute(
            "INSERT INTO parcels_parceledges (parcel_id, edges, has_access)"
            " SELECT t.new_id, e.edges, e.has_access"
            " FROM stated_again t JOIN parcels_parceledges e ON e.parcel_id = t.old_id"
        )
        cursor.execute(
            "INSERT INTO parcels_identifier (parcel_id, kind, value, search_key)"
            " SELECT t.new_id, i.kind, i.value, i.search_key"
            " FROM stated_again t JOIN parcels_identifier i ON i.parcel_id = t.old_id"
        )
        cursor.execute(
            "INSERT INTO parcels_address (parcel_id, street_name, number, text, search_key, geometry)"
            " SELECT t.new_id, a.street_name, a.number, a.text, a.search_key, a.geometry"
            " FROM stated_again t JOIN parcels_address a ON a.parcel_id = t.old_id"
        )
        cursor.execute("DROP TABLE stated_again")
