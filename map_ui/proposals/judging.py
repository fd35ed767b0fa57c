"""Judges a told building on a parcel: lays it into the envelope, asks the engine, mends it, prices it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.conf import settings

from gis_core.constraints.choices import parking_need
from gis_core.constraints.findings import Evaluation, as_document
from gis_core.constraints.parking import typical_units
from gis_core.constraints.placing import laid
from gis_core.constraints.proposal import Proposal, Verdict, judge, rule_of_lot
from gis_core.constraints.rules import RuleSet
from map_ui import shapes
from map_ui.proposals.building import Building
from parcels.evaluation import answer_for
from parcels.fees.calculate import Case, Estimate, PriceList, estimate
from parcels.models import Parcel

#: How often a building is mended before it is given up; one point's remedy may touch another point.
_ROUNDS = 4


@dataclass(frozen=True)
class Held:
    """What holds on a parcel on a day: its evaluation, the same as a document, and the rules of both."""

    evaluation: Evaluation
    document: Mapping[str, Any]
    rules: RuleSet


@dataclass(frozen=True)
class Judged:
    """A judged building: as told, as the engine was asked, and what the engine says of each point."""

    building: Building
    proposal: Proposal
    verdict: Verdict


def held_on(parcel: Parcel, *, on: date) -> Held:
    """
    What holds on a parcel on a day; at most four round trips.

    Raises
    ------
    NotFound
        When this version is not in force on the day.
    """
    answered = answer_for([parcel.pk], on=on)
    evaluation = answered.evaluations[0]
    return Held(evaluation, as_document(evaluation), answered.rules)


def judged(building: Building, held: Held) -> Judged:
    """The building held against what may be built there."""
    proposal = proposal_of(building, held)
    return Judged(building, proposal, judge(proposal, held.evaluation, held.rules))


def proposal_of(building: Building, held: Held) -> Proposal:
    """The building as the engine asks for it: width and depth laid into the envelope, each dwelling."""
    footprint = building.footprint or _laid(building, held)
    return Proposal(
        storeys=building.storeys,
        uses=building.uses,
        units_m2=units_m2(building),
        parts=building.parts,
        footprint=footprint,
        footprint_m2=building.covered_m2 if footprint is None else None,
        height_m=building.height_m,
        projection_m=building.projection_m,
        bays=building.bays,
        use_areas_m2=building.use_areas_m2,
    )


def units_m2(building: Building) -> tuple[float, ...]:
    """
    Area of each dwelling in m².

    Where only their number is told, the floor area that other uses leave is shared equally.
    """
    if building.units_m2 or building.units is None:
        return building.units_m2
    area_m2 = building.unit_m2
    if area_m2 is None and building.covered_m2 is not None and building.storeys is not None:
        others_m2 = sum(told for _, told in building.use_areas_m2)
        left_m2 = building.covered_m2 * building.storeys - others_m2
        area_m2 = left_m2 / building.units if left_m2 > 0 else None
    return () if area_m2 is None else (area_m2,) * building.units


def _laid(building: Building, held: Held) -> shapely.Polygon | None:
    envelope = held.evaluation.geometries.get("envelope")
    known = held.evaluation.findings["envelope_area_m2"].state != "unknown"
    if building.width_m is None or building.depth_m is None or not known or shapely.is_empty(envelope):
        return None
    return laid(building.width_m, building.depth_m, envelope, _along(held.document, envelope))


def _along(document: Mapping[str, Any], envelope: Any) -> np.ndarray:
    """The direction of the front on the street; without a street that of the envelope's longest side."""
    fronts = shapes.frontages(document)
    ring = fronts[0][1] if fronts else shapely.minimum_rotated_rectangle(envelope).exterior
    sides = np.diff(shapely.get_coordinates(ring), axis=0)
    longest = sides[np.hypot(*sides.T).argmax()]
    return np.asarray(longest if np.any(longest) else (1.0, 0.0), dtype=float)


def mended(found: Judged, held: Held) -> Judged | None:
    """
    The building with what fails reduced to its limit, if that passes or may at least be asked for.

    None where nothing fails, or where no such building was found.
    """
    if found.verdict.state != "fails":
        return None
    tried = found
    for _ in range(_ROUNDS):
        building = _reduced(tried, held)
        if building is None or building == tried.building:
            return None
        tried = judged(building, held)
        if tried.verdict.state != "fails":
            # What nobody can judge is not offered as what would do.
            return None if tried.verdict.state == "unknown" else tried
    return None


