"""The kinds of lots that an evaluation must get right, each told by how well a lot shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.translation import gettext_noop

from gis_core.constraints.findings import Evaluation, OverlayFinding
from layers.zoning.queries import Standing

#: How well a lot shows a kind: 0, it is not of the kind; 1 and more, well enough to stop looking.
Showing = Callable[[Evaluation, Standing], float]


@dataclass(frozen=True)
class Kind:
    """
    A kind of lot: its key, its name in English (a gettext msgid), and how well a lot shows it.

    `possible`: whether any lot can be of the kind under the city's rules.
    """

    key: str
    title: str
    showing: Showing
    possible: Callable[[Standing], bool] = lambda _standing: True


def _corner(lot: Evaluation, _standing: Standing) -> float:
    return min(_value(lot, "chamfer_area_m2") / 3.0, 1.0) * _plain(lot)


def _widened(lot: Evaluation, _standing: Standing) -> float:
    if len(_fronts(lot)) != 1 or _value(lot, "chamfer_area_m2"):
        return 0.0
    return min(_value(lot, "widening_area_m2") / 10.0, 1.0) * _plain(lot)


def _through(lot: Evaluation, _standing: Standing) -> float:
    fronts = _fronts(lot)
    if len(fronts) != 2 or not _plain(lot) or min(line.length for line in fronts) < 5.0:
        return 0.0
    apart_m = shapely.distance(*fronts)
    ground = lot.geometries["parcel"]
    if shapely.area(ground) < 0.9 * shapely.area(shapely.convex_hull(ground)):
        return 0.0
    return float(min(apart_m / 12.0, 1.0) * _plain(lot))


def _split_zone(lot: Evaluation, _standing: Standing) -> float:
    shares = sorted(zone.share for zone in lot.zones if zone.kind == "CONCERNED")
    return shares[-2] / 0.25 if len(shares) > 1 else 0.0


def _consumed(lot: Evaluation, _standing: Standing) -> float:
    return 1.0 if lot.status == "IN_PLAN" else 0.0


def _cut_in_two(lot: Evaluation, _standing: Standing) -> float:
    return _value(lot, "other_parts_area_m2") / 20.0


def _l_shaped(lot: Evaluation, _standing: Standing) -> float:
    plain = shapely.simplify(lot.geometries["parcel"], 0.25) if "parcel" in lot.geometries else None
    if plain is None or shapely.get_num_coordinates(plain) != 7 or not _plain(lot):
        return 0.0
    missing = 1.0 - shapely.area(plain) / shapely.area(shapely.convex_hull(plain))
    return float(min(missing / 0.12, 1.0) * _plain(lot)) if missing > 0.06 else 0.0


def _two_parts(lot: Evaluation, _standing: Standing) -> float:
    envelope = lot.geometries.get("envelope")
    parts = sorted(shapely.get_parts(envelope), key=shapely.area) if envelope is not None else []
    if len(parts) < 2 or not lot.choices:
        return 0.0
    return min(parts[-2].area / 12.0, parts[-2].distance(parts[-1]) / 0.8)


def _no_access(lot: Evaluation, _standing: Standing) -> float:
    return 1.0 if lot.status == "NO_ACCESS" else 0.0


def _depth_direction_asked(lot: Evaluation, _standing: Standing) -> float:
    if lot.findings["orientation"].state != "needs_inspection":
        return 0.0
    return 1.0 if lot.choices else 0.5


def _survey_edge(lot: Evaluation, standing: Standing) -> float:
    ground = lot.geometries.get("parcel")
    silent = {entry.layer for entry in lot.overlays if _says(entry, "OUTSIDE_SURVEYED_EXTENT")}
    extents = [standing.layers[key].surveyed_extent for key in silent if key in standing.layers]
    shares = [shapely.intersection(ground, extent).area / ground.area for extent in extents if ground]
    return max((min(share, 1.0 - share) for share in shares), default=0.0) / 0.15


def _deed_differs(lot: Evaluation, _standing: Standing) -> float:
    reason = lot.findings["area_discrepancy_m2"].reason
    return 1.0 if reason is not None and reason.code == "DEED_AND_SURVEY_DIFFER" else 0.0


def _may_be_divided(lot: Evaluation, _standing: Standing) -> float:
    if lot.findings["may_subdivide"].value is not True:
        return 0.0
    return 800.0 / max(_value(lot, "net_area_m2"), 800.0) * _plain(lot)


def _unzoned(lot: Evaluation, _standing: Standing) -> float:
    return 1.0 if lot.zone_state in ("NO_ZONE", "PARTLY_UNZONED") and lot.status != "IN_PLAN" else 0.0


def _borderline(lot: Evaluation, standing: Standing) -> float:
    near = {entry.layer for entry in lot.overlays if entry.state == "borderline"}
    return _plain(lot) if near - _rasters(standing) else 0.0


def _lowered(lot: Evaluation, _standing: Standing) -> float:
    limits = [entry for entry in lot.overlays if entry.effect == "HEIGHT_LIMIT" and entry.state == "applies"]
    return 1.0 if limits and lot.choices else 0.0


def _measured_from(what: str) -> Showing:
    """Lots on the ground that a rule measures from that: conductors of a line, walls of a canal, a well."""

    def showing(lot: Evaluation, standing: Standing) -> float:
        rules = standing.rules.of_kind("BUFFER")
        layers = {rule.params["layer"] for rule in rules if rule.params["measured_from"] == what}
        return _covered(lot, layers)

    return showing


def _kept_by(agency: str) -> Showing:
    """Lots on ground whose agency has a say."""

    def showing(lot: Evaluation, standing: Standing) -> float:
        rules = [rule for rule in standing.rules.of_kind("BUFFER") if rule.params.get("agency") == agency]
        held = {rule.params["layer"] for rule in rules if rule.params["effect"] == "CONDITIONAL"}
        return _covered(lot, held, "CONDITIONAL")

    return showing


def _on_raster(lot: Evaluation, standing: Standing) -> float:
    return 1.0 if any(_applies(entry, _rasters(standing), "") for entry in lot.overlays) else 0.0


def _rasters(standing: Standing) -> set[str]:
    return {rule.params["layer"] for rule in standing.rules.of_kind("RASTER")}


def _has_rasters(standing: Standing) -> bool:
    return bool(standing.rules.of_kind("RASTER"))


KINDS: tuple[Kind, ...] = (
    Kind("corner", gettext_noop("A corner, with its chamfer"), _corner),
    Kind("widened", gettext_noop("On a street that becomes wider"), _widened),
    Kind("through", gettext_noop("From street to street"), _through),
    Kind("split_zone", gettext_noop("In two zones"), _split_zone),
    Kind("consumed", gettext_noop("Taken whole by a planned street"), _consumed),
    Kind("cut_in_two", gettext_noop("Cut in two by a planned street"), _cut_in_two),
    Kind("l_shaped", gettext_noop("L-shaped"), _l_shaped),
    Kind("two_parts", gettext_noop("An envelope of several parts"), _two_parts),
    Kind("power_line", gettext_noop("Under a power line"), _measured_from("OUTER_CONDUCTORS")),
    Kind("canal", gettext_noop("Beside a canal"), _measured_from("OUTER_WALL_EDGE")),
    Kind("well", gettext_noop("Near a well of a qanat"), _measured_from("POINT")),
    Kind("heritage", gettext_noop("In a heritage core"), _kept_by("heritage")),
    Kind("lowered", gettext_noop("Under a height limit"), _lowered),
    Kind("survey_edge", gettext_noop("On the border of what was surveyed"), _survey_edge),
    Kind("borderline", gettext_noop("A restriction within the accuracy of the maps"), _borderline),
    Kind("depth_asked", gettext_noop("Without a sure depth direction"), _depth_direction_asked),
    Kind("no_access", gettext_noop("Without access to a street"), _no_access),
    Kind("deed_differs", gettext_noop("Deed and survey differ"), _deed_differs),
    Kind("may_be_divided", gettext_noop("Large enough to be divided"), _may_be_divided),
    Kind("unzoned", gettext_noop("On ground without a zone"), _unzoned),
    Kind("on_raster", gettext_noop("On a slope or in flood water, from a raster"), _on_raster, _has_rasters),
)


def _value(lot: Evaluation, key: str) -> float:
    finding = lot.findings.get(key)
    return float(finding.value) if finding is not None and finding.value is not None else 0.0


def _plain(lot: Evaluation) -> float:
    """1 where nothing else is the matter, so that it shows its kind alone; half without a building."""
    if lot.status != "NORMAL" or lot.zone_state != "ONE_ZONE":
        return 0.0
    return 1.0 if len(lot.choices) > 1 else 0.5


def _fronts(lot: Evaluation) -> list[Any]:
    """Its fronts on passages, those that meet as one line."""
    lines = [edge.geometry for edge in lot.edges if edge.kind == "passage"]
    return list(shapely.get_parts(shapely.line_merge(shapely.union_all(lines)))) if lines else []


def _says(entry: OverlayFinding, code: str) -> bool:
    return entry.reason is not None and entry.reason.code == code


def _covered(lot: Evaluation, layers: set[str], effect: str = "") -> float:
    """1 where a third of the net lot is covered, less where a corner is touched or nothing is left."""
    area = _value(lot, "net_area_m2")
    found = [entry.overlap_m2 or 0.0 for entry in lot.overlays if _applies(entry, layers, effect)]
    if not found or not area:
        return 0.0
    share = max(found) / area
    return max(min(share / 0.2, (1.1 - share) / 0.4), 0.05)


def _applies(entry: OverlayFinding, layers: set[str], effect: str) -> bool:
    return entry.layer in layers and entry.state == "applies" and effect in ("", entry.effect)
