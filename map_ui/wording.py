"""Puts values, findings and reasons into the words of the page's language."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

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

REASONS = {
    "NO_RULE": gettext_noop("No rule of this kind is loaded for this zone."),
    "INPUT_UNKNOWN": gettext_noop("It follows from something that we do not know: %(inputs)s."),
    "WIDTH_UNKNOWN": gettext_noop("The width of the street is not recorded."),
    "WIDTHS_DIFFER": gettext_noop(
        "%(street)s is %(recorded_m)s metres wide on record and %(measured_m)s between its frontages."
    ),
    "NO_DEED_AREA": gettext_noop("The area in the deed is not recorded."),
    "DEED_AND_SURVEY_DIFFER": gettext_noop(
        "Deed and survey differ by %(difference_m2)s m², more than the %(permitted_m2)s m² accepted; "
        "a survey of the border, exact to %(accuracy_m)s metres, settles it."
    ),
    "IN_PLAN": gettext_noop("The parcel lies in a planned street or public plan."),
    "NO_ACCESS": gettext_noop("No edge of the parcel lies on a street."),
    "ACCESS_UNKNOWN": gettext_noop("We do not know whether the parcel lies on a street."),
    "NO_ZONE": gettext_noop("No zone of the plan covers this parcel."),
    "PARTLY_UNZONED": gettext_noop("A part of the parcel lies in no zone."),
    "OVERLAPPING_ZONES": gettext_noop("Two zones of the plan overlap here; the plan must be mended."),
    "MULTI_ZONE": gettext_noop("The parcel lies in more than one zone; the detailed-plan desk decides."),
    "PARTLY_UNDER_OVERLAY": gettext_noop(
        "An overlay zone changes this on a part of the parcel only; a person decides: %(layers)s."
    ),
    "LOT_TOO_SMALL": gettext_noop("The zone asks for at least %(min_area_m2)s m² of land."),
    "PASSAGE_TOO_NARROW": gettext_noop("The zone asks for a passage of at least %(min_passage_m)s metres."),
    "FALLS_BY_AREA": gettext_noop(
        "Zone %(zone)s asks for at least %(min_area_m2)s m² of land and the parcel has less; "
        "what zone %(falls_to)s permits holds here."
    ),
    "FALLS_BY_PASSAGE": gettext_noop(
        "Zone %(zone)s asks for a passage of at least %(min_passage_m)s metres and the parcel's is narrower; "
        "what zone %(falls_to)s permits holds here."
    ),
    "NO_ROW": gettext_noop("The table of the rule has no row for this case."),
    "RULES_CONFLICT": gettext_noop("Two rules contradict each other here."),
    "ACCURACY_UNKNOWN": gettext_noop(
        "The parcel lies over a border of zones, and nobody has said how exact the maps are."
    ),
    "AT_END_OF_SURVEY": gettext_noop("The survey of the plan ends here, within the accuracy of the maps."),
    "CORNER_NOT_AUTOMATIC": gettext_noop(
        "The corner is too sharp or too flat for the rule; an inspection measures it."
    ),
    "ORIENTATION_ASK": gettext_noop("Which end of the lot is built on must be asked."),
    "DESK_DECIDES": gettext_noop("The detailed-plan desk decides this."),
    "AGENCY": gettext_noop("It depends on the answer of %(agencies)s."),
    "OVERLAY_UNKNOWN": gettext_noop("It depends on buffers that we do not know: %(layers)s."),
    "OVERLAY_BORDERLINE": gettext_noop(
        "A buffer touches the parcel within the accuracy of the maps: %(layers)s."
    ),
    "BORDERLINE": gettext_noop("The buffer touches the parcel within the accuracy of the maps."),
    "MISSING_LAYER": gettext_noop("The city has no map of this yet."),
    "STALE_LAYER": gettext_noop("The map of it is out of date; it was surveyed on %(surveyed_on)s."),
    "OUTSIDE_SURVEYED_EXTENT": gettext_noop("The survey of it does not reach this parcel."),
    "INVALID_FEATURE": gettext_noop("A shape on the map of it cannot be read; the map must be mended."),
    "LAYER_WITHOUT_RULE": gettext_noop("No rule says what it means for building, nor how far it reaches."),
    "CORRECTED_LINE_UNCLEAR": gettext_noop(
        "The corrected line does not clearly speak for the whole frontage (%(lines)s); "
        "the municipality says where it runs."
    ),
    "CORRECTED_LINE_NOT_DRAWN": gettext_noop("A corrected line of the street cannot be read."),
    "STREET_NOT_DRAWN": gettext_noop("The line of the street is missing or cannot be read."),
    "EXTENT_UNKNOWN": gettext_noop("Nobody has said how far its survey reaches."),
    "RASTER_ABOVE": gettext_noop(
        "Measured: %(found)s %(measured_in)s; the limit is %(permitted)s %(measured_in)s."
    ),
    "NO_DATA": gettext_noop("Of the parcel, %(unknown_percent)s percent is not measured."),
    "ABOVE_VALID_STOREYS": gettext_noop("The rule holds for fewer storeys only."),
    "NO_FOOTPRINT": gettext_noop("Nothing is left to build on."),
    "LIMIT_UNKNOWN": gettext_noop("A limit on the storeys is not known here."),
    "DISCRETION": gettext_noop("The municipality may grant it or not."),
    "EDGE_UNKNOWN": gettext_noop("What lies beyond an edge of the parcel is not recorded."),
    "NO_FRONTAGE": gettext_noop("The parcel has no frontage on a street."),
    "CORNER_NOT_CLEAR": gettext_noop("Where its two frontages meet is not clear; an inspection measures it."),
    "CHAMFER_CLIPPED": gettext_noop("The chamfer is longer than the frontage; an inspection measures it."),
    "LIGHT_EXCEEDED": gettext_noop(
        "The building would rise above the light plane, which permits %(light_height_m)s metres."
    ),
    "LIGHT_LIMITS": gettext_noop(
        "More storeys would rise above the light plane, which permits %(light_height_m)s metres."
    ),
    "NEEDS_FLOOR_PLANS": gettext_noop(
        "It is judged on floor plans: windows of two main rooms face each other at least "
        "%(main_to_main_m)s metres apart, others %(other_m)s metres."
    ),
    "STREET_CLASS_UNKNOWN": gettext_noop("The class of the street is not recorded."),
    "GROUND_UNKNOWN": gettext_noop("The height of the ground is not recorded here."),
    "KIND_NOT_TOLD": gettext_noop("The rule does not say how this part of a building counts: %(kinds)s."),
    "UNITS_NOT_TOLD": gettext_noop(
        "The parking need follows from the dwellings and uses, which are not given."
    ),
    "OTHER_USES_NOT_TOLD": gettext_noop(
        "Bays that the dwellings need: %(bays)s; how much floor the other uses have is not told."
    ),
    "NO_BAYS_OF_USE": gettext_noop("The parking rule does not say how many bays these uses need: %(uses)s."),
    "BAYS_BEYOND_ROOF": gettext_noop(
        "Bays that fit under the footprint: about %(bays)s; the drawings must show where the others are."
    ),
    "COUNTED_IN_FULL": gettext_noop(
        "Footprint times storeys, counted in full; balconies and stairs may count less."
    ),
    "INVALID_FOOTPRINT": gettext_noop("The outline of the footprint crosses itself."),
    "UNIT_IN_NO_BAND": gettext_noop("The parking rule has no row for a dwelling of this size."),
    "USE_NOT_TOLD": gettext_noop("The plan does not say whether this use is permitted here: %(use)s."),
    "REDUCE_STOREYS_TO": gettext_noop("It would pass with %(limit)s storeys."),
    "REDUCE_FLOOR_AREA_TO": gettext_noop("It would pass with %(limit)s m² of counted floor area."),
    "REDUCE_FOOTPRINT_TO": gettext_noop("It would pass with a footprint of %(limit)s m²."),
    "REDUCE_HEIGHT_TO": gettext_noop("It would pass with a height of %(limit)s metres."),
    "REDUCE_PROJECTION_TO": gettext_noop("It would pass with a projection of %(limit)s metres."),
    "FREE_UNDER_PROJECTION": gettext_noop("Below it %(clearance_m)s metres stay free."),
    "STAY_INSIDE_ENVELOPE": gettext_noop(
        "%(outside_m2)s m² of the footprint lie outside what may be built on."
    ),
    "ADD_BAYS": gettext_noop("More parking bays would make it pass: %(bays)s."),
    "ASK_FOR_STOREYS": gettext_noop("The municipality may grant these storeys or not; ask for them."),
    "CHOOSE_ANOTHER_USE": gettext_noop("This use is forbidden here: %(use)s."),
    "EMPTY_SHAPE": gettext_noop("The parcel has no shape."),
    "INVALID_SHAPE": gettext_noop(
        "The outline of the parcel crosses itself or is not closed ground; the survey must be mended."
    ),
    "NOT_ONE_POLYGON": gettext_noop(
        "The parcel is not one piece of ground; each piece is asked about apart."
    ),
    "NO_VALUE": gettext_noop("It cannot be counted from what is recorded."),
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


#: What rules of each kind are about.
RULE_KINDS = {
    "WIDEN": gettext_noop("the widening of streets"),
    "CHAMFER": gettext_noop("corner chamfers"),
    "DEED_TOLERANCE": gettext_noop("how far deed and survey may differ"),
    "MIN_LOT": gettext_noop("the least size of a lot"),
    "COV": gettext_noop("the coverage"),
    "FAR": gettext_noop("the density"),
    "STOREY": gettext_noop("the number of storeys"),
    "STOREY_POLICY": gettext_noop("the passage that governs the storeys"),
    "HEIGHT": gettext_noop("the height of storeys"),
    "ORIENT": gettext_noop("the end of the lot that is built on"),
    "DEPTH60": gettext_noop("the depth of the building"),
    "SETBACK": gettext_noop("the setbacks"),
    "LIGHTWELL": gettext_noop("light wells"),
    "COUNT": gettext_noop("what counts as floor area"),
    "PARK": gettext_noop("the parking"),
    "USE": gettext_noop("the permitted uses"),
    "LIGHT": gettext_noop("light planes"),
    "CANTILEVER": gettext_noop("projections over the street"),
    "OVERLOOK": gettext_noop("overlook"),
    "SUBDIV": gettext_noop("subdivision"),
    "MERGE": gettext_noop("taking lots as one"),
}


def agency(name: str) -> str:
    """What an agency is called."""
    return _(AGENCIES[name]) if name in AGENCIES else name


def reason(found: Mapping[str, Any] | None, names: Mapping[str, str] | None = None) -> str:
    """
    The sentence of a reason code; `names` gives layers and findings their titles.

    A code without a sentence is shown as the code, so that nothing reads as if there were no reason.
    """
    if not found:
        return ""
    code, args = found["code"], found.get("args") or {}
    if code not in REASONS:
        return code
    if code == "NO_RULE" and args.get("kind") in RULE_KINDS:
        return no_rule([args["kind"]], args.get("zone", ""))
    if code == "RULES_CONFLICT" and args.get("rules"):
        return contradiction(args["rules"], args.get("articles") or ())
    return _(REASONS[code]) % {
        key: _argument(key, value, names or {}) for key, value in _with_gaps(args).items()
    }


def no_rule(kinds: Sequence[str], zone: str) -> str:
    """That no rule of some kinds is loaded, for a zone or at all (empty)."""
    named = listed([_(RULE_KINDS[kind]) for kind in kinds])
    if not zone:
        return _("No rule on %(kinds)s is loaded.") % {"kinds": named}
    told = {"kinds": named, "zone": f"\u2066{zone}\u2069"}
    return _("No rule on %(kinds)s is loaded for zone %(zone)s.") % told


def contradiction(codes: Sequence[str], articles: Sequence[str] = ()) -> str:
    """That rules contradict each other, with their codes and, where told, their articles."""
    named = [f"\u2068{code}\u2069" for code in codes]
    for number, article in enumerate(articles):
        named[number] += f" (\u2068{article}\u2069)" if article else ""
    return _("These rules contradict each other here: %(rules)s.") % {"rules": listed(named)}


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
    A title as it stands amid a sentence: without its capital.

    Examples
    --------
    >>> amid("Floor area that counts")
    'floor area that counts'
    """
    return title[:1].lower() + title[1:]


