"""Settles ی/ک, digits and half-spaces; makes search and sort keys; writes numbers as people read them."""

import re
import sys
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

ZWNJ = "\u200c"
LATIN_DIGITS = "0123456789"
PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
THOUSANDS = "٬"
DECIMAL = "٫"
NOTHING_KNOWN = "—"
ALPHABET = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"

# The one table. Old systems write Arabic ي and ك (windows-1256 has no ی); text copied from PDFs carries
# presentation forms, which NFKC and NFKD turn into those same Arabic letters: so it is applied after them.
LETTERS = {"ي": "ی", "ى": "ی", "ك": "ک"}
SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
INVISIBLE = (
    "\xad\u0640\u061c\u200b\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)
SEARCH_LETTERS = LETTERS | {
    "ة": "ه",
    "ە": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ے": "ی",
    "ٱ": "ا",
    "،": ",",
    THOUSANDS: ",",
    DECIMAL: ".",
}
SEARCH_DROPPED = INVISIBLE + ZWNJ + "ء"
# What stands on a letter and is dropped for search: Latin accents, Arabic vowel and Koranic signs.
MARKS = (
    (0x0300, 0x036F),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06DC),
    (0x06DF, 0x06E4),
    (0x06E7, 0x06E8),
    (0x06EA, 0x06ED),
)

_LATIN_OF = dict(zip(PERSIAN_DIGITS + ARABIC_DIGITS, LATIN_DIGITS * 2, strict=True))
_SMALL_OF = {chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
_SPACE_OF = dict.fromkeys(SPACES, " ")

_TO_LATIN_DIGITS = str.maketrans(_LATIN_OF)
_TO_PERSIAN_DIGITS = str.maketrans(dict(zip(LATIN_DIGITS + ARABIC_DIGITS, PERSIAN_DIGITS * 2, strict=True)))
_TO_DISPLAY = str.maketrans(LETTERS | _SPACE_OF | dict.fromkeys(INVISIBLE, ""))
_SEARCH_TABLE = SEARCH_LETTERS | _LATIN_OF | _SMALL_OF | _SPACE_OF
_TO_SEARCH = str.maketrans(_SEARCH_TABLE | dict.fromkeys(SEARCH_DROPPED, ""))
_MARK = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in MARKS) + "]")
_PRESENTATION_FORM = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
_RUN_OF_SPACES = re.compile(" +")
_PLACE = {letter: place for place, letter in enumerate(" " + LATIN_DIGITS + ALPHABET)}


def tidy(text: str) -> str:
    """
    Text as it is stored and shown: Persian ی and ک, whole letters, single spaces; half-spaces, digits stay.

    Examples
    --------
    >>> tidy("ﺿﻮاﺑﻂ  ساختماني")
    'ضوابط ساختمانی'
    """
    if text.isascii() and text.isprintable():
        return _single_spaced(text)
    whole = _PRESENTATION_FORM.sub(lambda form: unicodedata.normalize("NFKC", form.group()), text)
    return _single_spaced(unicodedata.normalize("NFC", whole).translate(_TO_DISPLAY))


def normalise(text: str) -> str:
    """
    The key by which text is searched: one spelling for all the ways in which people type the same word.

    Equal to the database function `pelak_normalise`, which is made from the same table.

    Examples
    --------
    >>> normalise("خيابانِ شهيد رجائی، پلاك ۱۲") == normalise("خیابان شهید رجایی, پلاک 12")
    True
    >>> normalise("یاس‌ها")
    'یاسها'
    """
    if text.isascii() and text.isprintable():
        return _single_spaced(text.lower())
    bare = _MARK.sub("", unicodedata.normalize("NFKD", text))
    return _single_spaced(bare.translate(_TO_SEARCH))


def sort_key(text: str) -> tuple[tuple[int, str], ...]:
    """
    Key that sorts in the order of the Persian alphabet (پ after ب, گ after ک), digits before letters.

    Where ICU is at hand (the database's collation `fa`), that is the authority.

    Examples
    --------
    >>> sorted(["گل", "کوه", "پارک", "باغ", "آب"], key=sort_key)
    ['آب', 'باغ', 'پارک', 'کوه', 'گل']
    """
    letters = tidy(text).translate(_TO_LATIN_DIGITS).replace(ZWNJ, "")
    return tuple((_PLACE.get(letter, len(_PLACE)), letter) for letter in letters)


def latin_digits(text: str) -> str:
    """
    The text with Persian and Arabic digits written as 0 to 9.

    Examples
    --------
    >>> latin_digits("۱۲/٣٤")
    '12/34'
    """
    return text.translate(_TO_LATIN_DIGITS)


def persian_digits(text: str) -> str:
    """
    The text with Latin and Arabic digits written as ۰ to ۹.

    Examples
    --------
    >>> persian_digits("3-2-45-17")
    '۳-۲-۴۵-۱۷'
    """
    return text.translate(_TO_PERSIAN_DIGITS)


def grouped(value: int | float | Decimal, decimals: int | None = None, language: str = "fa") -> str:
    """
    A number with its thousands parted: «۲٬۹۴۳٬۲۴۴٬۸۰۰», in English `2,943,244,800`.

    `decimals` is how many are shown, rounded half up; without it all there are, without zeros at the end.

    Examples
    --------
    >>> grouped(2943244800)
    '۲٬۹۴۳٬۲۴۴٬۸۰۰'
    >>> grouped(187.6, 2)
    '۱۸۷٫۶۰'
    >>> grouped(-1234.5, language="en")
    '-1,234.5'
    """
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if decimals is not None:
        number = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    written = f"{number:,f}"
    if decimals is None and "." in written:
        written = written.rstrip("0").rstrip(".")
    if language != "fa":
        return written
    sign, digits = ("\u200e−", written[1:]) if written.startswith("-") else ("", written)
    return sign + persian_digits(digits.replace(",", THOUSANDS).replace(".", DECIMAL))


def normalise_sql() -> str:
    """The database's `pelak_normalise(text)`, written out from the table of this module."""
    dropped = "".join(SEARCH_DROPPED)
    from_letters = "".join(_SEARCH_TABLE) + dropped
    to_letters = "".join(_SEARCH_TABLE.values())
    marks = "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in MARKS)
    return f"""-- Made from gis_core/persian.py (python -m gis_core.persian); change it there, not here.
-- The key by which text is searched. Immutable, so that it can stand in indexes and generated columns.
CREATE OR REPLACE FUNCTION pelak_normalise(written text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
    translate(
        regexp_replace(normalize(written, NFKD), '[{marks}]', '', 'g'),
        {_sql_literal(from_letters)},
        {_sql_literal(to_letters)}
    ),
    ' +', ' ', 'g'
), ' ');
"""


def _single_spaced(text: str) -> str:
    return _RUN_OF_SPACES.sub(" ", text).strip(" ")


def _sql_literal(letters: str) -> str:
    return "U&'" + "".join(f"\\{ord(letter):04x}" for letter in letters) + "'"


if __name__ == "__main__":
    sys.stdout.write(normalise_sql())
