"""Puts the invented city together: frames of lots, ground, streets, zones and districts."""

import hashlib
import uuid
from dataclasses import dataclass, fields
from random import Random

import numpy as np
import pandas as pd
import shapely

from import_scripts.demo_city import invented
from import_scripts.demo_city import names as pools
from import_scripts.demo_city import reference as ref
from import_scripts.demo_city.buildings import footprints
from import_scripts.demo_city.cells import bazaar, madi_columns, plan_cell
from import_scripts.demo_city.corrected import corrected_lines
from import_scripts.demo_city.districts import districts_of_cells, inner_cell
from import_scripts.demo_city.latin import in_latin
from import_scripts.demo_city.layout import Layout
from import_scripts.demo_city.mains import Mains, Surface, cell_polygon, lay_mains, marks, rim, surfaces
from import_scripts.demo_city.mesh import CORE, RURAL, Mesh, make_mesh
from import_scripts.demo_city.network import Network, build, speed_kmh
from import_scripts.demo_city.reference import reference_cell
from import_scripts.demo_city.streets import Street
from import_scripts.demo_city.tiling import Faces, tile
from import_scripts.demo_city.zones import NAMES, NAMES_EN, zone_polygons

ORIGIN = np.array([562_000.0, 3_617_000.0])
"""Where the middle of the city lies: an invented place in UTM zone 39N, EPSG:32639."""
SRID = 32639
_REFERENCE_STREETS = ("سرو", "نارون")
"""The reference lot stands at the corner of streets of these names."""
_FAMILY = uuid.UUID("5b0e0e7e-3f0c-4d8e-9c43-0d6f0a5a9c11")


@dataclass(frozen=True)
class DemoCity:
    """
    The invented city as frames; every geometry is in EPSG:32639 on the 1 mm grid.

    `parcels`: lineage, key, codes, areas, fabric, use, cell. `ground`: what lies between lots, with the
    segment whose surface it is. `segments`, `nodes`: the street network, `corrected` the lines drawn for a
    few of its streets. `zones`, `districts`, `buildings`
    (with their parcel's lineage). Frames of overlays, offices, people and records are made from these.
    """

    seed: int
    mesh: Mesh
    parcels: pd.DataFrame
    ground: pd.DataFrame
    segments: pd.DataFrame
    nodes: pd.DataFrame
    zones: pd.DataFrame
    districts: pd.DataFrame
    buildings: pd.DataFrame
    corrected: pd.DataFrame
    bazaar: np.ndarray
    madis: np.ndarray
    river: np.ndarray


def generate(parcels: int = 20_000, seed: int = 1) -> DemoCity:
    """
    Invent a city of about that many parcels; the same seed gives the same city.

    Examples
    --------
    >>> city = generate(600, seed=1)
    >>> int((city.parcels["key"] == "3-2-45-17-0-0-0").sum())
    1
    """
    mesh = make_mesh(parcels, seed)
    mains = lay_mains(mesh)
    layouts = {cell: plan_cell(mains, *cell, _rng(seed, 7, *cell)) for cell in _all_cells(mesh)}
    faces: dict[tuple[int, int], Faces] = {}
    for cell, layout in layouts.items():
        ground = cell_polygon(mains, *cell)
        faces[cell] = tile(ground, marks(mains, *cell), layout, _rng(seed, 8, *cell))
    rims = {cell: rim(mains, *cell, one.ring) for cell, one in faces.items()}
    outside = surfaces(mains, rims)
    _name_streets(mains, layouts, _rng(seed, 9))
    network = build([*mains.streets(), *(street for one in layouts.values() for street in one.streets)])
    places = districts_of_cells(mesh, reference_cell(mesh, madi_columns(mains)))
    lots = _parcels(mesh, layouts, faces, places, seed)
    segments = _segments(network, seed)
    ground = _ground(layouts, faces, outside, network, segments, seed)
    return DemoCity(
        seed=seed,
        mesh=mesh,
        parcels=lots,
        ground=ground,
        segments=segments,
        nodes=pd.DataFrame(
            {
                "number": np.arange(1, len(network.nodes) + 1),
                "geometry": shapely.points(network.nodes + ORIGIN),
            }
        ),
        zones=_zones(mains, faces, outside, seed),
        districts=_districts(mesh, places, faces, outside, seed),
        buildings=_buildings(lots, seed),
        corrected=_corrected(segments, seed),
        bazaar=_bazaar(mains),
        madis=_moved(np.array([band[0] for one in layouts.values() for band in _madi(one)], dtype=object)),
        river=_moved(np.array([one.shape for one in outside if one.kind == "water"], dtype=object)),
    )