def millions(toman: float) -> str:
    """An amount in millions or billions of toman, to three figures: «۲۹۴٫۳ میلیون»."""
    if toman >= 1e9:
        return _("%(amount)s billion") % {"amount": number(toman / 1e9, 2)}
    return _("%(amount)s million") % {"amount": number(toman / 1e6, 1)}


def _with_gaps(args: Mapping[str, Any]) -> dict[str, Any]:
    needed = (
        "inputs",
        "difference_m2",
        "permitted_m2",
        "accuracy_m",
        "min_area_m2",
        "min_passage_m",
        "agencies",
        "layers",
        "surveyed_on",
        "street",
        "recorded_m",
        "measured_m",
        "light_height_m",
        "main_to_main_m",
        "other_m",
        "lines",
    )
    return {key: args.get(key, "؟") for key in needed} | dict(args)


def _argument(key: str, value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, list | tuple):
        return listed([_argument(key, entry, names) for entry in value])
    if isinstance(value, bool) or value is None:
        return "؟"
    if isinstance(value, int | float):
        return number(round(value, 2))
    if key == "surveyed_on" and value != "؟":
        return day(date.fromisoformat(value))
    if key == "agencies":
        return agency(value)
    if key in ("zone", "falls_to", "lines"):
        return f"\u2066{value}\u2069"
    if key == "measured_in":
        return unit(value)
    return names.get(value) or finding_name(value)
