"""Well-formed numbers of nobody, for a city that is invented."""

from random import Random

from gis_core import check_digits


def national_code(random: Random) -> str:
    """A well-formed national code of nobody: 999 is no place of issue."""
    first_nine = f"999{random.randrange(1_000_000):06d}"
    code = first_nine + str(check_digits.of_national_code(first_nine))
    return national_code(random) if len(set(code)) == 1 else code


def postal_code(random: Random, area: str | None = None) -> str:
    """A postal code of the usual pattern; `area` fixes the first five digits."""
    first = area or _pick(random, "134", 2) + _pick(random, "56789", 1) + _pick(random, "13", 1) + _pick(
        random, "13469", 1
    )
    return first + _pick(random, "13456789", 5)


def mobile(random: Random) -> str:
    """A mobile number of a block that is not given out (0900 000)."""
    return f"0900000{random.randrange(10_000):04d}"


def _pick(random: Random, digits: str, count: int) -> str:
    return "".join(random.choices(digits, k=count))
