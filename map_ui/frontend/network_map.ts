// A map laid over a drawn one: the city's own tiles below, routes and signs above. The drawing stays until it is ready.
import Feature from "ol/Feature";
import OlMap from "ol/Map";
import View from "ol/View";
import Zoom from "ol/control/Zoom";
import MVT from "ol/format/MVT";
import LineString from "ol/geom/LineString";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import { boundingExtent } from "ol/extent";
import { defaults as interactions } from "ol/interaction/defaults";
import VectorLayer from "ol/layer/Vector";
import VectorTileLayer from "ol/layer/VectorTile";
import { fromLonLat, transformExtent } from "ol/proj";
import VectorSource from "ol/source/Vector";
import VectorTileSource from "ol/source/VectorTile";
import { Icon, Stroke, Style } from "ol/style";
import { createXYZ } from "ol/tilegrid";
import { type Config, readConfig } from "./config";
import { baseStyle } from "./style";

export type LonLat = [number, number];

export interface NetworkMap {
  map: OlMap;
  config: Config;
  signs: VectorSource<Feature>;
  lines: VectorSource<Feature>;
  show(padding?: number[], around?: LonLat[]): void;
}

/** A picture from an SVG text, as icons want it. */
export function picture(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}

export function line(places: LonLat[], style: Style[]): Feature {
  const feature = new Feature(new LineString(places.map((place) => fromLonLat(place))));
  feature.setStyle(style);
  return feature;
}

export function area(outline: LonLat[], style: Style): Feature {
  const feature = new Feature(new Polygon([outline.map((place) => fromLonLat(place))]));
  feature.setStyle(style);
  return feature;
}

export function sign(place: LonLat, svg: string, properties: Record<string, unknown>, anchor: [number, number] = [0.5, 0.5]): Feature {
  const feature = new Feature({ ...properties, geometry: new Point(fromLonLat(place)) });
  feature.setStyle(new Style({ image: new Icon({ src: picture(svg), anchor }) }));
  return feature;
}

export function stroke(colour: string, width: number, dash: number[] = []): Style[] {
  return [
    new Style({ stroke: new Stroke({ color: "rgba(255,255,255,0.85)", width: width + 3.5 }) }),
    new Style({ stroke: new Stroke({ color: colour, width, lineDash: dash.length ? dash : undefined }) }),
  ];
}

/** Makes the map inside a holder; the drawing in it is taken away when the first view stands complete. */
export function networkMap(holder: HTMLElement): NetworkMap {
  const config = readConfig();
  const base = config.sets.find((set) => set.key === "base")!;
  const signs = new VectorSource<Feature>();
  const lines = new VectorSource<Feature>();
  const target = document.createElement("div");
  target.className = "live-map";
  holder.prepend(target);
  const map = new OlMap({
    target,
    controls: [new Zoom({ className: "live-zoom", zoomInTipLabel: "+", zoomOutTipLabel: "−" })],
    interactions: interactions({ altShiftDragRotate: false, pinchRotate: false, mouseWheelZoom: true }),
    layers: [
      new VectorTileLayer({
        declutter: true,
        renderMode: "hybrid",
        style: baseStyle(config),
        source: new VectorTileSource({
          format: new MVT({ idProperty: "id" }),
          url: base.tiles,
          tileGrid: createXYZ({ tileSize: 512, minZoom: base.minzoom, maxZoom: base.maxzoom }),
          maxZoom: base.maxzoom,
        }),
      }),
      new VectorLayer({ source: lines, zIndex: 5 }),
      new VectorLayer({ source: signs, zIndex: 6 }),
    ],
    view: new View({ minZoom: 10, maxZoom: 20 }),
  });
  return {
    map,
    config,
    signs,
    lines,
    show(padding = [56, 56, 72, 56], around = []) {
      const extent = around.length ? boundingExtent(around.map((place) => fromLonLat(place))) : signs.getExtent();
      const whole = transformExtent(config.extent, "EPSG:4326", "EPSG:3857");
      const has = extent && Number.isFinite(extent[0]);
      map.getView().fit(has ? extent : whole, { padding, maxZoom: 17.5 });
      map.once("rendercomplete", () => holder.classList.add("live"));
    },
  };
}
