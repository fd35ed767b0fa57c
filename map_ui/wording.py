"""Puts values, findings and reasons into the words of the page's language."""

import re
from collections.abc import Sequence
from datetime import date

from django.utils.translation import get_language, gettext_noop, ngettext, pgettext
from django.utils.translation import gettext as _

from gis_core import jalali
from gis_core.city import IdentifierKind
from gis_core.persian import grouped, persian_digits

_PERSIAN = re.compile("[\u0600-\u06ff]")
_NUMBERED = re.compile(r"_\d+$")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_SMALLER = re.compile(r"min\(([^,()]+), ([^,()]+)\)")


def language() -> str:
    """`fa` or `en`: the language of the page."""
    return "en" if (get_language() or "fa").startswith("en") else "fa"


def digits(text: str) -> str:
    """The text in the digits of the page's language."""
    return text if language() == "en" else persian_digits(text)


def address(text: str) -> str:
    """An address: a Persian one in the digits of the page, any other as it is, from left to right."""
    if not text or _PERSIAN.search(text):
        return digits(text)
    return f"\u2066{text}\u2069"


def name(text: str) -> str:
    """A name: digits of a Persian one are those of the page, any other stays as it is written."""
    return digits(text) if _PERSIAN.search(text) else text


def formula(text: str) -> str:
    """A formula in the digits of the page, with its decimal mark; the smaller of two is said in words."""
    smaller = _SMALLER.fullmatch(text)
    if smaller:
        # the parts stay islands from left to right in a sentence that runs as the page does
        parts = {
            "first": f"\u2066{formula(smaller[1])}\u2069",
            "last": f"\u2066{formula(smaller[2])}\u2069",
        }
        mark = "\u2066" if language() == "en" else "\u2067"
        return f"{mark}{_('the smaller of %(first)s and %(last)s') % parts}\u2069"
    return text if language() == "en" else _POINT.sub("٫", persian_digits(text))


def number(value: float | int, decimals: int | None = None) -> str:
    """A number with its thousands parted."""
    return grouped(value, decimals, language())


def day(value: date) -> str:
    """A day with its weekday, in the city's calendar."""
    return jalali.written(value, language())


def in_language(fa: str, en: str) -> str:
    """The one of two texts that the page needs; the other one when that is empty."""
    return (en or fa) if language() == "en" else (fa or en)


FINDINGS = {
    "deed_area_m2": gettext_noop("Area in the deed"),
    "surveyed_area_m2": gettext_noop("Area as surveyed"),
    "area_discrepancy_m2": gettext_noop("Deed and survey differ by"),
    "widening_area_m2": gettext_noop("Widening of the street"),
    "corrected_line": gettext_noop("Corrected line of the street"),
    "chamfer_area_m2": gettext_noop("Corner chamfer"),
    "other_parts_area_m2": gettext_noop("Parts cut off by the street"),
    "net_area_m2": gettext_noop("Net parcel"),
    "access": gettext_noop("Access to a street"),
    "zone": gettext_noop("Zone"),
    "orientation": gettext_noop("Which way the lot lies"),
    "buildable_area_m2": gettext_noop("Land outside no-build buffers"),
    "envelope_area_m2": gettext_noop("Building envelope"),
    "setbacks_m": gettext_noop("Setbacks"),
    "coverage_percent": gettext_noop("Coverage of the zone"),
    "coverage_cap_m2": gettext_noop("Coverage cap"),
    "footprint_m2": gettext_noop("Coverage"),
    "far_percent": gettext_noop("Density of the zone"),
    "far_cap_m2": gettext_noop("Density cap"),
    "governing_width_m": gettext_noop("Width of the passage"),
    "storeys": gettext_noop("Storeys"),
    "may_request_storeys": gettext_noop("Storeys on request"),
    "height_m": gettext_noop("Height"),
    "reachable_floor_area_m2": gettext_noop("Floor area"),
    "unreachable_floor_area_m2": gettext_noop("Density that cannot be used"),
    "light_wells_m2": gettext_noop("Light wells"),
    "parking_need": gettext_noop("Parking needed"),
    "parking_capacity": gettext_noop("Parking that fits"),
    "light_height_m": gettext_noop("Height under the light planes"),
    "light_excess_m": gettext_noop("Height above the light planes"),
    "projection_m": gettext_noop("Projection over the street"),
    "projection_clearance_m": gettext_noop("Clear height under a projection"),
    "uses": gettext_noop("Permitted uses"),
    "overlook": gettext_noop("Overlook"),
    "may_subdivide": gettext_noop("Large enough to be subdivided"),
}

UNITS = {
    "m": gettext_noop("metres"),
    "percent": gettext_noop("percent"),
    "%": gettext_noop("percent"),
    "storeys": gettext_noop("storeys"),
    "bays": gettext_noop("bays"),
}


USES = {
    "housing": gettext_noop("Housing"),
    "shop": gettext_noop("Shop"),
    "office": gettext_noop("Office work"),
    "education": gettext_noop("Education"),
    "health": gettext_noop("Health care"),
    "workshop": gettext_noop("Workshop"),
    "storage": gettext_noop("Storage"),
    "park": gettext_noop("Park"),
}

#: Parts of a building as rules on counted floor area name them.
PARTS = {
    "ROOM": gettext_noop("Rooms and corridors"),
    "STAIRS": gettext_noop("Stairs and lift"),
    "BALCONY_3_SIDES": gettext_noop("Balconies closed on three sides"),
    "BALCONY_2_SIDES": gettext_noop("Balconies closed on two sides"),
    "BALCONY_OPEN": gettext_noop("Open balconies"),
    "STORAGE": gettext_noop("Storage rooms"),
    "PARKING": gettext_noop("Parking floor"),
    "STAIR_HEAD": gettext_noop("Stair head on the roof"),
    "SERVICE_ROOM": gettext_noop("Plant rooms"),
    "LIGHT_WELL": gettext_noop("Light well"),
}