def _reduced(found: Judged, held: Held) -> Building | None:
    building = found.building
    for point in found.verdict.judgements:
        if point.state != "fails":
            continue
        if point.key == "storeys":
            building = replace(building, storeys=point.limit)
        elif point.key == "use":
            building = replace(
                building,
                uses=tuple(use for use in building.uses if use != point.proposed),
                use_areas_m2=tuple(told for told in building.use_areas_m2 if told[0] != point.proposed),
            )
        elif point.key == "bays":
            building = replace(building, bays=point.limit)
        elif point.key == "height_m":
            building = replace(building, height_m=point.limit)
        elif point.key == "projection_m":
            building = replace(building, projection_m=point.limit)
        elif point.key in ("footprint_m2", "footprint_outside_m2", "floor_area_m2"):
            smaller = _smaller(building, held)
            if smaller is None:
                return None
            building = smaller
        else:
            return None
    return building


def _smaller(building: Building, held: Held) -> Building | None:
    """As large a footprint as coverage, envelope and density leave for so many storeys; only as an area."""
    limits = [held.document["findings"][key] for key in ("footprint_m2", "far_cap_m2")]
    if building.parts or any(limit["state"] == "unknown" or limit["value"] is None for limit in limits):
        return None
    most_m2 = limits[0]["value"]
    if building.storeys:
        most_m2 = min(most_m2, limits[1]["value"] / building.storeys)
    area_m2 = math.floor(min(most_m2, building.covered_m2 or most_m2) * 100) / 100
    if not area_m2 > 0:
        return None
    return replace(building, area_m2=area_m2, width_m=None, depth_m=None, footprint=None)


def estimate_of(found: Judged, held: Held, prices: PriceList, *, on: date) -> Estimate | None:
    """What such a building would cost; None while storeys or footprint are not told."""
    building, area_m2 = found.building, found.building.covered_m2
    if area_m2 is None or not building.storeys:
        return None
    need = next((point.limit for point in found.verdict.judgements if point.key == "bays"), None)
    floor_area_m2 = area_m2 * building.storeys
    if need is None and building.bays is None:
        need = _foreseen_bays(floor_area_m2, building.storeys, held)
    choice = {
        "storeys": building.storeys,
        "footprint_m2": area_m2,
        "floor_area_m2": floor_area_m2,
        "parking_need": need,
    }
    policies = settings.CITY.policies.get("estimate", {})
    case = _case(building, choice, policies, prices)
    return estimate(held.document, choice, case, prices.tariffs, on=on, calendar=settings.CITY.calendar)


def _case(
    building: Building, choice: Mapping[str, Any], policies: Mapping[str, Any], prices: PriceList
) -> Case:
    """The case of a told building: only what nobody told is assumed, and named so."""
    gross = None
    if "gross_over_counted" in policies:
        counted = Decimal(str(round(choice["floor_area_m2"], 2)))
        gross = (counted * Decimal(str(policies["gross_over_counted"]))).quantize(Decimal("0.01"))
    need, told = choice["parking_need"], building.units or len(building.units_m2) or None
    bays = need if building.bays is None else building.bays
    typical = policies.get("typical_unit_m2")
    foreseen = None if typical is None else typical_units(choice["floor_area_m2"], float(typical))
    assumed = {"use": building.uses, "units": told, "gross_area_m2": None, "bays": building.bays is not None}
    return Case(
        use=_use(building.uses, policies),
        units=told or foreseen,
        gross_area_m2=gross,
        bays=bays,
        missing_bays=None if need is None or bays is None else max(0, need - bays),
        land_rial_m2=prices.land_rial_m2,
        building_rial_m2=prices.building_rial_m2,
        assumed=tuple(name for name, stated in assumed.items() if not stated),
    )


def _foreseen_bays(floor_area_m2: float, storeys: float, held: Held) -> int | None:
    """Bays that a building of typical dwellings would need; None without a rule."""
    rule = rule_of_lot(held.evaluation, held.rules, "PARK").rule
    return None if rule is None else parking_need(floor_area_m2, storeys, rule)


def _use(uses: tuple[str, ...], policies: Mapping[str, Any]) -> str | None:
    """The use that tariffs know; None for one they do not know, and for several, which no tariff parts."""
    if not uses:
        return policies.get("use")
    return policies.get("use_of", {}).get(uses[0]) if len(uses) == 1 else None
