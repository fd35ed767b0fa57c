"""Answers cases about subdivision and consolidation."""

from gis_core.constraints import (
    parcelling,
)
from gis_core.constraints.cases.form import Inputs, Outputs, Place


def subdivision(inputs: Inputs) -> Outputs:
    outputs = _tiling(inputs) if inputs.get("parent") else {}
    if inputs.get("article_101"):
        names = ("public_share_max_m2", "passage_share_max_m2", "remainder_min_m2")
        outputs |= dict(zip(names, parcelling.article_101(inputs["article_101"]), strict=True))
    return outputs


def _tiling(inputs: Inputs) -> Outputs:
    place = Place(inputs["parent"])
    found = parcelling.subdivide(
        place.one(inputs["parent"]),
        place.read(*inputs["lots"]),
        place.read(*inputs.get("roads", [])),
        place.read(*inputs.get("existing_passages", [])),
        inputs["rule"],
        forced=bool(inputs.get("forced_subdivision")),
    )
    return {
        "parent_area_m2": found.parent_m2,
        "lot_areas_m2": list(found.lot_m2),
        "lot_widths_m": list(found.lot_width_m),
        "lot_ratios": list(found.lot_ratio),
        "gap_area_m2": found.gap_m2,
        "overlap_area_m2": found.overlap_m2,
        "outside_area_m2": found.outside_m2,
        "access_lengths_m": list(found.access_m),
        "failed_checks": list(found.failed),
        "passes": not found.failed,
    }


def merge(inputs: Inputs) -> Outputs:
    place = Place(inputs["parcels"][0])
    lots, passages = place.read(*inputs["parcels"]), place.read(*inputs.get("passages", []))
    found = parcelling.consolidate(lots, inputs["owners"], passages, inputs["policy"]["min_shared_edge_m"])
    return {
        "union_area_m2": found.union.area,
        "shared_edge_m": found.shared_edge_m,
        "part_count": found.part_count,
        "reasons": list(found.reasons),
        "may_merge": not found.reasons,
    }
