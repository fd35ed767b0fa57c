"""Reads what an evaluation of the whole city gave: by district, by reason, by contradicting rules."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gis_core.constraints import ENGINE_VERSION
from layers.models import District
from layers.zoning.models import Rule
from map_ui import reason_texts, wording
from parcels.city_wide.models import AreaEvaluation, CityEvaluation

#: Reasons as a heading over many lots; the others are told as one lot tells them.
REASONS = {
    "LOT_TOO_SMALL": gettext_noop("The lot is smaller than its zone asks for."),
    "PASSAGE_TOO_NARROW": gettext_noop("The passage is narrower than its zone asks for."),
    "CORRECTED_LINE_UNCLEAR": gettext_noop("A corrected line does not clearly speak for a whole frontage."),
    "AGENCY": gettext_noop("It depends on the answer of an agency."),
    "OVERLAY_UNKNOWN": gettext_noop("It depends on a buffer that we do not know."),
    "OVERLAY_BORDERLINE": gettext_noop("A buffer touches the parcel within the accuracy of the maps."),
    "LIGHT_EXCEEDED": gettext_noop("The building would rise above the light plane."),
}
#: Kinds of layers, and of imports, that an evaluation reads.
_READ_LAYERS = ("zoning", "overlay", "raster", "streets", "corrected_lines", "parcels", "ground")
_READ_IMPORTS = ("zoning", "overlays", "rasters", "streets", "corrected-lines", "parcels", "ground", "rules")


@dataclass(frozen=True)
class Told:
    """Lots of a district, or of the whole city: how many, what they may hold, how many are not known."""

    code: str
    name: str
    lots: int
    far_percent: float | None
    reachable_percent: float | None
    floor_area_m2: float | None
    unknown_lots: int
    conflict_lots: int

    @property
    def unknown_percent(self) -> float:
        """Share of lots whose floor area is not known."""
        return 100.0 * self.unknown_lots / self.lots if self.lots else 0.0

    @property
    def conflict_percent(self) -> float:
        """Share of lots on which rules contradict each other."""
        return 100.0 * self.conflict_lots / self.lots if self.lots else 0.0


@dataclass(frozen=True)
class Counted:
    """Something that is so on a number of lots: its words, the lots, their share in percent."""

    title: str
    lots: int
    percent: float
    note: str = ""


def newest() -> CityEvaluation | None:
    """The evaluation that was computed last; None when the city was never evaluated."""
    return CityEvaluation.objects.order_by("-created_at", "-pk").first()


def published_since(city: CityEvaluation) -> datetime | None:
    """
    When layers, rules or lots last changed, if that is after the instant the evaluation stands on.

    What no evaluation reads (offices, tariffs) and an import that changed nothing do not count.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select greatest(
                (select max(greatest(lower(v.known), upper(v.known)))
                   from layers_layerversion v join layers_layer l on l.id = v.layer_id
                  where v.status in ('in_force', 'withdrawn') and l.kind = any(%(layers)s)),
                (select max(greatest(lower(known), upper(known))) from zoning_rule),
                (select max(finished_at) from gis_core_importrun
                  where kind = any(%(imports)s) and rows_loaded + rows_closed > 0))
            """,
            {"layers": list(_READ_LAYERS), "imports": list(_READ_IMPORTS)},
        )
        (last,) = cursor.fetchone()
    return last if last is not None and last > city.known_at else None


def computed_by_another_engine(city: CityEvaluation) -> bool:
    """Whether the rows are those of another version of the engine than answers a click now."""
    return city.engine_version != ENGINE_VERSION


def districts(city: CityEvaluation) -> list[Told]:
    """The districts of an evaluated city by their code."""
    rows = list(AreaEvaluation.objects.filter(city_evaluation=city, level=AreaEvaluation.Level.DISTRICT))
    names = _names(city.on)
    return [_told(row, names.get(row.code) or row.code) for row in sorted(rows, key=_by_number)]


def whole(city: CityEvaluation) -> Told:
    """All lots of an evaluated city together, as they were summed up when it was loaded."""
    row = AreaEvaluation.objects.get(city_evaluation=city, level=AreaEvaluation.Level.CITY)
    return _told(row, _("Whole city"))


def _by_number(row: AreaEvaluation) -> tuple[int, str]:
    return (int(row.code) if row.code.isdecimal() else 10**9, row.code)


def _names(on: date) -> dict[str, str]:
    rows = District.objects.in_force(on=on).filter(level=District.Level.DISTRICT)
    return {row.code: wording.name(wording.in_language(row.name_fa, row.name_en)) for row in rows}


def _told(row: AreaEvaluation, name: str) -> Told:
    return Told(
        code=row.code,
        name=name or _("in no district"),
        lots=row.lots,
        far_percent=row.far_percent,
        reachable_percent=row.reachable_percent,
        floor_area_m2=row.floor_area_m2,
        unknown_lots=row.unknown_lots,
        conflict_lots=row.conflict_lots,
    )


def reasons(city: CityEvaluation) -> list[Counted]:
    """Why the floor area of lots is not known, the most frequent reason first; a lot may have several."""
    counted = _counted(city, "unknown_reasons")
    return [Counted(reason_in_words(code), lots, percent) for code, lots, percent in counted]


def reason_words(city: CityEvaluation) -> dict[str, str]:
    """The words of each reason that occurs, by its code."""
    return {code: reason_in_words(code) for code, _lots, _percent in _counted(city, "unknown_reasons")}


def reason_in_words(code: str) -> str:
    """A reason as it is told of many lots."""
    return _(REASONS[code]) if code in REASONS else reason_texts.reason({"code": code})


def contradictions(city: CityEvaluation) -> list[Counted]:
    """Rules of one rank that contradict another one, the most frequent first, with their articles."""
    counted = _counted(city, "conflict_rules")
    codes = [code for code, _lots, _percent in counted]
    articles = dict(Rule.objects.filter(code__in=codes).values_list("code", "article"))
    return [Counted(code, lots, percent, articles.get(code, "")) for code, lots, percent in counted]


def _counted(city: CityEvaluation, field: str) -> list[tuple[str, int, float]]:
    total: Counter[str] = Counter()
    told = AreaEvaluation.objects.filter(city_evaluation=city, level=AreaEvaluation.Level.DISTRICT)
    for counts in told.values_list(field, flat=True):
        total.update(counts)
    return [(code, lots, 100.0 * lots / city.lots) for code, lots in total.most_common()]


def block_values(city: CityEvaluation, field: str) -> list[float]:
    """The number of each block that a map colours, without blocks of which it is not known."""
    rows = AreaEvaluation.objects.filter(city_evaluation=city, level=AreaEvaluation.Level.BLOCK)
    shares: Mapping[str, str] = {"unknown_percent": "unknown_lots", "conflict_percent": "conflict_lots"}
    if field in shares:
        return [100.0 * part / lots for part, lots in rows.values_list(shares[field], "lots")]
    return [value for value in rows.values_list(field, flat=True) if value is not None]
