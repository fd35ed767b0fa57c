"""Answers the integrated cases: from the surveyed lot to floor area and parking."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import shapely

from gis_core.constraints import (
    areas,
    chamfer,
    depth,
    lightwells,
    orientation,
    setbacks,
)
from gis_core.constraints.cases.building import density_outputs, park, storey_case
from gis_core.constraints.cases.form import EPSG, Inputs, Outputs, Place, number, part_areas, plain, plains
from gis_core.constraints.cases.land import chamfer_outputs, one_zone, widened_land
from gis_core.constraints.cases.restrictions import judged
from gis_core.constraints.density import density
from gis_core.constraints.parting import without
from gis_core.constraints.plane import PASSING_M, Shapes, largest_parts, shapes
from gis_core.constraints.slivers import threshold_width_m
from gis_core.constraints.values import Passages
from gis_core.constraints.zones import overlay_zones, strictest, weighted

LIMITS = ("far_percent", "coverage_percent", "storeys")


def end_to_end(inputs: Inputs) -> Outputs:
    place = Place(inputs["parcel"])
    policy = inputs["policy"]
    passages, ways, widened, retreats = widened_land(place, inputs, policy["widening"])
    outputs: Outputs = {
        "status": "IN_PLAN" if widened.in_plan[0] else "NORMAL",
        "retreat_m": plains(retreats),
        "widening_area_m2": widened.ceded_m2[0],
        "after_widening_area_m2": widened.after_m2[0],
        "part_areas_m2": part_areas(widened.after[0]),
    }
    if widened.in_plan[0]:
        return outputs
    main = largest_parts(widened.after)
    fronts = {name: _frontage(main[0], way) for name, way in zip(passages.key, ways, strict=True)}
    cut = _cut(main, fronts, passages, inputs)
    outputs |= chamfer_outputs(cut) | {"net_parcel": place.back(cut.net[0])}
    outputs |= _built(place, inputs, main, cut.net, fronts)
    return outputs


def _frontage(lot: shapely.Polygon, way: shapely.Geometry) -> shapely.Geometry:
    """The part of a lot's boundary that lies on a right of way."""
    lines = [
        shapely.LineString(pair)
        for pair in pairwise(lot.exterior.coords)
        if shapely.distance(way, shapely.LineString(pair).centroid) < 1e-4
        and max(shapely.distance(way, shapely.Point(point)) for point in pair) < 1e-4
    ]
    return shapely.line_merge(shapely.MultiLineString(lines))


def _cut(
    main: Shapes, fronts: Mapping[str, shapely.Geometry], passages: Passages, inputs: Inputs
) -> chamfer.Chamfers:
    rows = inputs.get("chamfers", [])
    planned = dict(zip(passages.key, passages.planned_width_m, strict=True))
    corners = chamfer.Corners(
        lot=np.zeros(len(rows), dtype=np.int64),
        frontage_1=shapes(*[_straight(fronts[row["between"][0]]) for row in rows]),
        frontage_2=shapes(*[_straight(fronts[row["between"][1]]) for row in rows]),
        width_1_m=np.array([planned[row["between"][0]] for row in rows], dtype=float),
        width_2_m=np.array([planned[row["between"][1]] for row in rows], dtype=float),
        size_rule=np.array([row["size_rule"] for row in rows], dtype=object),
        measure=np.array([row["measure"] for row in rows], dtype=object),
    )
    return chamfer.cut_corners(main, corners, inputs["policy"]["chamfer"])


def _straight(front: shapely.Geometry) -> shapely.LineString:
    """The longest straight piece of a frontage."""
    points = [part.coords for part in shapely.get_parts(front)]
    pieces = [shapely.LineString(pair) for line in points for pair in pairwise(line)]
    return max(pieces, key=lambda piece: piece.length)


def _built(
    place: Place, inputs: Inputs, main: Shapes, net: Shapes, fronts: Mapping[str, shapely.Geometry]
) -> Outputs:
    envelope, states = _envelope(place, inputs, main, net, fronts)
    outputs: Outputs = {
        "overlay_class": states,
        "envelope": place.back(envelope),
        "envelope_area_m2": envelope.area,
        "envelope_part_areas_m2": part_areas(envelope),
    }
    zone, zone_outputs = _limits_of_zones(place, inputs, net)
    outputs |= zone_outputs
    lot = areas.Areas(
        *(
            np.array([area])
            for area in (
                number(inputs.get("deed_area_m2")),
                place.one(inputs["parcel"]).area,
                main[0].area,
                net[0].area,
            )
        )
    )
    asked = dict(inputs["storeys"]) | {"zone": zone["code"], "area_m2": net[0].area}
    asked["limits"] = [{"kind": "ZONE", "storeys": zone["storeys"]}, *inputs["storeys"]["limits"]]
    storey = storey_case(asked)
    outputs |= {key: value for key, value in storey.items() if key != "unknown_limits"}
    found = density(
        number(zone["coverage_percent"]) / 100 * lot.on_basis(inputs["coverage_basis"]),
        number(zone["far_percent"]) / 100 * lot.on_basis(inputs["far_basis"]),
        np.array([number(storey["storeys"])]),
        np.array([envelope.area]),
    )
    outputs |= density_outputs(found, inputs.get("choose_storeys"))
    outputs |= _wells(inputs, lot, storey["storeys"], envelope.area, found.footprint_m2[0])
    outputs |= _looks(place, inputs, main, fronts)
    if inputs.get("parking"):
        outputs |= park(dict(inputs["parking"]) | {"footprint_m2": outputs["footprint_m2"]})
    return outputs


