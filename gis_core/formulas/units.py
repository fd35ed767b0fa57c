"""Units of the numbers in formulas: m2, rial/m2, m2/unit; percent is a plain number, a hundredth."""

import re
from dataclasses import dataclass
from fractions import Fraction

_FACTOR = re.compile(r"([a-z]+)(\d*)")


@dataclass(frozen=True)
class Unit:
    """A product of powers of base words, sorted by word; none of them for plain numbers."""

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: "Unit") -> "Unit":
        return _unit(dict(self.powers), other.powers, 1)

    def __truediv__(self, other: "Unit") -> "Unit":
        return _unit(dict(self.powers), other.powers, -1)

    def __str__(self) -> str:
        above = [f"{word}{power if power > 1 else ''}" for word, power in self.powers if power > 0]
        below = [f"/{word}{-power if power < -1 else ''}" for word, power in self.powers if power < 0]
        return ("*".join(above) or "1") + "".join(below)


PLAIN = Unit()
RIAL = Unit((("rial", 1),))


def unit(text: str) -> Unit:
    """
    Read a unit as it stands in a definition.

    Raises
    ------
    ValueError
        When it is not a product or quotient of words.

    Examples
    --------
    >>> str(unit("rial/m2") * unit("m2"))
    'rial'
    >>> unit("percent") == unit("1")
    True
    """
    if text in ("1", "percent"):
        return PLAIN
    powers: dict[str, int] = {}
    for sign, factor in re.findall(r"([*/]?)([^*/]+)", text):
        word = _FACTOR.fullmatch(factor)
        if word is None:
            if factor == "1":
                continue
            raise ValueError(f"Expected a unit such as rial/m2, got {text!r}.")
        power = int(word.group(2) or 1)
        powers[word.group(1)] = powers.get(word.group(1), 0) + (-power if sign == "/" else power)
    return _unit(powers, (), 1)


def scale(text: str) -> Fraction:
    """What a written number of that unit is multiplied with: a hundredth for percent, else one."""
    return Fraction(1, 100) if text == "percent" else Fraction(1)


def _unit(powers: dict[str, int], more: tuple[tuple[str, int], ...], sign: int) -> Unit:
    for word, power in more:
        powers[word] = powers.get(word, 0) + sign * power
    return Unit(tuple(sorted((word, power) for word, power in powers.items() if power)))
