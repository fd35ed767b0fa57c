"""What the map page is told: its extent, tile sets, words. Only texts and addresses, nothing of a person."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models import Extent
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from gis_core import crs, jalali
from layers.models import District, GroundCover
from layers.network.models import CorrectedLine, StreetSegment
from map_ui import tiles, wording
from map_ui.zone_families import families


def map_config(*, on: date, only: Collection[str] | None = None) -> dict[str, Any]:
    """The configuration of the map for a day, in the language of the page; of some tile sets `only`."""
    described = tiles.described_sets(on=on, only=only)
    if not tiles.remembered(("corrected", on), 60.0, lambda: _has_corrected_lines(on)):
        described = [entry for entry in described if entry["key"] != "corrected"]
    return {
        "language": wording.language(),
        "extent": tiles.remembered(("extent", on), 60.0, lambda: _extent(on)),
        "on": None if on == timezone.localdate() else on.isoformat(),
        "surfaces": tiles.remembered(("surfaces", on), 60.0, lambda: _has_surfaces(on)),
        "planned_streets": tiles.remembered(("planned", on), 60.0, lambda: _has_planned_streets(on)),
        "zone_families": dict(families()),
        "sets": [_told(entry) for entry in described],
        "urls": {
            "home": reverse("home"),
            "at": reverse("parcels-at"),
            "sheet": reverse("parcel-sheet", args=["KEY"]),
        },
        "words": _words(),
    }


def _told(entry: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("key", "tiles", "minzoom", "maxzoom", "switchable", "on_at_first")
    return {name: entry[name] for name in kept} | {
        "title": wording.in_language(entry["title_fa"], entry["title_en"]),
        "legend": [
            {"sign": sign["sign"], "title": wording.in_language(sign["title_fa"], sign["title_en"])}
            for sign in entry["legend"]
        ],
        "source": _source(entry),
    }


def _source(entry: Mapping[str, Any]) -> str:
    """The sources of a set with the last day of survey, without repeats."""
    titles = dict.fromkeys(wording.in_language(row["title_fa"], row["title_en"]) for row in entry["sources"])
    days = [parse_date(row["surveyed_on"]) for row in entry["sources"] if row["surveyed_on"]]
    latest = max((day for day in days if day), default=None)
    text = wording.listed([title for title in titles if title][:2])
    return f"{text} · {jalali.short(latest, wording.language())}" if latest and text else text


def _has_planned_streets(on: date) -> bool:
    """Whether any street becomes wider: only then is a planned line on the map, and in its legend."""
    wider = StreetSegment.objects.in_force(on=on).filter(planned_width_m__gt=models.F("existing_width_m"))
    return bool(wider.exists())


def _has_corrected_lines(on: date) -> bool:
    """Whether a document draws any street's border: only then is there a layer of such lines to show."""
    return bool(CorrectedLine.objects.in_force(on=on).exists())


def _extent(on: date) -> list[float]:
    """West, south, east, north in degrees of the city's districts; without districts the city's box."""
    found = District.objects.in_force(on=on).aggregate(extent=Extent("geometry"))["extent"]
    if not found:
        return list(settings.CITY.bbox_lonlat)
    west, south = crs.to_lonlat(found[0], found[1])
    east, north = crs.to_lonlat(found[2], found[3])
    return [round(float(value), 6) for value in (west, south, east, north)]


def _has_surfaces(on: date) -> bool:
    return GroundCover.objects.in_force(on=on).filter(kind=GroundCover.Kind.PASSAGE).exists()


def _words() -> dict[str, str]:
    return {
        **{kind.value: str(kind.label) for kind in GroundCover.Kind},
        "parcel": _("Parcel"),
        "ceded": _("Ceded to the street"),
        "net": _("Net parcel"),
        "envelope": _("Envelope"),
        "line60": _("60 % of the length"),
        "planned": _("Planned street line"),
        "metres": _("metres"),
        "kilometres": _("kilometres"),
        "closer": _("Come closer, then choose a parcel."),
        "nothing_here": _("There is no parcel near this point."),
        "no_parcel_here": _("No single parcel is under the cross."),
        "under_cross": _("Under the cross:"),
        "which": _("Which parcel do you mean?"),
        "no_answer": _("We could not ask the server. Check your connection and try again."),
        "failed": _("The answer could not be shown"),
        "failed_what": _("Nothing is lost. Check your connection and try again."),
        "again": _("Try again"),
        "choose": _("Choose a parcel on the map."),
        "no_place": _("Your place could not be read. Allow it in the browser, or search by address."),
        "outside": _("Your place is outside this city."),
        "here_you_are": _("This is your place. Choose your parcel."),
    }
