"""Reads and checks the numbers of parcels and persons."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from gis_core import check_digits
from gis_core.errors import Ambiguous, BadInput
from gis_core.persian import latin_digits, normalise, tidy

VALID = "VALID"
CANONICAL = "CANONICAL"
REVERSED = "REVERSED"
ASK = "ASK"
INVALID = "INVALID"
READABLE = frozenset({VALID, CANONICAL, REVERSED})
_PLAIN_CODE = re.compile(r"[0-9]{1,6}(?:-[0-9]{1,6}){6}")
_SOME, _ANY = "[1-9][0-9]{0,5}", "(?:0|[1-9][0-9]{0,5})"
_STORED_CODE = re.compile(f"{_SOME}-{_ANY}-{_SOME}-{_SOME}-{_ANY}-{_ANY}-0")
"""A code that ends in 0 and has block and house has one reading, if every number may be a district."""


@dataclass(frozen=True)
class Reading:
    """
    What was made of a typed number.

    `verdict` is VALID (or CANONICAL, REVERSED for codes that are printed in two orders), ASK when it
    has more than one reading (`candidates`), otherwise what is wrong with it. `canonical` is the one
    form in which it is stored. `warnings` are doubts that do not make it wrong.
    """

    verdict: str
    canonical: str | None = None
    candidates: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Whether there is exactly one reading of it."""
        return self.verdict in READABLE


@dataclass(frozen=True)
class RenovationCode:
    """کد نوسازی: seven ordered parts; zero means "not at this level" (identifiers.md section 1)."""

    district: int
    region: int
    block: int
    house: int
    building: int = 0
    apartment: int = 0
    shop: int = 0

    def __str__(self) -> str:
        return "-".join(map(str, self.parts))

    @property
    def parts(self) -> tuple[int, ...]:
        """The seven parts, from the district to the shop."""
        return (
            self.district,
            self.region,
            self.block,
            self.house,
            self.building,
            self.apartment,
            self.shop,
        )

    @property
    def level(self) -> str | None:
        """BLOCK, PARCEL, BUILDING, UNIT or TRADE_UNIT; None when the parts leave a level out."""
        inside = (self.building, self.apartment, self.shop)
        if not self.block or (any(inside) and not self.house):
            return None
        if not self.house:
            return "BLOCK"
        if self.shop:
            return "TRADE_UNIT"
        if self.apartment:
            return "UNIT"
        return "BUILDING" if self.building else "PARCEL"

    @property
    def parcel(self) -> "RenovationCode":
        """The parcel in which the unit lies."""
        return RenovationCode(self.district, self.region, self.block, self.house)


def renovation_code(text: str, known_districts: Collection[int] | None = None) -> Reading:
    """
    Read a renovation code in either printing order.

    Vendors' screens print it reversed, so `0-0-0-17-45-2-3` may be the same parcel. Which end is the
    district decides; without `known_districts` every positive number may be one.

    Examples
    --------
    >>> renovation_code("۰-۰-۰-۱۷-۴۵-۲-۳", {1, 2, 3}).canonical
    '3-2-45-17-0-0-0'
    >>> renovation_code("2-0-1-17-45-2-3", {1, 2, 3}).verdict
    'ASK'
    """
    if known_districts is None and _STORED_CODE.fullmatch(text):
        return Reading(CANONICAL, text)
    parts = _renovation_parts(text)
    if parts is None:
        return Reading(INVALID)

    def is_district(part: int) -> bool:
        return part > 0 if known_districts is None else part in known_districts

    forward = RenovationCode(*parts)
    first, last = is_district(parts[0]), is_district(parts[-1])
    if first and not last:
        return Reading(CANONICAL, str(forward)) if forward.level else Reading(INVALID)
    backward = RenovationCode(*reversed(parts))
    if last and parts[0] == 0:
        return Reading(REVERSED, str(backward)) if backward.level else Reading(INVALID)
    if last:
        readings = (code for code, is_possible in ((forward, first), (backward, last)) if is_possible)
        return Reading(ASK, candidates=tuple(str(code) for code in readings if code.level))
    return Reading(INVALID)


def parse_renovation_code(canonical: str) -> RenovationCode:
    """
    The parts of a code in its canonical form.

    Raises
    ------
    ValueError
        When it is not seven numbers.

    Examples
    --------
    >>> parse_renovation_code("3-2-45-17-1-6-0").parcel
    RenovationCode(district=3, region=2, block=45, house=17, building=0, apartment=0, shop=0)
    """
    parts = _renovation_parts(canonical)
    if parts is None:
        raise ValueError(f"Expected seven numbers, got {canonical!r}.")
    return RenovationCode(*parts)


