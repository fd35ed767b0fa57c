"""Names what an extract asks of every parcel: each kind of rule and each finding belongs to one subject."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop


@dataclass(frozen=True)
class Subject:
    """
    One thing that is asked: its title, the kinds of rules that speak of it, and the findings that answer it.

    A subject without findings is answered by its rules alone: what they say is judged when somebody
    proposes something.
    """

    key: str
    title: str
    kinds: tuple[str, ...]
    findings: tuple[str, ...] = ()


#: In the order in which an extract tells them.
SUBJECTS: tuple[Subject, ...] = (
    Subject("zoning", gettext_noop("Zone"), ("ZONE",), ("zone",)),
    Subject(
        "widening",
        gettext_noop("Widening of the street"),
        ("WIDEN", "PLANNED_STREET"),
        ("widening_area_m2", "other_parts_area_m2"),
    ),
    Subject("chamfer", gettext_noop("Corner chamfer"), ("CHAMFER",), ("chamfer_area_m2",)),
    Subject("access", gettext_noop("Access to a street"), (), ("access",)),
    Subject(
        "land",
        gettext_noop("Area of the land"),
        ("DEED_TOLERANCE", "ACCURACY", "GRID_TO_GROUND"),
        ("area_discrepancy_m2", "deed_area_m2", "surveyed_area_m2", "net_area_m2"),
    ),
    Subject("least_lot", gettext_noop("Least size of a lot"), ("MIN_LOT",)),
    Subject("density", gettext_noop("Density"), ("FAR",), ("far_percent", "far_cap_m2")),
    Subject(
        "coverage",
        gettext_noop("Coverage"),
        ("COV",),
        ("coverage_percent", "coverage_cap_m2", "footprint_m2"),
    ),
    Subject(
        "storeys",
        gettext_noop("Storeys"),
        ("STOREY", "STOREY_POLICY"),
        ("storeys", "may_request_storeys", "governing_width_m"),
    ),
    Subject("height", gettext_noop("Height"), ("HEIGHT",), ("height_m",)),
    Subject(
        "floor_area",
        gettext_noop("Floor area"),
        ("COUNT",),
        ("reachable_floor_area_m2", "unreachable_floor_area_m2"),
    ),
    Subject(
        "place",
        gettext_noop("Where the building stands"),
        ("ORIENT", "DEPTH60", "SETBACK"),
        ("envelope_area_m2", "setbacks_m", "orientation", "buildable_area_m2"),
    ),
    Subject("light", gettext_noop("Light planes"), ("LIGHT",), ("light_height_m", "light_excess_m")),
    Subject("light_wells", gettext_noop("Light wells"), ("LIGHTWELL",), ("light_wells_m2",)),
    Subject("overlook", gettext_noop("Overlook"), ("OVERLOOK",), ("overlook",)),
    Subject(
        "projections",
        gettext_noop("Projection over the street"),
        ("CANTILEVER",),
        ("projection_m", "projection_clearance_m"),
    ),
    Subject("parking", gettext_noop("Parking"), ("PARK",), ("parking_need", "parking_capacity")),
    Subject("uses", gettext_noop("Permitted uses"), ("USE",), ("uses",)),
    Subject("subdivision", gettext_noop("Subdivision"), ("SUBDIV",), ("may_subdivide",)),
    Subject("consolidation", gettext_noop("Consolidation with a neighbour"), ("MERGE",)),
    Subject("conflicts", gettext_noop("Rules that contradict each other"), ("CONFLICT",)),
)
#: Kinds of rules that judge layers of the map: each layer under each such rule is a subject of its own.
OF_LAYERS = {
    "BUFFER": gettext_noop("Buffers"),
    "HEIGHT_SURFACE": gettext_noop("Height surfaces"),
    "RASTER": gettext_noop("Slope, flood and other measured ground"),
}
USES = {
    "housing": gettext_noop("housing"),
    "shop": gettext_noop("shops"),
    "office": gettext_noop("offices for work"),
    "education": gettext_noop("education"),
    "health": gettext_noop("health"),
    "workshop": gettext_noop("workshops"),
    "storage": gettext_noop("storage"),
    "park": gettext_noop("parks"),
}
PERMISSIONS = {
    "PERMITTED": gettext_noop("Permitted: %(uses)s."),
    "CONDITIONAL": gettext_noop("With conditions: %(uses)s."),
    "FORBIDDEN": gettext_noop("Forbidden: %(uses)s."),
    "UNKNOWN": gettext_noop("Not told by the plan: %(uses)s."),
}
LIES = {
    "NORTH_LOT": gettext_noop("north lot: its frontage faces south"),
    "SOUTH_LOT": gettext_noop("south lot: its frontage faces north"),
    "FRONTAGE_EAST": gettext_noop("its frontage faces east"),
    "FRONTAGE_WEST": gettext_noop("its frontage faces west"),
}
#: What a rule of each effect does, in two or three words, to tell two rules of one layer apart.
EFFECTS = {
    "NO_BUILD": gettext_noop("no building"),
    "CONDITIONAL": gettext_noop("consent of an agency"),
    "HEIGHT_LIMIT": gettext_noop("limit of height"),
    "INFO": gettext_noop("for information"),
    "REPLACE": gettext_noop("limits of its own"),
    "RELAX": gettext_noop("permits more"),
    "RESTRICT": gettext_noop("permits less"),
}
