"""What one import is given and where it writes: the values that pass between the steps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import geopandas
import pandas as pd

from gis_core.city import City
from import_scripts.issues import Doubts
from import_scripts.recipe import Recipe

Progress = Callable[[str, int, int], None]


def silent(_step: str, _done: int, _total: int) -> None:
    """Progress shown to nobody."""


@dataclass(frozen=True)
class Task:
    """
    One file to bring in by one recipe, for one city; `progress` hears step, rows done, rows in all.

    A dry run is taken back by its caller; it must leave nothing outside the database either.
    """

    file: Path
    recipe: Recipe
    city: City
    progress: Progress = silent
    answers: dict[str, str] = field(default_factory=dict)
    dry_run: bool = False


@dataclass(frozen=True)
class Table:
    """
    Rows of a file: `frame` holds the values (and `geometry`, when it has shapes), one index label per row.

    The index is the line: the row of a table or the number of a feature, counted from 1.
    """

    frame: pd.DataFrame | geopandas.GeoDataFrame
    crs: Any = None

    def __len__(self) -> int:
        return len(self.frame)


@dataclass(frozen=True)
class Destination:
    """Where rows go: the owner's connection inside the import's transaction, its run, and its instant."""

    connection: Any
    run_id: int
    now: datetime


@dataclass(frozen=True)
class Counts:
    """How many rows were read, loaded as new, found unchanged, closed, and refused."""

    read: int = 0
    loaded: int = 0
    unchanged: int = 0
    closed: int = 0
    refused: int = 0


class Importer(Protocol):
    """What a module of one kind offers: `bring_in` reads, normalises, checks and loads one file."""

    def bring_in(self, task: Task, destination: Destination, doubts: Doubts) -> Counts:
        """Bring one file in; the caller owns the transaction and keeps the report."""
        ...