def _envelope(
    place: Place, inputs: Inputs, main: Shapes, net: Shapes, fronts: Mapping[str, shapely.Geometry]
) -> tuple[shapely.Geometry, list[str]]:
    asked = inputs["envelope"]
    if asked["kind"] == "DEPTH60":
        edges = place.read(*asked["neighbour_edges"])
        measured = {"NET": net, "NET_BEFORE_CHAMFER": main, "EXISTING": place.read(inputs["parcel"])}
        envelope = depth.depth_envelopes(
            net,
            measured[asked["depth_measured_on"]],
            np.array([float(asked["u_azimuth_deg"])]),
            (np.zeros(len(edges), dtype=np.int64), edges),
            asked["policy"],
        ).envelope
    else:
        lines, metres = [], []
        for row in asked["edges"]:
            drawn = fronts[row["passage"]] if row.get("passage") else place.one(row["edge"])
            pieces = list(shapely.get_parts(drawn))
            lines += pieces
            metres += [float(row["setback_m"])] * len(pieces)
        owner = np.zeros(len(lines), dtype=np.int64)
        envelope = setbacks.set_back(net, owner, shapes(*lines), np.array(metres), asked["policy"]["join"])
    states = []
    for overlay in inputs.get("overlays", []):
        _, _, found = judged(place, net, overlay, inputs["policy"]["overlay_accuracy"])
        states.append("UNKNOWN" if found is None else found.state[0])
        if found is not None and overlay["effect"] == "NO_BUILD":
            envelope = without(envelope, np.array([0]), found.overlap)
    return envelope[0], states


def _limits_of_zones(place: Place, inputs: Inputs, net: Shapes) -> tuple[Outputs, Outputs]:
    """The limits of the one zone, or of several by the policy for split lots; and the look-up's outputs."""
    if inputs.get("zone"):
        return dict(inputs["zone"]), {}
    rows, policy = inputs["zones"], inputs["policy"]
    sliver = policy.get("sliver") or policy.get("overlay_accuracy")
    threshold = threshold_width_m(sliver, sliver["parcel_accuracy_m"], sliver["layer_accuracy_m"]).item()
    polygons = place.read(*[row["polygon"] for row in rows])
    single_by = one_zone(policy.get("one_zone") or {"kind": "CONCERNED_BY_WIDTH"})
    pairs = (np.zeros(len(rows), dtype=np.int64), np.arange(len(rows)))
    found = overlay_zones(
        net, pairs, polygons, np.array([threshold]), {"measure": sliver["measure"], "one_zone": single_by}
    )
    limits = policy.get("split_zone_limits") or inputs.get("split_zone_limits")
    there = found.kind == "CONCERNED"
    lot, share = found.lot[there], found.share[there]
    single = [row["code"] for row, kind in zip(rows, found.kind, strict=True) if kind == "CONCERNED"]
    values = {key: np.array([number(row.get(key)) for row in rows])[there] for key in LIMITS}
    least = {key: strictest(lot, values[key], 1)[0] for key in LIMITS}
    mean = {key: weighted(lot, share, values[key], 1)[0] for key in LIMITS}
    combined = mean if limits == "AREA_WEIGHTED" else least
    zone = {
        "code": single[0] if len(single) == 1 else "",
        "storeys": plain(least["storeys"]),
        "far_percent": combined["far_percent"],
        "coverage_percent": combined["coverage_percent"],
    }
    outputs = {
        "zone_share": list(found.share),
        "zone_class": list(found.kind),
        "zone_state": found.state[0],
        "state": found.state[0],
        "far_percent": plain(zone["far_percent"]),
        "coverage_percent": plain(zone["coverage_percent"]),
    }
    return zone, outputs


def _wells(
    inputs: Inputs, lot: areas.Areas, storeys: float | None, envelope_m2: float, footprint_m2: float
) -> Outputs:
    asked = inputs.get("light_wells")
    if not asked:
        return {}
    plot_m2 = lot.on_basis(asked["area_basis"])[0]
    needs = lightwells.wells_needed(plot_m2, number(storeys), asked["serves"], asked["rule"])
    if needs is None:
        return dict.fromkeys(("light_well_area_m2", "light_well_dimension_m", "light_wells_fit"))
    total = sum(need.area_m2 for need in needs)
    return {
        "light_well_area_m2": [need.area_m2 for need in needs],
        "light_well_dimension_m": [need.dimension_m for need in needs],
        "light_wells_fit": bool(envelope_m2 - footprint_m2 >= total - PASSING_M),
    }


def _looks(place: Place, inputs: Inputs, main: Shapes, fronts: Mapping[str, shapely.Geometry]) -> Outputs:
    front = inputs.get("frontage")
    if front is None:
        return {}
    policy = inputs["policy"]["orientation"]
    grid = orientation.frontage_azimuths_deg(main, np.array([0]), shapes(fronts[front]))
    turn = 0.0
    if policy["north"] == "TRUE":
        centre = shapely.get_coordinates(shapely.centroid(main)) + place.origin
        turn = orientation.convergence_deg(centre, inputs.get("epsg", EPSG)).item()
    used = (grid + turn) % 360
    return {"lot_type": orientation.lot_types(used)[0], "azimuth_used_deg": used.item()}
