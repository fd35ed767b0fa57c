"""Checks the tables of rules that come in: gaps, overlaps, missing rows, trends; reports, never repairs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gis_core.exact_bands import Band, exact
from gis_core.formulas.tables import broken_along, broken_down
from import_scripts.definitions import as_bands, check_table, plain
from import_scripts.issues import SENTENCES, Doubts

SENTENCES.update(
    {
        "TABLE_NO_ROW": (
            "جدول «{table}» برای {where} ردیفی ندارد؛ آن‌جا ضابطه‌ای نیست.",
            "The table “{table}” has no row {where_en}; there is no rule there.",
        ),
        "TABLE_BLANK_ROW": (
            "در جدول «{table}» خانه‌های {columns} در ردیف {row} خالی است؛ آن‌جا ضابطه‌ای نیست.",
            "In the table “{table}” the cells {columns} of row {row} are blank; there is no rule there.",
        ),
        "ROW_FAR_NOT_COVERAGE_TIMES_STOREYS": (
            "در جدول «{table}» ردیف {row}: تراکم {far}٪ ولی سطح اشغال ضرب در طبقات {product}٪ است.",
            "In the table “{table}” row {row}: density {far} % but coverage times storeys gives {product} %.",
        ),
    }
)
# What a wider passage or a larger lot is expected to do to a value.
_TRENDS = {"storeys": "NON_DECREASING", "far_percent": "NON_DECREASING", "coverage_percent": "NON_INCREASING"}
_BOUNDS = {"from", "to", "from_included", "to_included"}


def check_tables(entry: Mapping[str, Any], line: int, doubts: Doubts) -> None:
    """Report what is odd about the tables of one rule as it is written; `line` is where it stands."""
    params = entry["params"]
    for place, rows in _tables(params):
        name, table = f"{entry['code']} {place}", as_bands(rows)
        check_table(name, table, line, doubts)
        _missing_rows(name, table, line, doubts)
        _blank_cells(name, rows, line, doubts)
        _trends(name, table, rows, _along(params), line, doubts)
        _products(name, rows, line, doubts)


def _tables(params: Mapping[str, Any]) -> Iterable[tuple[str, Sequence[Mapping[str, Any]]]]:
    """The tables of bands among a rule's parameters, by name."""
    if "bands" in params:
        yield "bands", params["bands"]
    if "width_columns" in params:
        yield "width_columns", params["width_columns"]
    table = params.get("table", {})
    if table.get("kind") == "BY_BAND":
        yield "table", table["rows"]


def _along(params: Mapping[str, Any]) -> Sequence[str]:
    """Columns of a printed table that are compared with each other, row by row."""
    widths = [str(row["column"]) for row in params.get("width_columns", ())]
    return params.get("row_columns", ()) or widths


def _missing_rows(name: str, table: Sequence[Band], line: int, doubts: Doubts) -> None:
    """What lies below the first row and above the last one; nothing is smaller than zero."""
    lows, highs = [band.low for band in table], [band.high for band in table]
    if lows and None not in lows and (low := min(low for low in lows if low is not None)) > 0:
        end = plain(low)
        _no_row(name, line, doubts, f"…{end}", f"کمتر از {end}", f"below {end}")
    if highs and None not in highs:
        high = max(high for high in highs if high is not None)
        end = plain(high)
        _no_row(name, line, doubts, f"{end}…", f"بیشتر از {end}", f"above {end}")


def _no_row(name: str, line: int, doubts: Doubts, value: str, where: str, where_en: str) -> None:
    doubts.add("TABLE_NO_ROW", line=line, field=name, value=value, table=name, where=where, where_en=where_en)


def _blank_cells(name: str, rows: Sequence[Mapping[str, Any]], line: int, doubts: Doubts) -> None:
    columns = sorted({column for row in rows for column in row} - _BOUNDS)
    for number, row in enumerate(rows, start=1):
        blank = [column for column in columns if row.get(column) is None]
        if blank:
            told = ", ".join(blank)
            doubts.add(
                "TABLE_BLANK_ROW", line=line, field=name, value=told, table=name, row=number, columns=told
            )


def _trends(
    name: str,
    table: Sequence[Band],
    rows: Sequence[Mapping[str, Any]],
    along: Sequence[str],
    line: int,
    doubts: Doubts,
) -> None:
    def broken(row: int, column: str, before: Any, after: Any) -> None:
        words = {"column": column, "before": before, "after": after}
        doubts.add("TREND_BROKEN", line=line, field=column, value=after, table=name, row=row + 1, **words)

    for column, trend in (_TRENDS | dict.fromkeys(along, "NON_DECREASING")).items():
        for first, second in broken_down(table, column, trend):
            broken(second, column, rows[first][column], rows[second][column])
    for row, one, other in broken_along(table, along, "NON_DECREASING"):
        broken(row, other, rows[row][one], rows[row][other])


def _products(name: str, rows: Sequence[Mapping[str, Any]], line: int, doubts: Doubts) -> None:
    for number, row in enumerate(rows, start=1):
        told = [row.get(column) for column in ("far_percent", "coverage_percent", "storeys")]
        if None in told:
            continue
        far, coverage, storeys = (exact(value) for value in told)
        if far != coverage * storeys:
            doubts.add(
                "ROW_FAR_NOT_COVERAGE_TIMES_STOREYS",
                line=line,
                field="far_percent",
                value=plain(far),
                table=name,
                row=number,
                far=plain(far),
                product=plain(coverage * storeys),
            )
