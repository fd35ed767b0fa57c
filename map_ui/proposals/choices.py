"""All numbers of storeys that a parcel offers, side by side, each as a question to start from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import floor
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from map_ui.proposals.building import USE, Building
from map_ui.sheet.costs import cost
from map_ui.sheet.parts import ChoiceView
from map_ui.sheet.storeys import choices
from parcels.fees.calculate import Estimate, PriceList, estimates


@dataclass(frozen=True)
class Offer:
    """One number of storeys with what it gives, and the address that asks for just that building."""

    choice: ChoiceView
    address: str
    asked: bool


def offered(
    document: Mapping[str, Any], prices: PriceList, building: Building, *, on: date, keep_day: bool
) -> tuple[Offer, ...]:
    """The choices of an evaluation document, the highest first; uses stay as they were told."""
    policies = settings.CITY.policies.get("estimate", {})
    found = estimates(document, prices, policies, on=on, calendar=settings.CITY.calendar)
    priced = {storeys: cost(estimate) for storeys, estimate in found.items()}
    rows = {choice["storeys"]: choice for choice in document["choices"]}
    return tuple(
        Offer(
            replace(choice, chosen=choice.storeys == building.storeys),
            _address(rows[choice.storeys], found.get(choice.storeys), building, on if keep_day else None),
            choice.storeys == building.storeys,
        )
        for choice in choices(document, priced, building.storeys)
    )


def _address(
    choice: Mapping[str, Any], estimate: Estimate | None, building: Building, on: date | None
) -> str:
    told: list[tuple[str, str]] = [] if on is None else [("on", on.isoformat())]
    told += [("storeys", f"{choice['storeys']:g}"), ("area", _down(choice["footprint_m2"]))]
    units = None if estimate is None else estimate.case.units
    if units:
        told += [("units", str(units)), ("unit_area", _down(choice["floor_area_m2"] / units))]
    if choice["parking_need"] is not None:
        told.append(("bays", str(choice["parking_need"])))
    told += [(USE + use, _down(area_m2)) for use, area_m2 in building.use_areas_m2]
    return "?" + urlencode(told + [("use", use) for use in building.uses])


def _down(value: float) -> str:
    """Two decimals at most, never more than there is."""
    return f"{floor(round(value * 100, 4)) / 100:g}"