def city_hash(city: DemoCity) -> str:
    """A fingerprint of all rows in their order: the same city has the same one."""
    digest = hashlib.sha256()
    for field in fields(city):
        value = getattr(city, field.name)
        if not isinstance(value, pd.DataFrame):
            continue
        for column in sorted(value.columns):
            if column == "geometry":
                digest.update(b"".join(shapely.to_wkb(value[column].to_numpy())))
            else:
                digest.update("\x1f".join(map(str, value[column].tolist())).encode())
    return digest.hexdigest()


def lineage(seed: int, kind: str, name: object) -> str:
    """The lineage of a thing of the invented city: the same for the same seed."""
    return str(uuid.uuid5(_FAMILY, f"{seed}/{kind}/{name}"))


def _rng(*numbers: int) -> np.random.Generator:
    return np.random.default_rng(list(numbers))


def _all_cells(mesh: Mesh) -> list[tuple[int, int]]:
    return [(i, j) for i in range(mesh.lines) for j in range(mesh.lines)]


def _moved(shapes: np.ndarray) -> np.ndarray:
    """From the local frame to the city's place, still on the 1 mm grid."""
    if len(shapes) == 0:
        return shapes
    return shapely.transform(shapes, lambda points: np.round(points + ORIGIN, 3))


def _madi(layout: Layout):
    return [(shapely.LineString(line),) for line, _, kind in layout.bands if kind == "water"]


def _bazaar(mains: Mains) -> np.ndarray:
    mesh = mains.mesh
    streets = {
        id(s): s for cell in _all_cells(mesh) if mesh.fabric(*cell) == CORE and (s := bazaar(mains, *cell))
    }
    return _moved(np.array([street.shape for street in streets.values()], dtype=object))


def _name_streets(mains: Mains, layouts: dict, rng: np.random.Generator) -> None:
    avenues = pools.names(pools.AVENUES, rng)
    small = pools.names(sorted({*pools.FLOWERS, *pools.QUALITIES} - {"سرو", "نارون"}), rng)
    named: dict[tuple[str, int], str] = {}
    for (kind, i, j), street in mains.edges.items():
        number = j if kind == "h" else i
        if (kind, number) not in named:
            named[kind, number] = next(avenues)
        title = {"expressway": "بزرگراه", "local": "جادهٔ"}.get(street.street_class, "خیابان")
        street.name = f"{title} {'کمربندی' if title == 'بزرگراه' else named[kind, number]}"
    for cell in _all_cells(mains.mesh):
        street = bazaar(mains, *cell) if mains.mesh.fabric(*cell) == CORE else None
        if street is not None:
            street.name = "راستهٔ بازار"
    for (_, bank), street in mains.riverside.items():
        street.name = "بلوار ساحلی " + ("شمالی" if bank else "جنوبی")
    for i, street in mains.bridges.items():
        street.name = f"پل {named['v', i]}"
    titles = {"collector": "خیابان", "local": "کوچهٔ", "alley": "کوچهٔ", "cul_de_sac": "بن‌بست"}
    for layout in layouts.values():
        for street in layout.streets:
            if street.kind == "madi":
                street.name = "کنارگذر مادی"
            elif street.kind == "bridge":
                street.name = "پل مادی"
            elif not street.name:
                street.name = f"{titles[street.street_class]} {next(small)}"


