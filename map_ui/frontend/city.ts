// entry
// The maps of the whole city: blocks from afar, lots near by, coloured by one number; what is not known is hatched.
import OlMap from "ol/Map";
import View from "ol/View";
import type { FeatureLike } from "ol/Feature";
import Zoom from "ol/control/Zoom";
import MVT from "ol/format/MVT";
import { defaults as interactions } from "ol/interaction/defaults";
import VectorTileLayer from "ol/layer/VectorTile";
import { transformExtent } from "ol/proj";
import VectorTileSource from "ol/source/VectorTile";
import { Fill, Stroke, Style, Text } from "ol/style";
import type { StyleFunction } from "ol/style/Style";
import { createXYZ } from "ol/tilegrid";
import { digits, readConfig } from "./config";
import { element } from "./html";
import { baseStyle, correctedStyle, zoomOf } from "./style";

interface City {
  tiles: string;
  minzoom: number;
  maxzoom: number;
  lens: string;
  field: string;
  breaks: number[];
  colours: string[];
  parcel: string;
  words: Record<string, string>;
  reasons: Record<string, string>;
}

const config = readConfig();
const city = JSON.parse(element("city-config").textContent!) as City;
const holder = element("city-map");
const told = element("city-told");
const INK = "#1D2733";
const styles = new Map<string, Style>();

function kept(key: string, make: () => Style): Style {
  const style = styles.get(key) ?? make();
  styles.set(key, style);
  return style;
}

function number(value: number): string {
  return value.toLocaleString(config.language === "fa" ? "fa-IR" : "en", { maximumFractionDigits: 0 });
}

/** Oblique lines, on white or over a colour: the sign of what is not known. */
function hatch(paper: string | null): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d")!;
  if (paper) {
    pen.fillStyle = paper;
    pen.fillRect(0, 0, 8, 8);
  }
  pen.beginPath();
  for (const from of [-8, 0, 8]) {
    pen.moveTo(from, 8);
    pen.lineTo(from + 8, 0);
  }
  // a white edge keeps the lines apart from dark colours
  for (const [colour, width] of [["#FFFFFF", 3], ["#3F4955", 1.4]] as [string, number][]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }
  return pen.createPattern(tile, "repeat") ?? "#FFFFFF";
}
const unknown = hatch("#FFFFFF");
const mostlyUnknown = hatch(null);

/** Whether the mean of a block speaks for less than half of its lots. */
function isMostlyUnknown(feature: FeatureLike): boolean {
  const field = { far_percent: "far_unknown_percent", reachable_percent: "unknown_percent" }[city.field];
  return field !== undefined && feature.get("layer") === "city_blocks" && ((feature.get(field) as number | undefined) ?? 0) > 50;
}

/** The number that this map colours; nothing where it is not known. */
function valueOf(feature: FeatureLike): number | null {
  if (feature.get("layer") === "city_blocks" || ["far_percent", "reachable_percent"].includes(city.field)) {
    return (feature.get(city.field) as number | undefined) ?? null;
  }
  if (city.lens === "unknown") return feature.get("unknown") ? 100 : 0;
  return feature.get("rules") ? 100 : 0;
}

function classOf(value: number): number {
  const found = city.breaks.findIndex((end) => value <= end);
  return found < 0 ? city.breaks.length : found;
}

function isDark(colour: string): boolean {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
  return 0.3 * red + 0.59 * green + 0.11 * blue < 130;
}

const areas: StyleFunction = (feature, resolution) => {
  const isBlock = feature.get("layer") === "city_blocks";
  const near = zoomOf(resolution) >= NEAR;
  if (isBlock === near) return [];
  const value = valueOf(feature);
  const colour = value === null ? null : city.colours[classOf(value)]!;
  const lines = colour !== null && isMostlyUnknown(feature) ? [kept("lines", () => new Style({ zIndex: 1, fill: new Fill({ color: mostlyUnknown }) }))] : [];
  return [
    ...lines,
    kept(`${colour}${isBlock}`, () =>
      new Style({
        fill: new Fill({ color: colour ?? unknown }),
        stroke: new Stroke({ color: isBlock ? "rgba(29,39,51,0.55)" : "rgba(29,39,51,0.4)", width: isBlock ? 0.8 : 0.6 }),
      }),
    ),
  ];
};

const numbers: StyleFunction = (feature, resolution) => {
  const zoom = zoomOf(resolution);
  const isBlock = feature.get("layer") === "city_blocks";
  if (isBlock === zoom >= NEAR || zoom < (isBlock ? 14 : 17)) return [];
  const value = valueOf(feature);
  if (!isBlock && !["far_percent", "reachable_percent"].includes(city.field)) {
    return value ? [label(city.lens === "unknown" ? (config.language === "fa" ? "؟" : "?") : "≠", true)] : [];
  }
  if (value === null) return [label(config.language === "fa" ? "؟" : "?", false)];
  return [label(number(value), isDark(city.colours[classOf(value)]!))];
};

