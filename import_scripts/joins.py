"""Adds fields from a table beside the shapes, matched by a common number."""

from collections.abc import Mapping

import pandas as pd

from gis_core.persian import latin_digits, tidy
from import_scripts.issues import Doubts
from import_scripts.normalise import Field, column
from import_scripts.readers import read
from import_scripts.recipe import Join
from import_scripts.task import Task


def add_joined(
    frame: pd.DataFrame, keys: pd.Series, known: Mapping[str, Field], task: Task, doubts: Doubts
) -> pd.DataFrame:
    """
    The frame with the fields of every join of the recipe; rows without a match keep what they had.

    A number that stands in several rows of the table gives the largest value, the sum, the first, or
    (by default) the value only if they agree; disagreement is a doubt.
    """
    for join in task.recipe.joins:
        path = task.file.parent / join.file
        other = Doubts(join.file)
        table = read(path, layer=None, encoding=join.encoding, doubts=other).frame
        number = table[join.on].map(lambda value: latin_digits(tidy(value)))
        for name, rule in join.fields.items():
            values = column(table, name, rule, known[name], other)
            found = _one_each(values, number, name, join, doubts)
            matched = keys.map(found)
            frame[name] = matched if name not in frame else matched.where(matched.notna(), frame[name])
        unmatched = keys.notna() & ~keys.isin(set(number))
        for line in frame.index[unmatched]:
            doubts.add("NO_MATCH", line=line, field=join.on, value=keys[line], where=join.file)
    return frame


def _one_each(values: pd.Series, number: pd.Series, name: str, join: Join, doubts: Doubts) -> dict:
    there = values.notna() & (number != "")
    groups = values[there].groupby(number[there], sort=False)
    if join.when_several in ("largest", "sum"):
        return (groups.max() if join.when_several == "largest" else groups.sum()).to_dict()
    if join.when_several == "same":
        several = groups.nunique()
        for key in several.index[several > 1]:
            shown = ", ".join(map(str, sorted(groups.get_group(key).unique())[:5]))
            doubts.add("VALUES_DIFFER", field=name, value=key, where=join.file, values=shown)
        return groups.first()[several == 1].to_dict()
    return groups.first().to_dict()
