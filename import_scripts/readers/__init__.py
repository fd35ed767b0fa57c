"""One reader per format; `read` picks it by the file's name."""

from pathlib import Path

from import_scripts.issues import Doubts, FileRefused
from import_scripts.readers import tables, vector
from import_scripts.task import Table

SHAPES = (".gpkg", ".shp", ".geojson", ".json")
TABLES = (".csv", ".csv.gz", ".xlsx")


def read(path: Path, *, layer: str | None, encoding: str | None, doubts: Doubts) -> Table:
    """
    Read a file of shapes or a table as it stands: nothing is changed but its rows numbered from 1.

    Raises
    ------
    FileRefused
        When the file is absent, of no known format, broken, or does not say how its letters are written.
    """
    if not path.exists():
        raise FileRefused(
            fa=f"پروندهٔ {path.name} پیدا نشد.",
            en=f"There is no file {path.name}.",
            details={"reason": "NO_FILE"},
        )
    name = path.name.lower()
    if name.endswith(SHAPES):
        return vector.read_shapes(path, layer=layer, encoding=encoding, doubts=doubts)
    if name.endswith(TABLES):
        return tables.read_table(path, layer=layer, encoding=encoding)
    raise FileRefused(
        fa=f"قالب پروندهٔ {path.name} شناخته نیست؛ این‌ها خوانده می‌شوند: {'، '.join(SHAPES + TABLES)}",
        en=f"The format of {path.name} is not known; these are read: {', '.join(SHAPES + TABLES)}.",
        details={"reason": "UNKNOWN_FORMAT"},
    )
