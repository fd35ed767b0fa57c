"""A fee as data: a total, unit-checked expression over exact numbers and tables, and its account in words."""

from gis_core.formulas.amounts import Amount, amount
from gis_core.formulas.definition import Formula, compiled
from gis_core.formulas.expressions import WrongFormula

__all__ = ["Amount", "Formula", "WrongFormula", "amount", "compiled"]
