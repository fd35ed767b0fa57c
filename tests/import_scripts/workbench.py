"""What tests of imports start from: recipes written for one test, a task without a database, a city."""

from pathlib import Path
from typing import Any

from gis_core.city import City, read_city
from import_scripts.recipe import Document, FieldRule, Recipe
from import_scripts.task import Task

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "imports"
RECIPES = ROOT / "import_scripts" / "recipes"


def demo_city() -> City:
    """The invented city in UTM 39N."""
    return read_city(RECIPES / "demo" / "city.toml")


def recipe(kind: str = "parcels", fields: dict[str, str] | None = None, **values: Any) -> Recipe:
    """A recipe with the given fields (ours -> the file's column)."""
    return Recipe(
        kind=kind,
        path=Path("test.toml"),
        layer_key=values.pop("layer_key", kind),
        title_fa=kind,
        title_en=kind,
        fields={name: FieldRule(column=column) for name, column in (fields or {}).items()},
        positional_accuracy_m=values.pop("positional_accuracy_m", 0.05),
        document=Document("test", "آزمون", "Test"),
        **values,
    )


def task(file: str | Path, made: Recipe | None = None, city: City | None = None) -> Task:
    """A task for one of the small flawed files, or any other."""
    path = file if isinstance(file, Path) else DATA / file
    return Task(path, made or recipe(fields={"key": "code"}), city or demo_city())
