"""One entry per shown layer: titles, provenance, zooms, attributes, legend. Tiles and legend follow it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from layers.models import Layer, LayerVersion

#: Deepest zoom that tiles are made for; closer views enlarge these.
DEEPEST_ZOOM = 18


@dataclass(frozen=True)
class LegendEntry:
    """One sign of the legend: the class of its drawing and its words."""

    sign: str
    title_fa: str
    title_en: str


@dataclass(frozen=True)
class ShownLayer:
    """
    A layer as it is published in tiles.

    `kind` is the kind of city layer it comes from; `zooms` are tile zooms (512 px tiles, so one less
    than the zoom of the view); `attributes` are all that a tile may carry: no personal data.
    """

    key: str
    kind: Layer.Kind
    title_fa: str
    title_en: str
    zooms: tuple[int, int]
    attributes: tuple[str, ...] = ()
    legend: tuple[LegendEntry, ...] = ()


@dataclass(frozen=True)
class TileSet:
    """Layers that travel in one tile and are switched together."""

    key: str
    title_fa: str
    title_en: str
    layers: tuple[ShownLayer, ...]
    switchable: bool = False
    on_at_first: bool = True
    legend: tuple[LegendEntry, ...] = field(default=())


_DISTRICTS = ShownLayer(
    "districts",
    Layer.Kind.DISTRICTS,
    "منطقه‌ها",
    "Districts",
    (8, DEEPEST_ZOOM),
    ("code", "name_fa", "name_en", "level"),
)
_DISTRICT_NAMES = ShownLayer(
    "district_names",
    Layer.Kind.DISTRICTS,
    "نام منطقه‌ها",
    "Names of districts",
    (10, 14),
    ("name_fa", "name_en", "level"),
)
_GROUND = ShownLayer(
    "ground",
    Layer.Kind.GROUND,
    "پوشش زمین",
    "Ground cover",
    (10, DEEPEST_ZOOM),
    ("kind", "name_fa", "name_en"),
)
_STREETS = ShownLayer(
    "streets",
    Layer.Kind.STREETS,
    "گذرها",
    "Streets",
    (9, DEEPEST_ZOOM),
    ("street_class", "width_m"),
)
_STREET_NAMES = ShownLayer(
    "street_names",
    Layer.Kind.STREETS,
    "نام گذرها",
    "Names of streets",
    (13, DEEPEST_ZOOM),
    ("street_class", "name_fa", "name_en"),
)
_BLOCKS = ShownLayer("blocks", Layer.Kind.PARCELS, "بلوک‌ها", "Blocks", (14, 14), ("block_code",))
_PARCELS = ShownLayer("parcels", Layer.Kind.PARCELS, "قطعه‌ها", "Parcels", (15, DEEPEST_ZOOM), ("key",))
_NUMBERS = ShownLayer(
    "numbers", Layer.Kind.PARCELS, "پلاک‌ها", "House numbers", (17, DEEPEST_ZOOM), ("lot_label",)
)
_BUILDINGS = ShownLayer(
    "buildings", Layer.Kind.PARCELS, "ساختمان‌ها", "Buildings", (15, DEEPEST_ZOOM), ("storeys",)
)
_PLANNED = ShownLayer(
    "planned_lines",
    Layer.Kind.STREETS,
    "گذر در طرح",
    "Planned street lines",
    (16, DEEPEST_ZOOM),
    ("planned_width_m",),
)
_CORRECTED = ShownLayer(
    "corrected_lines",
    Layer.Kind.CORRECTED_LINES,
    "بر اصلاحی",
    "Corrected lines",
    (13, DEEPEST_ZOOM),
    ("code", "sheet"),
)
_ZONES = ShownLayer(
    "zones",
    Layer.Kind.ZONING,
    "پهنه‌ها",
    "Zones",
    (10, DEEPEST_ZOOM),
    ("code", "name_fa", "name_en"),
)
_ZONE_CODES = ShownLayer(
    "zone_codes", Layer.Kind.ZONING, "کد پهنه‌ها", "Codes of zones", (14, DEEPEST_ZOOM), ("code",)
)
_OVERLAYS = ShownLayer(
    "overlays",
    Layer.Kind.OVERLAY,
    "حریم‌ها",
    "Buffers and overlays",
    (11, DEEPEST_ZOOM),
    ("layer_key", "name_fa", "name_en"),
)
_OFFICES = ShownLayer(
    "offices", Layer.Kind.OFFICES, "دفترها", "Offices", (11, DEEPEST_ZOOM), ("code", "name_fa", "name_en")
)

ZONE_LEGEND = (
    LegendEntry("zone-R", "مسکونی", "Housing"),
    LegendEntry("zone-M", "مختلط", "Mixed"),
    LegendEntry("zone-C", "تجاری", "Commerce"),
    LegendEntry("zone-S", "خدمات", "Services"),
    LegendEntry("zone-I", "صنعتی", "Industry"),
    LegendEntry("zone-G", "سبز و باز", "Green and open"),
)

CATALOG: tuple[TileSet, ...] = (
    TileSet(
        "base",
        "نقشهٔ پایه",
        "Base map",
        (_DISTRICTS, _GROUND, _STREETS, _STREET_NAMES, _BLOCKS, _DISTRICT_NAMES),
    ),
    TileSet("zoning", "پهنه‌ها", "Zones", (_ZONES, _ZONE_CODES), switchable=True, legend=ZONE_LEGEND),
    TileSet(
        "plots",
        "قطعه‌ها و ساختمان‌ها",
        "Parcels and buildings",
        (_PARCELS, _BUILDINGS, _PLANNED, _NUMBERS),
        legend=(LegendEntry("planned", "گذر در طرح", "Planned street line"),),
    ),
    TileSet(
        "restrictions",
        "حریم‌ها",
        "Buffers and overlays",
        (_OVERLAYS,),
        switchable=True,
        on_at_first=False,
        legend=(LegendEntry("overlay", "حریم", "Buffer"),),
    ),
    TileSet(
        "corrected",
        "بر اصلاحی",
        "Corrected lines",
        (_CORRECTED,),
        switchable=True,
        on_at_first=False,
        legend=(LegendEntry("corrected", "بر اصلاحی گذر", "Corrected line of a street"),),
    ),
    TileSet(
        "services",
        "دفترهای پیشخوان",
        "Counter offices",
        (_OFFICES,),
        switchable=True,
        on_at_first=False,
        legend=(LegendEntry("office", "دفتر", "Office"),),
    ),
)

#: The evaluation of a whole city, for planners; it is not in the catalogue, which everybody reads.
CITY_RESULT = TileSet(
    "city_result",
    "نتیجهٔ محاسبهٔ همهٔ شهر",
    "Evaluation of the whole city",
    (
        ShownLayer(
            "city_blocks",
            Layer.Kind.PARCELS,
            "بلوک‌ها",
            "Blocks",
            (9, 15),
            (
                "code",
                "lots",
                "unknown_lots",
                "conflict_lots",
                "far_percent",
                "reachable_percent",
                "unknown_percent",
                "conflict_percent",
                "far_unknown_percent",
            ),
        ),
        ShownLayer(
            "city_lots",
            Layer.Kind.PARCELS,
            "قطعه‌ها",
            "Parcels",
            (15, DEEPEST_ZOOM),
            ("key", "far_percent", "reachable_percent", "floor_area_m2", "unknown", "reason", "rules"),
        ),
    ),
)


def tile_set(key: str) -> TileSet:
    """
    The tile set of that key; a layer's own key gives a set of that layer alone.

    Raises
    ------
    KeyError
        When there is neither.
    """
    for entry in CATALOG:
        if entry.key == key:
            return entry
    for entry in CATALOG:
        for layer in entry.layers:
            if layer.key == key:
                return TileSet(key, layer.title_fa, layer.title_en, (layer,), entry.switchable)
    raise KeyError(key)


def provenance(*, on: date) -> Mapping[str, tuple[LayerVersion, ...]]:
    """The published editions in force on a day, by kind of layer, with their sources; one query."""
    found: dict[str, list[LayerVersion]] = {}
    versions = LayerVersion.objects.filter(
        status=LayerVersion.Status.IN_FORCE, valid__contains=on, known__upper_inf=True
    ).select_related("layer", "source")
    for version in versions.order_by("layer__key"):
        found.setdefault(version.layer.kind, []).append(version)
    return {kind: tuple(rows) for kind, rows in found.items()}
