"""What somebody would build, as it was told; read from the page's form, one clear sentence per error."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import shapely

from gis_core.constraints.counting import BuiltPart
from gis_core.errors import BadInput
from gis_core.numerals import read_numeral

MOST_UNITS = 500
MOST_USES = 30
#: Width times depth and a told area that differ by no more than this are the same footprint: m².
SAME_AREA_M2 = 0.5


@dataclass(frozen=True)
class Field:
    """A number of the question: its name, what people call it, and the values it may have."""

    name: str
    fa: str
    en: str
    least: float
    most: float
    whole: bool = False


FIELDS = {
    field.name: field
    for field in (
        Field("storeys", "شمار طبقه‌ها", "the number of storeys", 0.5, 200),
        Field("width", "عرض ساختمان", "the width of the building", 0.5, 1000),
        Field("depth", "عمق ساختمان", "the depth of the building", 0.5, 1000),
        Field("area", "سطح اشغال", "the footprint", 1, 1_000_000),
        Field("units", "شمار واحدها", "the number of dwellings", 1, MOST_UNITS, whole=True),
        Field("unit_area", "مساحت هر واحد", "the area of each dwelling", 5, 100_000),
        Field("bays", "شمار جاهای پارک", "the number of parking bays", 0, 5000, whole=True),
        Field("height", "ارتفاع", "the height", 1, 1000),
        Field("projection", "پیش‌آمدگی روی گذر", "the projection over the street", 0, 20),
        Field("use_area", "مساحت این کاربری", "the area of this use", 0, 1_000_000),
        Field("part_area", "مساحت بخش", "the area of a part", 0, 1_000_000),
    )
}
#: The fields of the page's form that are numbers.
TYPED = ("storeys", "width", "depth", "area", "units", "unit_area", "bays", "height", "projection")
#: How the fields of the areas of a building's parts begin; the kind of the part follows.
PART = "part_"
#: How the fields of the areas of uses begin; the use follows.
USE = "use_"


@dataclass(frozen=True)
class Building:
    """
    What is told of a building; what is not told is None or empty.

    `width_m` along the street and `depth_m` into the lot, or the drawn `footprint` (metric CRS), or only
    its `area_m2`. `units` dwellings of `unit_m2` each, or `units_m2` one by one. `use_areas_m2`: the area
    of each use beside the dwellings.
    """

    storeys: float | None = None
    width_m: float | None = None
    depth_m: float | None = None
    area_m2: float | None = None
    footprint: shapely.Polygon | None = None
    units: int | None = None
    unit_m2: float | None = None
    units_m2: tuple[float, ...] = ()
    bays: int | None = None
    uses: tuple[str, ...] = ()
    height_m: float | None = None
    projection_m: float | None = None
    parts: tuple[BuiltPart, ...] = ()
    use_areas_m2: tuple[tuple[str, float], ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing at all is told."""
        return self == Building()

    @property
    def covered_m2(self) -> float | None:
        """The footprint's area in m², however it was told."""
        if self.footprint is not None:
            return float(self.footprint.area)
        if self.width_m is not None and self.depth_m is not None:
            return self.width_m * self.depth_m
        return self.area_m2


@dataclass(frozen=True)
class Typed:
    """A form as it came: the texts to show again, the building they tell, the trouble of each wrong field."""

    texts: Mapping[str, str]
    building: Building
    troubles: Mapping[str, BadInput]