def registry_plate(text: str) -> Reading:
    """
    Read a registry plate; canonical is `section/main/sub`, without a section `main/sub` (sub 0: none).

    «۱۲۳/۴۵۶۷» may be read from either side, so it is asked; «۴۵۶۷ فرعی از ۱۲۳ اصلی» says which is which.

    Examples
    --------
    >>> registry_plate("۴۵۶۷ فرعی از ۱۲۳ اصلی بخش ۵").canonical
    '5/123/4567'
    >>> registry_plate("۱۲۳/۴۵۶۷").candidates
    ('123/4567', '4567/123')
    """
    written = normalise(text)
    section = re.search(r"بخش *(\d+)", written)
    rest = re.sub(r"بخش *\d+", " ", written)
    worded = re.search(r"(\d+) *فرعی *(?:از)? *(\d+) *(?:اصلی)?", rest)
    if worded:
        return Reading(VALID, _plate(section, worded.group(2), worded.group(1)))
    numbers = [str(int(number)) for number in re.findall(r"\d+", rest)]
    if re.sub(r"[\d/\-\s]|پلاک|ثبتی|اصلی|فرعی", "", rest) or not 1 <= len(numbers) <= 3:
        return Reading(INVALID)
    if len(numbers) == 3 and section is None:
        return Reading(VALID, "/".join(numbers))
    if len(numbers) == 1:
        return Reading(VALID, _plate(section, numbers[0], "0"))
    if len(numbers) == 3:
        return Reading(INVALID)
    first, second = numbers
    if first == second or "0" in numbers:
        main, sub = (second, first) if first == "0" else (first, second)
        return Reading(VALID, _plate(section, main, sub))
    return Reading(ASK, candidates=(_plate(section, first, second), _plate(section, second, first)))


def map_lot(text: str) -> Reading:
    """
    Read a map-lot (the parcel key of Cambridge): map sheet and lot, as `138-22` or `1A-25`.

    Examples
    --------
    >>> map_lot(" 1a - 25 ").canonical
    '1A-25'
    """
    written = re.sub(r"\s", "", latin_digits(tidy(text))).upper().replace("–", "-")
    if not re.fullmatch(r"[0-9A-Z.]+-[0-9A-Z.+]+", written):
        return Reading(INVALID)
    return Reading(VALID, written)


def postal_code(text: str) -> Reading:
    """
    Read a ten-digit postal code; an unusual pattern is a warning, not an error.

    Examples
    --------
    >>> postal_code("۸۱۳۴۶-۱۱۱۳۱")
    Reading(verdict='VALID', canonical='8134611131', candidates=(), warnings=())
    """
    digits = only_digits(text, separators="-")
    if digits is None:
        return Reading("NOT_DIGITS")
    if len(digits) != 10:
        return Reading("WRONG_LENGTH")
    usual = re.fullmatch(r"(?!(\d)\1{3})[13-9]{4}[1346-9][013-9]{5}", digits)
    return Reading(VALID, digits, warnings=() if usual else ("UNUSUAL_PATTERN",))


def national_code(text: str, padding: str = "NONE") -> Reading:
    """
    Read a national code (کد ملی) of ten digits with its check digit.

    `padding` PAD_LEFT fills codes of 8 and 9 digits with zeros: for imports only, because a mistyped
    code can become a valid one of somebody else.

    Examples
    --------
    >>> national_code("۱۲۷۰۰۰۰۰۱۲").verdict
    'VALID'
    >>> national_code("1111111111").verdict  # right by arithmetic, refused by rule
    'ALL_EQUAL'
    """
    digits = only_digits(text, separators="-")
    if digits is None:
        return Reading("NOT_DIGITS")
    if padding == "PAD_LEFT" and len(digits) in (8, 9):
        digits = digits.zfill(10)
    if len(digits) != 10:
        return Reading("WRONG_LENGTH")
    if len(set(digits)) == 1:
        return Reading("ALL_EQUAL")
    if check_digits.of_national_code(digits[:9]) != int(digits[9]):
        return Reading("WRONG_CHECK_DIGIT")
    return Reading(VALID, digits)


def legal_id(text: str) -> Reading:
    """Read the national id of a legal person (شناسه ملی): eleven digits, the last one a check."""
    digits = only_digits(text)
    if digits is None:
        return Reading("NOT_DIGITS")
    if len(digits) != 11:
        return Reading("WRONG_LENGTH")
    if check_digits.of_legal_id(digits[:10]) != int(digits[10]):
        return Reading("WRONG_CHECK_DIGIT")
    return Reading(VALID, digits)


def foreigner_code(text: str) -> Reading:
    """Read a foreigner's code (کد فراگیر): ten to twelve digits without a check digit."""
    digits = only_digits(text)
    if digits is None:
        return Reading("NOT_DIGITS")
    return Reading(VALID, digits) if 10 <= len(digits) <= 12 else Reading("WRONG_LENGTH")


def mobile(text: str) -> Reading:
    """
    Read a mobile number; canonical is eleven digits from 09. The operator is not inferred.

    Examples
    --------
    >>> mobile("+98 913 000 0000").canonical
    '09130000000'
    """
    written = re.sub(r"[\s\-()]", "", latin_digits(tidy(text)))
    written = re.sub(r"^(\+98|0098|98)(?=9\d{9}$)", "0", written)
    if not re.fullmatch(r"\d+", written):
        return Reading("NOT_DIGITS")
    if len(written) != 11:
        return Reading("WRONG_LENGTH")
    return Reading(VALID, written) if written.startswith("09") else Reading("NOT_A_MOBILE")


