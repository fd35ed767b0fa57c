// The answer laid on the map: the chosen parcel, what is ceded, the net line, the envelope, dimensions; reasons light their shapes.
import type Feature from "ol/Feature";
import type { FeatureLike } from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import { LineString, MultiPolygon, Point, type Geometry } from "ol/geom";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import { Fill, Stroke, Style, Text } from "ol/style";

const INK = "#1D2733";
const BRICK = "#A63D28";
const TURQUOISE = "#0B6E78";
const halo = new Stroke({ color: "#FFFFFF", width: 3 });

export class AnswerLayer {
  readonly source = new VectorSource<Feature<Geometry>>();
  readonly layer: VectorLayer<VectorSource<Feature<Geometry>>>;
  private lit: string[] = [];

  constructor() {
    this.layer = new VectorLayer({ source: this.source, zIndex: 150, declutter: "names", style: (feature, resolution) => this.style(feature, resolution) });
  }

  show(collection: object | null): void {
    this.source.clear();
    this.lit = [];
    if (collection) {
      this.source.addFeatures(new GeoJSON({ featureProjection: "EPSG:3857" }).readFeatures(collection) as Feature<Geometry>[]);
    }
  }

  light(roles: string[]): void {
    this.lit = roles.filter((role) => role !== "parcel");
    this.layer.changed();
  }

  private style(feature: FeatureLike, resolution: number): Style[] {
    const role = feature.get("role") as string;
    const close = resolution < 0.45;
    const dimmed = this.lit.length > 0 && !this.lit.includes(role) && role !== "parcel";
    switch (role) {
      case "parcel":
        return [
          // a paper ground first, so that the zone's tint does not mix with the colours of the answer
          new Style({ zIndex: 0, fill: new Fill({ color: "rgba(255,253,247,0.92)" }) }),
          new Style({ zIndex: 1, fill: new Fill({ color: "rgba(232,162,0,0.15)" }) }),
          new Style({ zIndex: 20, stroke: new Stroke({ color: INK, width: close ? 5.4 : 4.6, lineJoin: "round" }) }),
          new Style({ zIndex: 21, stroke: new Stroke({ color: "#E8A200", width: close ? 3.8 : 3, lineJoin: "round" }) }),
        ];
      case "ceded":
      case "chamfer":
        return this.ceded(feature, role, close);
      case "net":
        return close ? [new Style({ zIndex: 12, stroke: new Stroke({ color: INK, width: this.lit.includes("net") ? 2.6 : 1.8 }) })] : [];
      case "envelope":
        return [
          new Style({
            zIndex: 5,
            fill: new Fill({ color: `rgba(11,110,120,${dimmed ? 0.12 : this.lit.includes("envelope") ? 0.4 : 0.25})` }),
            stroke: new Stroke({ color: TURQUOISE, width: 1.6 }),
          }),
          ...(close && resolution < 0.27 && !dimmed
            ? [new Style({ zIndex: 5, geometry: largest(feature), text: this.label((feature.get("text") as string) ?? "", TURQUOISE) })]
            : []),
        ];
      case "line60":
        return close && !dimmed ? [new Style({ zIndex: 8, stroke: new Stroke({ color: TURQUOISE, width: 2, lineDash: [0.1, 5], lineCap: "round" }) })] : [];
      case "dimension":
        return this.dimension(feature, resolution);
      default:
        return [];
    }
  }

  private ceded(feature: FeatureLike, role: string, close: boolean): Style[] {
    const lit = this.lit.includes(role);
    const styles = [
      new Style({ zIndex: 10, fill: new Fill({ color: brickHatch() }), stroke: new Stroke({ color: BRICK, width: lit ? 2.4 : 0.8 }) }),
    ];
    if (lit && close) {
      const shift = role === "ceded" ? -70 : 80;
      styles.push(
        new Style({
          zIndex: 60,
          text: new Text({
            text: (feature.get("text") as string) ?? "",
            font: "500 13px Vazirmatn",
            fill: new Fill({ color: BRICK }),
            backgroundFill: new Fill({ color: "#FFFFFF" }),
            backgroundStroke: new Stroke({ color: BRICK, width: 1 }),
            padding: [4, 8, 3, 8],
            overflow: true,
            declutterMode: "obstacle",
            offsetX: shift,
            offsetY: role === "ceded" ? 34 : -30,
          }),
        }),
      );
    }
    return styles;
  }

