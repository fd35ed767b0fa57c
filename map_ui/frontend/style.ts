// The cartography: how each feature of the city's tiles is drawn, by zoom. Colours and widths as on a printed plan.
import type { FeatureLike } from "ol/Feature";
import { LineString } from "ol/geom";
import type RenderFeature from "ol/render/Feature";
import { Circle, Fill, RegularShape, Stroke, Style, Text } from "ol/style";
import { type Config, digits } from "./config";

const INK = "#1D2733";
const LAND = "#F5F1E8";
const EDGE = "#C6BDAD";
export const FAMILY_COLOURS: Record<string, string> = {
  R: "#F3DE8C",
  M: "#F5BE8E",
  C: "#E89C90",
  S: "#BFD0E8",
  I: "#D2BCDD",
  G: "#BFDDAA",
};
const OTHER_ZONE = "#E4DCCB";

// Width of a street's white line in px by the zoom of the view; the casing is drawn round it.
const WIDTHS: Record<string, [number, number][]> = {
  expressway: [[10, 1.6], [13, 4], [15, 9], [17, 22]],
  arterial: [[10, 1], [13, 3.2], [15, 7.5], [17, 18]],
  collector: [[12, 0.8], [14, 2.8], [15, 5], [17, 12]],
  local: [[13, 0.5], [14, 1.4], [15, 2.8], [17, 8]],
  alley: [[13, 0.5], [14, 0.75], [15, 1.6], [17, 5]],
  cul_de_sac: [[13, 0.5], [14, 0.75], [15, 1.6], [17, 5]],
  footway: [[15, 0.8], [17, 2]],
};
const RANK: Record<string, number> = { expressway: 6, arterial: 5, collector: 4, local: 3, alley: 2, cul_de_sac: 2, footway: 1 };

function between(stops: [number, number][], zoom: number): number {
  const first = stops[0]!;
  if (zoom <= first[0]) return zoom < first[0] - 1.5 ? 0 : first[1];
  for (let i = 1; i < stops.length; i++) {
    const [z1, w1] = stops[i]!;
    const [z0, w0] = stops[i - 1]!;
    if (zoom <= z1) return w0 * Math.pow(w1 / w0, (zoom - z0) / (z1 - z0));
  }
  const [zLast, wLast] = stops[stops.length - 1]!;
  return wLast * Math.pow(2, zoom - zLast);
}

export function zoomOf(resolution: number): number {
  return Math.log2(156543.03392804097 / resolution);
}