STATES = {
    "computed": gettext_noop("computed"),
    "conditional": gettext_noop("an upper bound, until an agency has answered"),
    "discretionary": gettext_noop("may be asked for; not counted"),
    "needs_inspection": gettext_noop("must be inspected"),
    "unknown": gettext_noop("we do not know"),
}

EFFECTS = {
    "NO_BUILD": gettext_noop("Nothing may be built in the part that it covers."),
    "CONDITIONAL": gettext_noop("Building needs the consent of the agency."),
    "HEIGHT_LIMIT": gettext_noop("It limits the height of the building."),
    "REPLACE": gettext_noop("Its own limits hold in place of those of the zone."),
    "RELAX": gettext_noop("It permits more than the zone does."),
    "RESTRICT": gettext_noop("It permits less than the zone does."),
    "INFO": gettext_noop("For your information; it forbids nothing by itself."),
    "UNTOLD": gettext_noop("It lies here; what it means for building, no rule here says."),
}

CONFIDENCE = {
    "A": gettext_noop("from a published source"),
    "B": gettext_noop("general knowledge, to be verified"),
    "C": gettext_noop("indicative, a sample"),
}

AGENCIES = {
    "regional-water": gettext_noop("the regional water company"),
    "power-company": gettext_noop("the power company"),
    "heritage": gettext_noop("Cultural Heritage"),
    "gas-company": gettext_noop("the gas company"),
    "civil-aviation": gettext_noop("civil aviation"),
    "geological-survey": gettext_noop("the geological survey"),
}


COST_TROUBLES = {
    "NO_TARIFF": gettext_noop("No tariff is loaded for this day."),
    "MISSING_INPUT": gettext_noop("Something that this fee is counted from is not known."),
}


def cost_trouble(code: str) -> str:
    """Why a fee or a total has no amount."""
    if code in COST_TROUBLES:
        return _(COST_TROUBLES[code])
    return _("This fee cannot be counted here (%(code)s).") % {"code": f"\u2066{code}\u2069"}


def finding_name(key: str) -> str:
    """What a finding is called, without its number where there are several; a key without a name as it is."""
    named = key if key in FINDINGS else _NUMBERED.sub("", key)
    return _(FINDINGS[named]) if named in FINDINGS else key


def use(name: str) -> str:
    """What a use is called; one without a name is shown as it is."""
    return _(USES[name]) if name in USES else name


def part(kind: str) -> str:
    """What a part of a building is called; one without a name is shown as it is."""
    return _(PARTS[kind]) if kind in PARTS else kind


def unit(name: str | None) -> str:
    """The word of a unit; nothing for a bare number."""
    if name == "m2":
        return pgettext("after a number", "m²")
    return _(UNITS[name]) if name in UNITS else (name or "")


def agency(name: str) -> str:
    """What an agency is called."""
    return _(AGENCIES[name]) if name in AGENCIES else name


def storeys(count: float) -> str:
    """«۴ طبقه», «۲٫۵ طبقه»."""
    return ngettext("%(count)s storey", "%(count)s storeys", 1 if count == 1 else 2) % {
        "count": number(count)
    }


def ordinal(count: int) -> str:
    """«پنجم»; `fifth`. Above ten the number itself."""
    names = (
        gettext_noop("first"),
        gettext_noop("second"),
        gettext_noop("third"),
        gettext_noop("fourth"),
        gettext_noop("fifth"),
        gettext_noop("sixth"),
        gettext_noop("seventh"),
        gettext_noop("eighth"),
        gettext_noop("ninth"),
        gettext_noop("tenth"),
    )
    return _(names[count - 1]) if 1 <= count <= len(names) else number(count)


def listed(texts: list[str]) -> str:
    """«الف، ب و پ»."""
    if len(texts) < 2:
        return "".join(texts)
    return _("%(first)s and %(last)s") % {"first": _(", ").join(texts[:-1]), "last": texts[-1]}


def one_of(texts: list[str]) -> str:
    """«الف، ب یا پ»."""
    if len(texts) < 2:
        return "".join(texts)
    return _("%(first)s or %(last)s") % {"first": _(", ").join(texts[:-1]), "last": texts[-1]}


def search_hint(kinds: Sequence[IdentifierKind]) -> str:
    """«نشانی، کد نوسازی یا کد پستی»: what stands in an empty search box, by the identifiers a city has."""
    labels = [in_language(kind.label_fa, kind.label_en) for kind in kinds]
    return one_of([_("Address"), *map(amid, labels)])


def amid(title: str) -> str:
    """
    A title as it stands amid a sentence: without its capital, unless others show that it is a name.

    Examples
    --------
    >>> amid("Floor area that counts")
    'floor area that counts'
    >>> amid("FEMA flood zones")
    'FEMA flood zones'
    """
    if title[1:] != title[1:].lower():
        return title
    return title[:1].lower() + title[1:]


def millions(toman: float) -> str:
    """An amount in millions or billions of toman, to three figures: «۲۹۴٫۳ میلیون»."""
    if toman >= 1e9:
        return _("%(amount)s billion") % {"amount": number(toman / 1e9, 2)}
    return _("%(amount)s million") % {"amount": number(toman / 1e6, 1)}