def iban(text: str) -> Reading:
    """
    Read a شبا: IR and 24 digits, 97 as modulus.

    Examples
    --------
    >>> iban("IR06 2960 0000 0010 0324 2000 01").verdict
    'VALID'
    """
    written = re.sub(r"[\s\-]", "", latin_digits(tidy(text))).upper()
    if re.fullmatch(r"\d{24}", written):
        written = f"IR{written}"
    if not re.fullmatch(r"IR\d+", written):
        return Reading("NOT_DIGITS")
    if len(written) != 26:
        return Reading("WRONG_LENGTH")
    # I is 18 and R is 27; country and check stand at the end for the sum.
    if int(f"{written[4:]}1827{written[2:4]}") % 97 != 1:
        return Reading("WRONG_CHECK_DIGIT")
    return Reading(VALID, written)


VALIDATORS: dict[str, Callable[[str], Reading]] = {
    "renovation_code": renovation_code,
    "registry_plate": registry_plate,
    "map_lot": map_lot,
    "postal_code": postal_code,
    "national_code": national_code,
    "legal_id": legal_id,
    "foreigner_code": foreigner_code,
    "mobile": mobile,
    "iban": iban,
}

_LABELS = {
    "renovation_code": ("کد نوسازی", "renovation code"),
    "registry_plate": ("پلاک ثبتی", "registry plate"),
    "map_lot": ("شمارهٔ نقشه و قطعه", "map-lot"),
    "postal_code": ("کد پستی", "postal code"),
    "national_code": ("کد ملی", "national code"),
    "legal_id": ("شناسهٔ ملی", "legal id"),
    "foreigner_code": ("کد فراگیر", "foreigner's code"),
    "mobile": ("شمارهٔ همراه", "mobile number"),
    "iban": ("شمارهٔ شبا", "IBAN"),
}
_WRONG = {
    "NOT_DIGITS": ("جز رقم چیز دیگری هم دارد", "has something other than digits"),
    "WRONG_LENGTH": ("تعداد رقم‌هایش درست نیست", "has the wrong number of digits"),
    "WRONG_CHECK_DIGIT": (
        "با رقم کنترلش نمی‌خواند؛ رقم‌ها را دوباره ببینید",
        "does not fit its check digit; look at it again",
    ),
    "ALL_EQUAL": ("نمی‌تواند همه‌اش یک رقم باشد", "cannot be one digit repeated"),
    "NOT_A_MOBILE": ("با ۰۹ آغاز نمی‌شود", "does not begin with 09"),
    INVALID: ("به شکلی که باید نوشته نشده است", "is not written as it should be"),
}


def read(validator: str, text: str) -> Reading:
    """
    Read a number with the validator of that name (as `city.toml` names it).

    Raises
    ------
    KeyError
        When there is no such validator.
    """
    return VALIDATORS[validator](text)


def required(validator: str, text: str, reading: Reading | None = None) -> str:
    """
    The canonical form of a typed number.

    Raises
    ------
    BadInput
        When it is not one; the sentence names what is wrong, never the number of a person.
    Ambiguous
        When it has more than one reading: `details["candidates"]`.
    """
    found = reading or read(validator, text)
    if found.is_readable and found.canonical is not None:
        return found.canonical
    label_fa, label_en = _LABELS[validator]
    details = {"identifier": validator, "problem": found.verdict}
    if found.verdict == ASK:
        raise Ambiguous(
            f"این {label_fa} دو جور خوانده می‌شود. کدام را می‌خواهید؟",
            f"This {label_en} can be read in two ways. Which one do you mean?",
            details | {"candidates": list(found.candidates)},
        )
    wrong_fa, wrong_en = _WRONG[found.verdict]
    raise BadInput(f"{label_fa} {wrong_fa}.", f"The {label_en} {wrong_en}.", details)


def _renovation_parts(text: str) -> tuple[int, ...] | None:
    if _PLAIN_CODE.fullmatch(text):  # as a city's own files write a million of them
        return tuple(map(int, text.split("-")))
    written = re.sub(r"\s", "", latin_digits(tidy(text)))
    parts = re.split(r"[-‐‑–−/]", written)
    if len(parts) != 7 or not all(re.fullmatch(r"[0-9]{1,6}", part) for part in parts):
        return None
    return tuple(map(int, parts))


def _plate(section: re.Match[str] | None, main: str, sub: str) -> str:
    numbers = ([section.group(1)] if section else []) + [main, sub]
    return "/".join(str(int(number)) for number in numbers)


def only_digits(text: str, separators: str = "") -> str | None:
    """The digits of a text in Latin, None when it holds anything but digits, spaces and those separators."""
    written = re.sub(rf"[\s{re.escape(separators)}]", "", latin_digits(tidy(text)))
    return written if re.fullmatch(r"[0-9]+", written) else None