  private dimension(feature: FeatureLike, resolution: number): Style[] {
    const kind = feature.get("kind") as string;
    const widths = kind.startsWith("width");
    // on a phone the figures stand in the sheet; there is no room beside the lot
    if (window.innerWidth < 992 || resolution > (widths ? 0.4 : 0.27)) return [];
    if (this.lit.length > 0 && !(widths && this.lit.includes("widths"))) return [];
    const line = feature.getGeometry() as LineString;
    const [from, to] = line.getCoordinates() as [number[], number[]];
    const angle = Math.atan2(to[1]! - from[1]!, to[0]! - from[0]!) + Math.PI / 2;
    const tick = 5 * resolution;
    const [dx, dy] = [Math.cos(angle) * tick, Math.sin(angle) * tick];
    const colour = kind === "ceded" || kind === "width_planned" ? BRICK : INK;
    const pen = new Stroke({ color: colour, width: 1.2 });
    const ticks = [from, to].map(
      (end) => new Style({ zIndex: 30, geometry: new LineString([[end[0]! - dx, end[1]! - dy], [end[0]! + dx, end[1]! + dy]]), stroke: pen }),
    );
    const text = this.label((feature.get("text") as string) ?? "", colour);
    // figures stand on the side away from the lot; the width now at the end of its line that is away from the lot
    const [lotX, lotY] = this.middle();
    const right = (from[0]! + to[0]!) / 2 > lotX !== (kind === "width_now");
    const below = (from[1]! + to[1]!) / 2 < lotY;
    // beside a line that stands, under or above one that lies
    const lies = !widths && Math.abs(to[0]! - from[0]!) >= Math.abs(to[1]! - from[1]!);
    text.setTextAlign(lies ? "center" : right ? "left" : "right");
    text.setOffsetX(lies ? 0 : right ? 9 : -9);
    text.setOffsetY(lies ? (below ? 15 : -13) : 0);
    if (kind !== "width_now") return [new Style({ zIndex: 30, stroke: pen, text }), ...ticks];
    const end = from[1]! < to[1]! === below ? from : to;
    text.setOffsetX(right ? -6 : 6);
    text.setOffsetY(below ? 15 : -13);
    return [new Style({ zIndex: 30, stroke: pen }), new Style({ zIndex: 30, geometry: new Point(end), text }), ...ticks];
  }

  private middle(): [number, number] {
    const parcel = this.source.getFeatures().find((feature) => feature.get("role") === "parcel");
    const [west, south, east, north] = parcel?.getGeometry()?.getExtent() ?? [0, 0, 0, 0];
    return [(west! + east!) / 2, (south! + north!) / 2];
  }

  private label(text: string, colour: string): Text {
    return new Text({ text, font: "600 13px Vazirmatn", fill: new Fill({ color: colour }), stroke: halo, overflow: true, declutterMode: "obstacle" });
  }
}

/** Where the one figure of a shape stands: of several parts the largest. */
function largest(feature: FeatureLike): Geometry {
  const geometry = feature.getGeometry() as Geometry;
  if (!(geometry instanceof MultiPolygon)) return geometry;
  return geometry.getPolygons().reduce((most, part) => (part.getArea() > most.getArea() ? part : most));
}

let pattern: CanvasPattern | null = null;
function brickHatch(): CanvasPattern | string {
  if (pattern) return pattern;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 7;
  const pen = tile.getContext("2d")!;
  pen.fillStyle = "#FFF7EE";
  pen.fillRect(0, 0, 7, 7);
  pen.strokeStyle = BRICK;
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (const shift of [-7, 0, 7]) {
    pen.moveTo(shift, 7);
    pen.lineTo(shift + 7, 0);
  }
  pen.stroke();
  pattern = pen.createPattern(tile, "repeat");
  return pattern ?? "rgba(166,61,40,0.3)";
}