function label(text: string, onDark: boolean): Style {
  return kept(`t${text}${onDark}`, () =>
    new Style({
      text: new Text({
        text,
        font: "600 12px Vazirmatn",
        overflow: true,
        fill: new Fill({ color: onDark ? "#FFFFFF" : INK }),
        stroke: new Stroke({ color: onDark ? "rgba(29,39,51,0.65)" : "rgba(255,255,255,0.8)", width: 2.5 }),
      }),
    }),
  );
}

/** From this zoom on lots are shown instead of blocks; a tile of 512 px is of the zoom below the view's. */
const NEAR = 16;

function tiles(url: string, least: number, most: number): VectorTileSource {
  const tileGrid = createXYZ({ tileSize: 512, minZoom: least, maxZoom: most });
  return new VectorTileSource({ format: new MVT({ idProperty: "id" }), url, tileGrid });
}

const base = config.sets.find((set) => set.key === "base")!;
const drawn = baseStyle(config);
const only = (names: boolean): StyleFunction => (feature, resolution) => (drawn(feature, resolution) as Style[]).filter((part) => (part.getText() !== null) === names);
const ground = tiles(base.tiles, base.minzoom, base.maxzoom);
const result = tiles(city.tiles, city.minzoom, city.maxzoom);
const coloured = new VectorTileLayer({ source: result, style: areas, zIndex: 10, renderMode: "hybrid" });
const lines = config.sets.find((set) => set.key === "corrected");
const map = new OlMap({
  target: holder,
  controls: [new Zoom({ className: "city-zoom", zoomInTipLabel: "+", zoomOutTipLabel: "−" })],
  interactions: interactions({ altShiftDragRotate: false, pinchRotate: false, onFocusOnly: false }),
  layers: [
    new VectorTileLayer({ source: ground, style: only(false), zIndex: 0, minZoom: base.minzoom + 0.4 }),
    coloured,
    new VectorTileLayer({ source: ground, style: only(true), zIndex: 20, minZoom: base.minzoom + 0.4, declutter: "names", renderMode: "vector" }),
    ...(lines ? [new VectorTileLayer({ source: tiles(lines.tiles, lines.minzoom, lines.maxzoom), style: correctedStyle(config), zIndex: 15, minZoom: lines.minzoom + 0.4 })] : []),
    new VectorTileLayer({ source: result, style: numbers, zIndex: 30, declutter: "names", renderMode: "vector" }),
  ],
  view: new View({ minZoom: 9, maxZoom: 20 }),
});
map.getView().fit(transformExtent(config.extent, "EPSG:4326", "EPSG:3857"), { size: map.getSize(), padding: [16, 16, 16, 16] });
map.once("rendercomplete", () => holder.setAttribute("data-ready", "1"));

// --- What is at a place --------------------------------------------------------------------------------------

function filled(words: string, values: Record<string, string>): string {
  return words.replace(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? "");
}

function percent(feature: FeatureLike, field: string): string {
  const value = feature.get(field) as number | undefined;
  return value === undefined || value === null ? city.words["unknown"]! : number(value);
}

function tell(pixel: number[]): void {
  const [feature] = map.getFeaturesAtPixel(pixel, { layerFilter: (layer) => layer === coloured });
  if (!feature) {
    told.textContent = city.words["nothing"]!;
    return;
  }
  if (feature.get("layer") === "city_blocks") {
    told.textContent = filled(city.words["block"]!, {
      lots: number(feature.get("lots") as number),
      far: percent(feature, "far_percent"),
      reachable: percent(feature, "reachable_percent"),
      unknown: number(feature.get("unknown_lots") as number),
      conflicts: number(feature.get("conflict_lots") as number),
    });
    return;
  }
  told.replaceChildren(lotInWords(feature), " ", parcelLink(feature));
}

function lotInWords(feature: FeatureLike): string {
  const key = `\u2066${digits(feature.get("key") as string, config.language)}\u2069`;
  const rules = feature.get("rules") as string | undefined;
  const isUnknown = Boolean(feature.get("unknown"));
  const text = filled(city.words[isUnknown ? "lot_unknown" : "lot"]!, {
    key,
    far: percent(feature, "far_percent"),
    area: isUnknown ? "" : number(feature.get("floor_area_m2") as number),
    reason: city.reasons[(feature.get("reason") as string | undefined) ?? ""] ?? "",
  });
  return rules ? `${text} ${filled(city.words["lot_conflict"]!, { rules: `\u2066${rules}\u2069` })}` : text;
}

function parcelLink(feature: FeatureLike): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = city.parcel.replace("KEY", encodeURIComponent(feature.get("key") as string));
  link.textContent = city.words["open"]!;
  return link;
}

map.on("singleclick", (event) => tell(event.pixel));
holder.addEventListener("keydown", (event) => {
  const size = map.getSize();
  if (event.key === "Enter" && size) tell([size[0]! / 2, size[1]! / 2]);
});