def from_form(
    texts: Mapping[str, str],
    uses: tuple[str, ...],
    kinds: tuple[str, ...] = (),
    with_area: tuple[str, ...] = (),
) -> Typed:
    """
    Read the fields of the form; a field that cannot be read is told and left out.

    `kinds` of parts whose areas are asked for, as the rule on counted floor area names them; `with_area`:
    uses whose areas are asked for. A use whose area is told is one of the building's, chosen or not.

    Examples
    --------
    >>> typed = from_form({"storeys": "۴", "bays": "many"}, ())
    >>> typed.building.storeys, list(typed.troubles)
    (4.0, ['bays'])
    """
    told: dict[str, Any] = {}
    troubles: dict[str, BadInput] = {}
    fields = {name: FIELDS[name] for name in TYPED}
    fields |= {PART + kind: replace(FIELDS["part_area"], name=PART + kind) for kind in kinds}
    fields |= {USE + use: replace(FIELDS["use_area"], name=USE + use) for use in with_area}
    for name, field in fields.items():
        try:
            told[name] = _typed_number(field, texts.get(name, ""))
        except BadInput as trouble:
            troubles[name] = trouble
    for name, missing in incomplete(told):
        troubles.setdefault(name, missing)
    areas = tuple((use, area) for use in with_area if (area := told.get(USE + use)))
    building = Building(
        storeys=told.get("storeys"),
        width_m=told.get("width") if "depth" not in troubles else None,
        depth_m=told.get("depth") if "width" not in troubles else None,
        area_m2=told.get("area"),
        units=_whole(told.get("units")),
        unit_m2=told.get("unit_area"),
        bays=_whole(told.get("bays")),
        uses=named_uses([*uses, *(use for use, _ in areas)]),
        use_areas_m2=areas,
        height_m=told.get("height"),
        projection_m=told.get("projection"),
        parts=tuple(BuiltPart(kind, area) for kind in kinds if (area := told.get(PART + kind))),
    )
    return Typed({name: texts.get(name, "")[:20] for name in fields}, building, troubles)


def incomplete(told: Mapping[str, float | None]) -> Iterator[tuple[str, BadInput]]:
    """What does not go together: a width without a depth, a width and depth that give another area."""
    width, depth, area = (told.get(name) for name in ("width", "depth", "area"))
    for name, other in (("width", depth), ("depth", width)):
        if told.get(name) is None and other is not None:
            yield (
                name,
                bad(
                    name,
                    "عرض و عمق ساختمان را با هم بگویید.",
                    "Say both the width and the depth of the building.",
                ),
            )
    if (
        width is not None
        and depth is not None
        and area is not None
        and abs(width * depth - area) > SAME_AREA_M2
    ):
        yield (
            "area",
            bad(
                "area",
                "عرض ضرب در عمق با سطح اشغال یکی نیست؛ یکی را خالی بگذارید.",
                "Width times depth is not the footprint told; leave one of them empty.",
            ),
        )


def _typed_number(field: Field, text: str) -> float | None:
    if not text.strip():
        return None
    if len(text) > 20:
        raise not_a_number(field)
    try:
        value = read_numeral(text).value
    except BadInput as trouble:
        raise not_a_number(field) from trouble
    if value is None:
        raise bad(
            field.name,
            f"{field.fa}: عدد اعشاری را با ممیز بنویسید، مانند ۲٫۵.",
            f"{field.en[:1].upper()}{field.en[1:]}: write a decimal with a point, such as 2.5.",
        )
    return within(field, value)


def within(field: Field, value: float | Decimal) -> float:
    """The number, if the field may have it."""
    if field.whole and value != int(value):
        raise bad(
            field.name,
            f"{field.fa} باید عدد درست باشد.",
            f"{field.en[:1].upper()}{field.en[1:]} must be a whole number.",
        )
    if not field.least <= value <= field.most:
        low, high = f"{field.least:g}", f"{field.most:,.0f}"
        raise bad(
            field.name,
            f"{field.fa} باید میان {low} و {high} باشد.",
            f"{field.en[:1].upper()}{field.en[1:]} must be between {low} and {high}.",
        )
    return float(value)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def named_uses(uses: Any) -> tuple[str, ...]:
    """Names of uses, each once."""
    if (
        not isinstance(uses, list)
        or len(uses) > MOST_USES
        or not all(isinstance(use, str) and 0 < len(use) <= 40 for use in uses)
    ):
        raise bad("uses", "uses باید فهرستی از نام کاربری‌ها باشد.", "uses must be a list of names of uses.")
    return tuple(dict.fromkeys(uses))


def not_a_number(field: Field) -> BadInput:
    """The trouble of a field that holds no number."""
    return bad(
        field.name, f"{field.fa} باید عدد باشد.", f"{field.en[:1].upper()}{field.en[1:]} must be a number."
    )


def bad(name: str, fa: str, en: str) -> BadInput:
    """A field that cannot be read, in both languages."""
    return BadInput(fa, en, {"name": name})
