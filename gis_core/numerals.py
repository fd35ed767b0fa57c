"""Reads numbers as Persian documents write them: copying may turn the slash of a decimal round."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from gis_core.errors import BadInput
from gis_core.persian import DECIMAL, THOUSANDS, latin_digits, tidy

Slash = Literal["AS_WRITTEN", "REVERSED", "RANGE", "ASK"]

_AROUND = re.compile(r"[\s()%٪+]|متر|مربع|م²|درصد|ریال")
_WHOLE = re.compile(r"-?\d+(\.\d+)?")
_SLASHED = re.compile(r"(\d+)/(\d+)")
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")


@dataclass(frozen=True)
class Numeral:
    """A number read from text: its value (None: must be asked) and all readings, ascending."""

    value: Decimal | None
    candidates: tuple[Decimal, ...]


def read_numeral(
    text: str, slash: Slash = "ASK", plausible: tuple[Decimal, Decimal] | None = None
) -> Numeral:
    """
    Read a number; a slash is read by the policy, because copied text turns «۱/۲۰» into «۲۰/۱».

    AS_WRITTEN takes 20/1 as 20.1, REVERSED as 1.20, RANGE the only reading within `plausible`
    (ends included), ASK none unless all readings agree.

    Raises
    ------
    BadInput
        When the text is not a number.

    Examples
    --------
    >>> read_numeral("۲۰/۱", "REVERSED").value
    Decimal('1.2')
    >>> read_numeral("۵/۳٪", "RANGE", (Decimal(0), Decimal(4))).value
    Decimal('3.5')
    >>> read_numeral("۲۰/۱").candidates
    (Decimal('1.2'), Decimal('20.1'))
    """
    written = _AROUND.sub("", latin_digits(tidy(text)))
    written = written.replace(DECIMAL, ".").replace(THOUSANDS, ",")
    slashed = _SLASHED.fullmatch(written)
    if slashed:
        return _of_slash(slashed.group(1), slashed.group(2), slash, plausible)
    if _GROUPED.fullmatch(written):
        written = written.replace(",", "")
    if not _WHOLE.fullmatch(written):
        raise BadInput(f"«{text}» عدد نیست.", f"“{text}” is not a number.", {"value": text})
    value = _plain(written)
    return Numeral(value, (value,))


def _of_slash(first: str, second: str, slash: Slash, plausible: tuple[Decimal, Decimal] | None) -> Numeral:
    as_written, turned = _plain(f"{first}.{second}"), _plain(f"{second}.{first}")
    candidates = tuple(sorted({as_written, turned}))
    if slash == "AS_WRITTEN":
        return Numeral(as_written, candidates)
    if slash == "REVERSED":
        return Numeral(turned, candidates)
    fitting = candidates
    if slash == "RANGE" and plausible is not None:
        low, high = plausible
        fitting = tuple(value for value in candidates if low <= value <= high)
    return Numeral(fitting[0] if len(fitting) == 1 else None, candidates)


def _plain(written: str) -> Decimal:
    """The decimal without zeros at its end and without an exponent."""
    value = Decimal(written).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