def _parcels(mesh: Mesh, layouts, faces, places, seed: int) -> pd.DataFrame:
    rng = _rng(seed, 10)
    rows, shapes = [], []
    blocks: dict[tuple[int, int], int] = {}
    order = sorted(places, key=lambda cell: (places[cell], cell))
    for cell in order:
        one, layout = faces[cell], layouts[cell]
        district, sub, _ = places[cell]
        for block in sorted({int(b) for b in one.blocks[one.kinds == "lot"]}):
            members = np.flatnonzero((one.blocks == block) & (one.kinds == "lot"))
            members = members[_around(one.shapes[members])]
            number = _next_block(blocks, district, sub)
            holds = (
                layout.reference is not None and shapely.contains(one.shapes[members], layout.reference).any()
            )
            if holds:
                number = ref.BLOCK
                members = _reference_at(members, one.shapes, layout.reference)
            else:
                blocks[district, sub] = number
            for house, k in enumerate(members, start=1):
                own = holds and shapely.contains(one.shapes[k], layout.reference)
                house = ref.HOUSE if own else house
                rows.append((district, sub, number, house, one.fabrics[k], one.uses[k], *cell))
                shapes.append(one.shapes[k])
    columns = ["district", "sub_district", "block", "house", "fabric", "use", "cell_i", "cell_j"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["key"] = [f"{d}-{r}-{b}-{h}-0-0-0" for d, r, b, h in frame[columns[:4]].itertuples(index=False)]
    frame["geometry"] = _moved(np.array(shapes, dtype=object))
    frame["surveyed_area_m2"] = shapely.area(frame["geometry"].to_numpy())
    frame["deed_area_m2"] = _deeds(frame, rng)
    frame["lineage"] = [lineage(seed, "parcel", key) for key in frame["key"]]
    chance = Random(seed)
    frame["postal_code"] = [invented.postal_code(chance) for _ in range(len(frame))]
    frame["registry_plate"] = _plates(frame)
    return frame


def _next_block(blocks: dict, district: int, sub: int) -> int:
    number = blocks.get((district, sub), 0) + 1
    return number + 1 if (district, sub, number) == (ref.DISTRICT, ref.SUB_DISTRICT, ref.BLOCK) else number


def _reference_at(members: np.ndarray, shapes: np.ndarray, point: shapely.Point) -> np.ndarray:
    """The block's lots so turned that the reference lot is number 17; a short block gets gaps before it."""
    where = int(np.flatnonzero(shapely.contains(shapes[members], point))[0])
    rest = np.delete(members, where)
    if len(rest) < ref.HOUSE - 1:
        return np.concatenate([rest, [members[where]]])
    return np.concatenate([rest[: ref.HOUSE - 1], [members[where]], rest[ref.HOUSE - 1 :]])


def _around(shapes: np.ndarray) -> np.ndarray:
    """The order of lots clockwise round their block, from the north-west."""
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    offset = centres - centres.mean(axis=0)
    return np.argsort(-np.arctan2(offset[:, 1], offset[:, 0]), kind="stable")


def _deeds(frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    area = frame["surveyed_area_m2"].to_numpy()
    deed = np.round(area * (1 + rng.uniform(-0.004, 0.004, len(area))), 2)
    wrong = rng.random(len(area)) < 0.05
    deed[wrong] = np.round(area[wrong] * (1 + rng.choice([-1, 1], wrong.sum()) * rng.uniform(0.03, 0.11)), 1)
    deed[rng.random(len(area)) < 0.03] = np.nan
    deed[frame["key"] == ref.KEY] = 300.0
    return deed


def _plates(frame: pd.DataFrame) -> list[str]:
    main = 4000 + frame["district"] * 100 + frame["sub_district"] * 10
    return [f"{m}/{n}" for m, n in zip(main, np.arange(1, len(frame) + 1), strict=True)]


def _segments(network: Network, seed: int) -> pd.DataFrame:
    rng = _rng(seed, 11)
    streets = [network.streets[k] for k in network.street_of]
    directions = {id(street): _direction(street, rng) for street in network.streets}
    lines = shapely.transform(network.lines, lambda points: points + ORIGIN)
    codes = [f"{number + 1}-{k + 1}" for number, k in zip(network.street_of, network.segment_of, strict=True)]
    return pd.DataFrame(
        {
            "code": codes,
            "lineage": [lineage(seed, "segment", code) for code in codes],
            "name_fa": [street.name for street in streets],
            "name_en": [in_latin(street.name) for street in streets],
            "street_class": [street.street_class for street in streets],
            "existing_width_m": [round(street.width_m, 2) for street in streets],
            "planned_width_m": [round(street.planned_width_m, 2) for street in streets],
            "from_node": network.from_node + 1,
            "to_node": network.to_node + 1,
            "direction": [directions[id(street)] for street in streets],
            "drivable": [street.width_m >= 3.0 for street in streets],
            "speed_kmh": [speed_kmh(street) for street in streets],
            "length_m": shapely.length(lines),
            "geometry": lines,
        }
    )


def _direction(street: Street, rng: np.random.Generator) -> int:
    between = street.starts_on is not None and street.ends_on is not None
    if (
        between
        and street.kind == "street"
        and 5 < street.width_m < 11
        and not street.name.endswith(_REFERENCE_STREETS)
    ):
        return int(rng.choice([0, 0, 0, 0, 0, 0, 1, -1]))
    return 0


def _ground(layouts, faces, outside: list[Surface], network: Network, segments, seed: int) -> pd.DataFrame:
    kinds, shapes, numbers = [], [], []
    for cell, one in faces.items():
        streets = layouts[cell].streets
        for k in np.flatnonzero(one.kinds != "lot"):
            kinds.append(one.kinds[k])
            shapes.append(one.shapes[k])
            street = streets[one.streets[k]] if one.streets[k] >= 0 else None
            numbers.append(-1 if street is None else network.first[id(street)] + int(one.segments[k]))
    for one in outside:
        kinds.append(one.kind)
        shapes.append(one.shape)
        numbers.append(-1 if one.street is None else network.first[id(one.street)] + one.segment)
    number = np.array(numbers)
    own = segments["lineage"].to_numpy()
    names = segments["name_fa"].to_numpy()
    parks = pools.names(pools.PLACES, _rng(seed, 15))
    inside = sum(int((one.kinds != "lot").sum()) for one in faces.values())
    titles = []
    for k, kind in enumerate(kinds):
        by_river = k >= inside
        if kind == "water":
            titles.append("رود مینو" if by_river else "مادی باغ‌نو")
        elif kind == "park":
            titles.append("" if by_river or shapely.area(shapes[k]) < 900 else f"بوستان {next(parks)}")
        else:
            titles.append("")
    named = [names[n] if n >= 0 else title for n, title in zip(number, titles, strict=True)]
    return pd.DataFrame(
        {
            "lineage": [lineage(seed, "ground", k) for k in range(len(kinds))],
            "kind": kinds,
            "name_fa": named,
            "name_en": [in_latin(name) for name in named],
            "segment": number,
            "street_lineage": [own[n] if n >= 0 else None for n in number],
            "geometry": _moved(np.array(shapes, dtype=object)),
        }
    )


def _zones(mains: Mains, faces, outside: list[Surface], seed: int) -> pd.DataFrame:
    rows = []
    for cell, one in faces.items():
        rows += zone_polygons(mains, cell, one, _rng(seed, 12, *cell))
    rows += [
        (one.shape, "G311" if one.kind == "water" else "G111") for one in outside if one.kind != "passage"
    ]
    codes = [code for _, code in rows]
    return pd.DataFrame(
        {
            "lineage": [lineage(seed, "zone", k) for k in range(len(rows))],
            "code": codes,
            "name_fa": [NAMES[code] for code in codes],
            "name_en": [NAMES_EN[code] for code in codes],
            "geometry": _moved(np.array([shape for shape, _ in rows], dtype=object)),
        }
    )


def _districts(mesh: Mesh, places, faces, outside: list[Surface], seed: int) -> pd.DataFrame:
    """Districts tile the city; sub-districts tile their district; a neighbourhood is one cell."""
    owner = {cell: places[inner_cell(mesh, cell)] for cell in faces}
    shapes = np.concatenate(
        [one.shapes for one in faces.values()] + [np.array([one.shape for one in outside])]
    )
    own = [owner[cell] for cell, one in faces.items() for _ in one.shapes]
    centres = {
        cell: np.asarray(one.ring).mean(axis=0) for cell, one in faces.items() if mesh.fabric(*cell) != RURAL
    }
    tree = shapely.STRtree(shapely.points(np.array(list(centres.values()))))
    nearest = tree.nearest(shapely.centroid(np.array([one.shape for one in outside], dtype=object)))
    cells = list(centres)
    own += [owner[cells[k]] for k in nearest]
    names = pools.names(pools.PLACES, _rng(seed, 13))
    rows = []
    for level, width in (("district", 1), ("sub_district", 2), ("neighbourhood", 3)):
        keys = np.array(["-".join(map(str, number[:width])) for number in own])
        for key in sorted(set(keys), key=lambda text: [int(part) for part in text.split("-")]):
            shape = shapely.coverage_union_all(shapes[keys == key])
            parent = key.rsplit("-", 1)[0] if width > 1 else ""
            last = pools.persian(int(key.split("-")[-1]))
            name = {"district": f"منطقهٔ {last}", "sub_district": f"ناحیهٔ {last}"}.get(level) or next(names)
            title = {"district": f"District {key}", "sub_district": f"Sub-district {key}"}.get(level)
            title = title or in_latin(name)
            rows.append((level, key, parent, name, title, lineage(seed, level, key), shape))
    frame = pd.DataFrame(
        rows, columns=["level", "code", "parent_code", "name_fa", "name_en", "lineage", "geometry"]
    )
    frame["geometry"] = _moved(frame["geometry"].to_numpy())
    return frame


def _corrected(segments: pd.DataFrame, seed: int) -> pd.DataFrame:
    lines = corrected_lines(segments, seed, kept=(*_REFERENCE_STREETS, "مادی"))
    return lines.assign(lineage=[lineage(seed, "corrected-line", code) for code in lines["code"]])


def _buildings(lots: pd.DataFrame, seed: int) -> pd.DataFrame:
    shapes, storeys = footprints(lots["geometry"].to_numpy(), lots["fabric"].to_numpy(), _rng(seed, 14))
    built = np.array([shape is not None for shape in shapes], dtype=bool)
    return pd.DataFrame(
        {
            "lineage": [lineage(seed, "building", key) for key in lots["key"][built]],
            "parcel_lineage": lots["lineage"][built].to_numpy(),
            "storeys": storeys[built],
            "height_m": np.round(storeys[built] * 3.3 + 1.0, 1),
            "geometry": shapes[built],
        }
    )
