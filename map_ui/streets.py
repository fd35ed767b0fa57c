"""Says what streets and the addresses on them are called in the language of the page."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db.models import Q
from django.utils.translation import gettext as _

from gis_core import crs
from layers.network.models import StreetSegment
from map_ui import wording
from parcels import queries
from parcels.models import Address, Parcel

#: Arguments of a reason that name streets.
_STREETS = frozenset({"street", "streets"})
#: How a part of a Persian address begins that names the street at whose corner it lies.
_AT_CORNER = "نبش "
#: A street that a parcel lies on runs within so many metres of it.
_NEAR_M = 60.0


def called(streets: Iterable[tuple[Any, str, str]]) -> dict[str, str]:
    """What the page calls streets (lineage, name_fa, name_en), by their lineage and by their Persian name."""
    names: dict[str, str] = {}
    for lineage, name_fa, name_en in streets:
        names[str(lineage)] = wording.in_language(name_fa, name_en)
        if name_fa:
            names[name_fa] = names[str(lineage)]
    return names


def called_near(parcels: Sequence[Parcel], *, on: date) -> dict[str, str]:
    """What the page calls the streets that parcels lie on; one query."""
    if not parcels:
        return {}
    near = reduce(or_, (Q(geometry__bboverlaps=_around(parcel)) for parcel in parcels))
    streets = StreetSegment.objects.in_force(on=on).filter(near)
    return called(streets.values_list("lineage", "name_fa", "name_en"))


def addresses_of(parcels: Sequence[Parcel], *, on: date) -> dict[int, str]:
    """The address of each parcel by its id, where one is known; in English by its street's English name."""
    known = queries.addresses_of(parcels)
    english = wording.language() == "en"
    names = called_near([one for one in parcels if one.pk in known], on=on) if english else {}
    return {pk: _written(row, names) for pk, row in known.items()}


def in_reading_language(document: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The document with its streets called as the page calls them (`called`)."""

    def renamed(value: Any) -> Any:
        return [renamed(one) for one in value] if isinstance(value, list) else names.get(value, value)

    def reason(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if told is None:
            return None
        args = {key: renamed(value) if key in _STREETS else value for key, value in told["args"].items()}
        return {**told, "args": args}

    edges = [{**edge, "street": renamed(edge["street"])} for edge in document["edges"]]
    findings = {
        key: {**found, "reason": reason(found["reason"])} for key, found in document["findings"].items()
    }
    return {**document, "edges": edges, "findings": findings}


def _written(row: Address, names: Mapping[str, str]) -> str:
    street = names.get(row.street_name, row.street_name)
    if street == row.street_name:
        return wording.address(row.text)
    told = {"number": wording.digits(row.number), "street": street, "other": _corner(row.text, names)}
    if told["other"]:
        if row.number:
            return _("%(number)s %(street)s, corner of %(other)s") % told
        return _("%(street)s, corner of %(other)s") % told
    return _("%(number)s %(street)s") % told if row.number else street


def _corner(text: str, names: Mapping[str, str]) -> str:
    """What the page calls the street at whose corner a Persian address lies; empty where it names none."""
    parts = (part.strip() for part in text.replace(",", "،").split("،"))
    other = next((part.removeprefix(_AT_CORNER) for part in parts if part.startswith(_AT_CORNER)), "")
    return names.get(other, f"\u2068{other}\u2069" if other else "")


def _around(parcel: Parcel) -> Polygon:
    west, south, east, north = parcel.geometry.extent
    box = Polygon.from_bbox((west - _NEAR_M, south - _NEAR_M, east + _NEAR_M, north + _NEAR_M))
    box.srid = crs.metric_srid()
    return box
