"""Loads a loop of the engine as the plain Python that it is written in."""

import importlib.util
from pathlib import Path
from types import ModuleType

from gis_core.constraints import loops


def as_written(name: str) -> ModuleType:
    """The module of that name, not compiled."""
    source = Path(loops.__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"as_written_{name}", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
