"""Reads tables without shapes: CSV, gzipped too, and Excel. Every cell stays text."""

import zipfile
from pathlib import Path

import pandas as pd

from import_scripts.issues import FileRefused
from import_scripts.task import Table


def read_table(path: Path, *, layer: str | None = None, encoding: str | None = None) -> Table:
    """
    The rows of a table as text; the index is the line in the file (the header is line 1).

    `layer` names the sheet of a workbook. Without `encoding` a CSV is UTF-8.

    Raises
    ------
    FileRefused
        When it cannot be read, or its letters are not UTF-8 and no encoding is named.
    """
    try:
        if path.suffix.lower() == ".xlsx":
            frame = pd.read_excel(path, sheet_name=layer or 0, dtype=str, keep_default_na=False)
        else:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding or "utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise FileRefused(
            fa=f"نویسه‌های {path.name} یونیکد نیست؛ در دستور ورود encoding را بنویسید، مثلاً windows-1256.",
            en=f"{path.name} is not UTF-8; name its encoding in the recipe, for example windows-1256.",
            details={"reason": "UNKNOWN_ENCODING"},
        ) from wrong
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as wrong:
        raise FileRefused(
            fa=f"پروندهٔ {path.name} خوانده نشد: {wrong}",
            en=f"{path.name} cannot be read: {wrong}",
            details={"reason": "UNREADABLE_FILE"},
        ) from wrong
    frame.columns = [str(name).strip() for name in frame.columns]
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="line")
    return Table(frame)
