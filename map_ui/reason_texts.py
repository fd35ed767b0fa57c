"""Says why: the codes with which a finding, a zone or an overlay is not plainly known, as sentences."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from map_ui import wording

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
    "NO_LEGAL_ACCESS": gettext_noop("The parcel may not be entered from any street that it lies on."),
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
    "ACCURACY_NOT_TOLD": gettext_noop("It ends near the parcel, and nobody has said how exact the maps are."),
    "ACCURACY_ASSUMED": gettext_noop(
        "Its border runs along the parcel's within the accuracy of the maps; this map does not say how exact "
        "it is, and the city's rules reckon with %(assumed_m)s metres."
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
    "FEATURE_NOT_TOLD": gettext_noop("What a feature on the map of it is has not been recorded."),
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

#: Sentences that name the rules which they speak of.
NAMING = {
    "RULES_CONFLICT": gettext_noop("These rules contradict each other here: %(rules)s."),
    "LIMIT_UNKNOWN": gettext_noop("What these rules say of the storeys is not known here: %(rules)s."),
    "NO_ROW": gettext_noop("The table of this rule has no row for this case: %(rules)s."),
}

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
    if code in NAMING and args.get("rules"):
        return _naming(code, args["rules"], args.get("articles") or ())
    return _(REASONS[code]) % {
        key: _argument(key, value, names or {}) for key, value in _with_gaps(args).items()
    }


def no_rule(kinds: Sequence[str], zone: str) -> str:
    """That no rule of some kinds is loaded, for a zone or at all (empty)."""
    named = wording.listed([_(RULE_KINDS[kind]) for kind in kinds])
    if not zone:
        return _("No rule on %(kinds)s is loaded.") % {"kinds": named}
    told = {"kinds": named, "zone": f"\u2066{zone}\u2069"}
    return _("No rule on %(kinds)s is loaded for zone %(zone)s.") % told


def _naming(code: str, codes: Sequence[str], articles: Sequence[str]) -> str:
    """A sentence about rules, with their codes and, where told, their articles."""
    named = [f"\u2068{code}\u2069" for code in codes]
    for number, article in enumerate(articles):
        named[number] += f" (\u2068{article}\u2069)" if article else ""
    return _(NAMING[code]) % {"rules": wording.listed(named)}


def _with_gaps(args: Mapping[str, Any]) -> dict[str, Any]:
    needed = (
        "inputs",
        "difference_m2",
        "permitted_m2",
        "accuracy_m",
        "assumed_m",
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
        return wording.listed([_argument(key, entry, names) for entry in value])
    if isinstance(value, bool) or value is None:
        return "؟"
    if isinstance(value, int | float):
        return wording.number(round(value, 2))
    if key == "surveyed_on" and value != "؟":
        return wording.day(date.fromisoformat(value))
    if key == "agencies":
        return wording.agency(value)
    if key in ("zone", "falls_to", "lines"):
        return f"\u2066{value}\u2069"
    if key == "measured_in":
        return wording.unit(value)
    return wording.amid(names.get(value) or wording.finding_name(value))
