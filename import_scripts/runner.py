"""Runs one import: all or nothing, in one transaction of the owner's role, with a record of the run."""

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from gis_core.models import ImportRun
from import_scripts.edges import store_edges
from import_scripts.issues import Doubts, FileRefused
from import_scripts.recipe import read_recipe
from import_scripts.task import Counts, Destination, Importer, Progress, Task, silent

# What can be brought in, and the module that does it.
KINDS = {
    "parcels": "import_scripts.parcels",
    "districts": "import_scripts.districts",
    "ground": "import_scripts.ground",
    "zoning": "import_scripts.zoning",
    "overlays": "import_scripts.overlays",
    "rasters": "import_scripts.rasters",
    "streets": "import_scripts.streets",
    "corrected-lines": "import_scripts.corrected_lines",
    "offices": "import_scripts.offices",
    "staff": "import_scripts.staff",
    "property-records": "import_scripts.records",
    "rules": "import_scripts.rules",
    "tariffs": "import_scripts.tariffs",
}
# After these the edges of the parcels are derived anew.
CHANGES_EDGES = frozenset({"parcels", "streets", "ground"})
_TABLES = (
    "parcels_parcel",
    "parcels_parceledges",
    "parcels_identifier",
    "parcels_address",
    "layers_district",
    "layers_groundcover",
    "layers_overlayfeature",
    "zoning_zone",
    "network_streetsegment",
    "network_streetnode",
    "network_correctedline",
    "offices_office",
    "records_propertyfile",
)


@dataclass(frozen=True)
class Outcome:
    """What came of an import: its counts and every doubt; `trouble` when the file was refused."""

    counts: Counts
    doubts: Doubts
    trouble: FileRefused | None = None
    edges: int = 0


class _TakenBack(Exception):
    """Ends the transaction of a dry run, so that nothing of it stays."""


def import_file(
    kind: str,
    file: Path,
    recipe: Path,
    *,
    dry_run: bool = False,
    answers: dict[str, str] | None = None,
    progress: Progress = silent,
) -> Outcome:
    """
    Bring one file in by a recipe. A dry run does the same and takes it back: its report is the real one.

    Raises
    ------
    FileRefused
        When the recipe itself cannot be read or is for another kind. A refused *file* is told in the
        outcome's `trouble`, beside its doubts.
    """
    doubts = Doubts(file.name)
    task = replace(_task(kind, file, recipe, answers or {}, progress), dry_run=dry_run)
    importer: Importer = import_module(KINDS[kind])
    counts, edges = Counts(), 0
    try:
        with transaction.atomic():
            now = timezone.now()
            run = _begin(task, now)
            destination = Destination(connection, run.pk, now)
            counts = importer.bring_in(task, destination, doubts)
            if kind in CHANGES_EDGES and (counts.loaded or counts.closed):
                edges = store_edges(connection, doubts, progress)
            _finish(run, counts, doubts)
            if counts.loaded:
                _let_the_planner_know()
            if dry_run:
                raise _TakenBack
    except _TakenBack:
        pass
    except FileRefused as refused:
        return Outcome(replace(counts, refused=len(doubts.refused_lines())), doubts, trouble=refused)
    return Outcome(counts, doubts, edges=edges)


def _let_the_planner_know() -> None:
    """Refresh the statistics of the tables, so that the first questions are quick as well."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(_TABLES))


def _task(kind: str, file: Path, recipe: Path, answers: dict[str, str], progress: Progress) -> Task:
    read = read_recipe(recipe)
    if read.kind != kind:
        raise FileRefused(
            fa=f"دستور ورود {recipe.name} برای {read.kind} است، نه {kind}.",
            en=f"The recipe {recipe.name} is for {read.kind}, not for {kind}.",
            details={"reason": "WRONG_KIND"},
        )
    if "crs" in answers:
        read = replace(read, crs=answers["crs"])
    return Task(file, read, settings.CITY, progress, answers)


def _begin(task: Task, now: datetime) -> ImportRun:
    digest = hashlib.sha256()
    if task.file.exists():
        with task.file.open("rb") as content:
            while part := content.read(1 << 20):
                digest.update(part)
    return ImportRun.objects.create(
        kind=task.recipe.kind,
        file_name=task.file.name,
        file_sha256=digest.hexdigest(),
        recipe={"name": task.recipe.path.name, "layer_key": task.recipe.layer_key},
    )


def _finish(run: ImportRun, counts: Counts, doubts: Doubts) -> None:
    known = asdict(counts)
    ImportRun.objects.filter(pk=run.pk).update(
        finished_at=timezone.now(),
        rows_read=known["read"],
        rows_loaded=known["loaded"],
        rows_unchanged=known["unchanged"],
        rows_closed=known["closed"],
        rows_refused=known["refused"],
        doubts=doubts.counts(),
    )