function mixed(colour: string, share: number): string {
  const channel = (at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  const paper = [245, 241, 232];
  return `rgb(${[1, 3, 5].map((at, i) => Math.round(channel(at) * share + paper[i]! * (1 - share))).join(",")})`;
}

const cache = new Map<string, Style>();
function kept(key: string, make: () => Style): Style {
  let style = cache.get(key);
  if (!style) {
    style = make();
    if (cache.size > 2000) cache.clear();
    cache.set(key, style);
  }
  return style;
}

const halo = new Stroke({ color: "#FFFFFF", width: 3 });

function name(feature: FeatureLike, config: Config): string {
  const fa = (feature.get("name_fa") as string) ?? "";
  const en = (feature.get("name_en") as string) ?? "";
  const said = config.language === "en" ? en || fa : fa || en;
  return /[\u0600-\u06ff]/.test(said) ? digits(said, config.language) : said;
}

export function familyOf(code: string, families: Record<string, string>): string {
  let best = "";
  for (const prefix of Object.keys(families)) {
    if (code.startsWith(prefix) && prefix.length > best.length) best = prefix;
  }
  return families[best] ?? "";
}

export function baseStyle(config: Config) {
  return (feature: FeatureLike, resolution: number): Style[] => {
    const zoom = zoomOf(resolution);
    switch (feature.get("layer")) {
      case "districts":
        return districts(feature, zoom);
      case "district_names":
        return zoom < 15.2 && zoom >= 11 ? [districtName(name(feature, config), zoom)] : [];
      case "ground":
        return ground(feature, zoom, config);
      case "blocks":
        return zoom < 16 ? [kept("block", () => new Style({ zIndex: 5, stroke: new Stroke({ color: "#D3C9B7", width: 0.6 }) }))] : [];
      case "streets":
        return street(feature, zoom, config);
      case "street_names":
        return streetName(feature, zoom, config);
      default:
        return [];
    }
  };
}

function districts(feature: FeatureLike, zoom: number): Style[] {
  const land = kept("land", () => new Style({ zIndex: 0, fill: new Fill({ color: LAND }) }));
  if (feature.get("level") !== "district") return [];
  const line = kept(`district${zoom < 14}`, () =>
    new Style({ zIndex: 90, stroke: new Stroke({ color: "rgba(31,58,95,0.55)", width: zoom < 14 ? 1.2 : 1.6, lineDash: [9, 4, 2, 4] }) }),
  );
  return [land, line];
}

function districtName(text: string, zoom: number): Style {
  return kept(`dn${text}${zoom < 13}`, () =>
    new Style({
      zIndex: 100,
      text: new Text({ text, font: `600 ${zoom < 13 ? 14 : 16}px Vazirmatn`, fill: new Fill({ color: "#1F3A5F" }), stroke: halo, overflow: true }),
    }),
  );
}

function ground(feature: FeatureLike, zoom: number, config: Config): Style[] {
  const kind = feature.get("kind") as string;
  const colour: Record<string, string> = { water: "#BCDCE1", park: "#DDE9D2", open_land: "#EEEAD9", passage: "#FFFFFF" };
  if (kind === "passage") return surface(zoom);
  const styles = [kept(`g${kind}`, () => new Style({ zIndex: kind === "water" ? 2 : 1, fill: new Fill({ color: colour[kind] ?? LAND }) }))];
  // a name that only repeats what the colour says is no name
  const said = name(feature, config);
  const text = kind === "open_land" || said === config.words[kind] ? "" : said;
  if (text && zoom >= 14.5) {
    styles.push(
      kept(`gn${kind}${text}`, () =>
        new Style({
          zIndex: 80,
          text: new Text({ text, font: "500 13px Vazirmatn", fill: new Fill({ color: kind === "water" ? "#1F5F6B" : "#35552B" }), stroke: halo }),
        }),
      ),
    );
  }
  return styles;
}

// Edges of all surfaces lie below all surfaces, so that no seam crosses a street where two pieces meet.
function surface(zoom: number): Style[] {
  const fill = kept(`pf${zoom >= 16}`, () =>
    new Style({ zIndex: 4, fill: new Fill({ color: "#FFFFFF" }), stroke: new Stroke({ color: "#FFFFFF", width: 0.5 }) }),
  );
  if (zoom < 16) return [fill];
  return [kept("pe", () => new Style({ zIndex: 3, stroke: new Stroke({ color: EDGE, width: 2.2 }) })), fill];
}

// Where the parts of a line begin and end among its points.
function partsOf(feature: FeatureLike, count: number): [number, number][] {
  const ends = (feature as RenderFeature).getEnds?.() as number[] | undefined;
  if (!ends || ends.length < 2) return [[0, count - 1]];
  return ends.map((end, i) => [i ? ends[i - 1]! / 2 : 0, end / 2 - 1]);
}

// The longest piece of a street that is straight to a few px, as one straight line. Letters of Persian words
// are joined only while the line under them does not bend at all.
function straightest(feature: FeatureLike, tolerance: number): LineString {
  const flat = (feature as RenderFeature).getFlatCoordinates();
  const at = (i: number): [number, number] => [flat[i * 2]!, flat[i * 2 + 1]!];
  let best: [number, number, number] = [0, 0, 1];
  for (const [first, last] of partsOf(feature, flat.length / 2)) best = straightestPart(at, first, last, tolerance, best);
  return new LineString([at(best[1]), at(best[2])]);
}

function straightestPart(
  at: (i: number) => [number, number],
  first: number,
  last: number,
  tolerance: number,
  longest: [number, number, number],
): [number, number, number] {
  let best = longest;
  for (let from = first; from < last; from++) {
    for (let to = last; to > from; to--) {
      const [x0, y0] = at(from);
      const [x1, y1] = at(to);
      const length = Math.hypot(x1 - x0, y1 - y0);
      if (length <= best[0]) break;
      let straight = true;
      for (let i = from + 1; i < to && straight; i++) {
        const [x, y] = at(i);
        straight = Math.abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length <= tolerance;
      }
      if (straight) {
        best = [length, from, to];
        break;
      }
    }
  }
  return best;
}

function street(feature: FeatureLike, zoom: number, config: Config): Style[] {
  const kind = feature.get("street_class") as string;
  const rank = RANK[kind] ?? 3;
  const styles: Style[] = [];
  const drawn = !(config.surfaces && zoom >= 15);
  const width = Math.round(between(WIDTHS[kind] ?? WIDTHS["local"]!, zoom) * 4) / 4;
  if (drawn && width > 0) {
    const casing = zoom >= 13 || rank >= 5 ? Math.min(2, 0.6 + width / 8) : 0;
    if (casing) {
      styles.push(kept(`sc${rank}${width}`, () => new Style({ zIndex: 10 + rank, stroke: new Stroke({ color: EDGE, width: width + casing, lineCap: "round" }) })));
    }
    styles.push(kept(`sf${rank}${width}`, () => new Style({ zIndex: 20 + rank, stroke: new Stroke({ color: "#FFFFFF", width, lineCap: "round" }) })));
  }
  return styles;
}

function streetName(feature: FeatureLike, zoom: number, config: Config): Style[] {
  const rank = RANK[feature.get("street_class") as string] ?? 3;
  const least = rank >= 5 ? 13 : rank === 4 ? 14.5 : 16.2;
  const text = zoom >= least ? name(feature, config) : "";
  if (!text) return [];
  const size = rank >= 5 ? 15 : rank === 4 ? 14 : 12.5;
  return [
    kept(`sn${text}${size}/${Math.round(zoom * 2)}`, () =>
      new Style({
        zIndex: 60 + rank,
        geometry: (line) => straightest(line as FeatureLike, (4 * 156543.034) / Math.pow(2, Math.round(zoom * 2) / 2)),
        text: new Text({
          text,
          placement: "line",
          repeat: 640,
          font: `${rank >= 4 ? 600 : 500} ${size}px Vazirmatn`,
          fill: new Fill({ color: INK }),
          stroke: halo,
        }),
      }),
    ),
  ];
}

export function zoneStyle(config: Config) {
  return (feature: FeatureLike, resolution: number): Style[] => {
    const zoom = zoomOf(resolution);
    const code = (feature.get("code") as string) ?? "";
    if (feature.get("layer") === "zone_codes") return zoom >= 16.6 && zoom < 17.6 ? [codeLabel(code)] : [];
    const colour = FAMILY_COLOURS[familyOf(code, config.zone_families)] ?? OTHER_ZONE;
    const share = zoom < 14 ? 0.5 : 0.42;
    const tint = kept(`z${colour}${share}`, () => new Style({ zIndex: 1, fill: new Fill({ color: mixed(colour, share) }) }));
    if (zoom < 15) return [tint];
    // close up the one label of a zone is often out of sight: each piece that has room for it tells its code
    const label = zoom >= 17.6 ? [codeLabel(code)] : [];
    return [...label, tint, kept("zline", () => new Style({ zIndex: 2, stroke: new Stroke({ color: "rgba(90,101,114,0.35)", width: 0.8 }) }))];
  };
}

function codeLabel(code: string): Style {
  return kept(`zc${code}`, () =>
    new Style({
      zIndex: 200,
      text: new Text({
        text: code,
        font: "700 12px Vazirmatn",
        fill: new Fill({ color: INK }),
        backgroundFill: new Fill({ color: "#FAF8F3" }),
        backgroundStroke: new Stroke({ color: "#8A8F96", width: 1 }),
        padding: [4, 7, 2, 7],
      }),
    }),
  );
}

export function plotStyle(config: Config) {
  return (feature: FeatureLike, resolution: number): Style[] => {
    const zoom = zoomOf(resolution);
    switch (feature.get("layer")) {
      case "parcels":
        return zoom >= 16 ? [kept(`p${zoom >= 17}`, () => new Style({ zIndex: 5, stroke: new Stroke({ color: "#CBC1AF", width: zoom >= 17 ? 0.9 : 0.5 }) }))] : [];
      case "buildings":
        return zoom >= 16
          ? [kept(`b${zoom >= 17}`, () => new Style({ zIndex: 3, fill: new Fill({ color: "#EAE3D6" }), stroke: zoom >= 17 ? new Stroke({ color: "#D5CBB9", width: 0.7 }) : undefined }))]
          : [];
      case "planned_lines":
        return zoom >= 17 ? [kept("planned", () => new Style({ zIndex: 20, stroke: new Stroke({ color: "#A63D28", width: 1.1, lineDash: [9, 3, 2, 3] }) }))] : [];
      case "numbers":
        return zoom >= 18 ? [number(digits((feature.get("lot_label") as string) ?? "", config.language))] : [];
      default:
        return [];
    }
  };
}

function number(text: string): Style {
  return kept(`n${text}`, () => new Style({ zIndex: 40, text: new Text({ text, font: "12px Vazirmatn", fill: new Fill({ color: "#5A6572" }) }) }));
}

// Each layer of buffers has a hatch of its own, so that none is told by colour alone.
const HATCHES: ((pen: CanvasRenderingContext2D) => void)[] = [
  (pen) => strokes(pen, [[0, 10, 10, 0], [-5, 5, 5, -5], [5, 15, 15, 5]]),
  (pen) => strokes(pen, [[0, 0, 10, 10], [-5, 5, 5, 15], [5, -5, 15, 5]]),
  (pen) => strokes(pen, [[0, 3, 10, 3], [0, 8, 10, 8]]),
  (pen) => strokes(pen, [[0, 0, 10, 10], [0, 10, 10, 0]]),
  (pen) => strokes(pen, [[3, 0, 3, 10], [8, 0, 8, 10]]),
  (pen) => strokes(pen, [[2, 2, 4, 2], [7, 7, 9, 7]]),
];
const hatches = new Map<string, CanvasPattern | string>();

function strokes(pen: CanvasRenderingContext2D, lines: [number, number, number, number][]): void {
  for (const [x0, y0, x1, y1] of lines) {
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
  }
}

function hatch(layer: string): CanvasPattern | string {
  const known = hatches.get(layer);
  if (known) return known;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 10;
  const pen = tile.getContext("2d")!;
  pen.strokeStyle = "rgba(122,62,109,0.65)";
  pen.lineWidth = 1.1;
  pen.beginPath();
  const number = [...layer].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % HATCHES.length;
  HATCHES[number]!(pen);
  pen.stroke();
  const made = pen.createPattern(tile, "repeat") ?? "rgba(122,62,109,0.2)";
  hatches.set(layer, made);
  return made;
}

export function overlayStyle(config: Config) {
  return (feature: FeatureLike, resolution: number): Style[] => {
    const styles = [
      kept(`overlay${feature.get("layer_key") as string}`, () =>
        new Style({
          zIndex: 30,
          fill: new Fill({ color: hatch((feature.get("layer_key") as string) ?? "") }),
          stroke: new Stroke({ color: "#7A3E6D", width: 1.2 }),
          image: new Circle({ radius: 4, fill: new Fill({ color: "#FFFFFF" }), stroke: new Stroke({ color: "#7A3E6D", width: 1.6 }) }),
        }),
      ),
    ];
    const isPoint = feature.getGeometry()?.getType() === "Point";
    const text = zoomOf(resolution) >= (isPoint ? 17.5 : 15) ? name(feature, config) : "";
    if (text) {
      styles.push(kept(`on${text}`, () => new Style({ zIndex: 95, text: new Text({ text, font: "600 13px Vazirmatn", fill: new Fill({ color: "#5E2D54" }), stroke: halo }) })));
    }
    return styles;
  };
}

/** Lines that a document draws as the border of a street to come: whole, where planned lines by width are broken. */
export function correctedStyle(config: Config) {
  return (feature: FeatureLike, resolution: number): Style[] => {
    const near = zoomOf(resolution) >= 16;
    const styles = [
      kept("corrected-case", () => new Style({ zIndex: 40, stroke: new Stroke({ color: "#FFFFFF", width: 5 }) })),
      kept("corrected", () => new Style({ zIndex: 41, stroke: new Stroke({ color: "#A63D28", width: 2.4 }) })),
    ];
    const text = near ? digits((feature.get("code") as string) ?? "", config.language) : "";
    if (text) {
      styles.push(kept(`cn${text}`, () => new Style({ zIndex: 96, text: new Text({ text, placement: "line", font: "600 12px Vazirmatn", textBaseline: "bottom", fill: new Fill({ color: "#A63D28" }), stroke: halo }) })));
    }
    return styles;
  };
}

export function officeStyle(config: Config) {
  return (feature: FeatureLike, resolution: number): Style[] => {
    const text = zoomOf(resolution) >= 14.5 ? name(feature, config) : "";
    return [
      kept(`office${text}`, () =>
        new Style({
          zIndex: 300,
          image: new RegularShape({ points: 4, radius: 10, angle: Math.PI / 4, fill: new Fill({ color: "#1F3A5F" }), stroke: new Stroke({ color: "#FFFFFF", width: 1.6 }) }),
          text: text ? new Text({ text, offsetY: 20, font: "600 13px Vazirmatn", fill: new Fill({ color: "#1F3A5F" }), stroke: halo }) : undefined,
        }),
      ),
    ];
  };
}
