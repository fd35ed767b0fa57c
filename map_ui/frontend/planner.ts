// entry
// The draft's map: choose a zone, drag a corner or a new corner of a border; neighbours that share it follow.
import Feature from "ol/Feature";
import OlMap from "ol/Map";
import View from "ol/View";
import GeoJSON from "ol/format/GeoJSON";
import MVT from "ol/format/MVT";
import type Polygon from "ol/geom/Polygon";
import Zoom from "ol/control/Zoom";
import { defaults as interactions } from "ol/interaction/defaults";
import Modify from "ol/interaction/Modify";
import VectorLayer from "ol/layer/Vector";
import VectorTileLayer from "ol/layer/VectorTile";
import VectorSource from "ol/source/Vector";
import VectorTileSource from "ol/source/VectorTile";
import { Circle, Fill, Stroke, Style, Text } from "ol/style";
import type { StyleFunction } from "ol/style/Style";
import { createXYZ } from "ol/tilegrid";
import { readConfig } from "./config";
import { FAMILY_COLOURS, baseStyle, correctedStyle, familyOf, plotStyle } from "./style";

const holder = document.getElementById("plan-map")!;
const words = JSON.parse(document.getElementById("plan-words")!.textContent!) as Record<string, string>;
const saved = document.getElementById("saved")!;
const saveButton = document.getElementById("save") as HTMLButtonElement | null;
const undoButton = document.getElementById("undo") as HTMLButtonElement | null;
const format = new GeoJSON();
const web = { dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" };
const changed = new Set<Feature<Polygon>>();
const steps: [Feature<Polygon>, Polygon][][] = [];

const families = readConfig().zone_families;
const source = new VectorSource<Feature<Polygon>>();
const layer = new VectorLayer({ source, zIndex: 10, style: (feature) => zoneStyle(feature as Feature<Polygon>) });
const codes = new VectorLayer({ source, zIndex: 40, declutter: "names", style: (feature) => zoneCode(feature as Feature<Polygon>) });
const map = new OlMap({ target: holder, layers: [...city(), layer, codes], view: new View(), controls: [new Zoom({ className: "plan-zoom", zoomInTipLabel: "+", zoomOutTipLabel: "−" })], interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }) });

/** The city under the zones and its lots on them, quiet: what a border is drawn along. */
function city(): VectorTileLayer[] {
  const config = readConfig();
  const base = baseStyle(config);
  const plots = plotStyle(config);
  const ground: StyleFunction = (feature, resolution) => (base(feature, resolution) as Style[]).filter((part) => part.getText() === null);
  const streetNames: StyleFunction = (feature, resolution) => (feature.get("layer") === "street_names" ? base(feature, resolution) : []);
  const lots: StyleFunction = (feature, resolution) => (feature.get("layer") === "parcels" ? plots(feature, resolution) : []);
  const drawn: [string, number, number, StyleFunction, boolean][] = [
    ["base", 0, 1, ground, false],
    ["plots", 20, 0.8, lots, false],
    ["base", 30, 0.85, streetNames, true],
    ["corrected", 25, 1, correctedStyle(config), false],
  ];
  return drawn.flatMap(([key, zIndex, opacity, style, names]) => {
    const set = config.sets.find((entry) => entry.key === key);
    if (!set) return [];
    const grid = createXYZ({ tileSize: 512, minZoom: set.minzoom, maxZoom: set.maxzoom });
    const tiles = new VectorTileSource({ format: new MVT({ idProperty: "id" }), url: set.tiles, tileGrid: grid });
    return [new VectorTileLayer({ source: tiles, style, zIndex, opacity, minZoom: set.minzoom + 0.4, declutter: names ? "names" : false, renderMode: names ? "vector" : "hybrid" })];
  });
}

function zoneStyle(feature: Feature<Polygon>): Style {
  const code = feature.get("code") as string;
  const chosen = String(feature.getId()) === holder.dataset.chosen;
  return new Style({
    zIndex: chosen ? 2 : 1,
    fill: new Fill({ color: FAMILY_COLOURS[familyOf(code, families)] ?? "#E4DCCB" }),
    stroke: new Stroke({ color: chosen ? "#0B6E78" : "#1D2733", width: chosen ? 3 : 1.1 }),
  });
}

function zoneCode(feature: Feature<Polygon>): Style {
  const text = feature.get("code") as string;
  return new Style({
    text: new Text({ text, font: "800 14px Vazirmatn", fill: new Fill({ color: "#1D2733" }), stroke: new Stroke({ color: "#fff", width: 3 }) }),
  });
}

async function load(): Promise<void> {
  const answer = await fetch(holder.dataset.zones!, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    saved.textContent = words["failed"]!;
    return;
  }
  source.addFeatures(format.readFeatures(await answer.json(), web) as Feature<Polygon>[]);
  const chosen = holder.dataset.chosen ? source.getFeatureById(holder.dataset.chosen) : null;
  const extent = (chosen as Feature<Polygon> | null)?.getGeometry()?.getExtent() ?? source.getExtent();
  if (extent) map.getView().fit(extent, { padding: [72, 24, 24, 24], maxZoom: 18 });
}

function edit(): void {
  const modify = new Modify({
    source,
    style: new Style({ image: new Circle({ radius: 7, fill: new Fill({ color: "#E8A200" }), stroke: new Stroke({ color: "#1D2733", width: 1.5 }) }) }),
  });
  modify.on("modifystart", () => {
    steps.push(source.getFeatures().map((feature) => [feature, feature.getGeometry()!.clone()]));
  });
  modify.on("modifyend", () => {
    const before = steps[steps.length - 1]!;
    for (const [feature, shape] of before) {
      if (JSON.stringify(shape.getCoordinates()) !== JSON.stringify(feature.getGeometry()!.getCoordinates())) changed.add(feature);
    }
    steps[steps.length - 1] = before.filter(([feature]) => changed.has(feature));
    show();
  });
  map.addInteraction(modify);
  undoButton?.addEventListener("click", () => {
    for (const [feature, shape] of steps.pop() ?? []) feature.setGeometry(shape);
    show();
  });
  saveButton?.addEventListener("click", () => void save(modify));
  window.addEventListener("beforeunload", (event) => {
    if (steps.length) event.preventDefault();
  });
}

function show(): void {
  const some = steps.length > 0;
  if (saveButton) saveButton.disabled = !some;
  if (undoButton) undoButton.disabled = !some;
  saved.textContent = some ? words["changed"]! : "";
}

/** Nothing is moved while the shapes are on their way: what is drawn is what was sent. */
async function save(modify: Modify): Promise<void> {
  modify.setActive(false);
  for (const button of [saveButton, undoButton]) if (button) button.disabled = true;
  const zones = [...changed].map((feature) => ({ id: feature.getId(), geometry: format.writeGeometryObject(feature.getGeometry()!, { ...web, decimals: 11 }) }));
  const answer = await fetch(holder.dataset.save!, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": holder.dataset.token! },
    body: JSON.stringify({ zones }),
  }).catch(() => null);
  if (!answer?.ok) {
    modify.setActive(true);
    show();
    const told = (await answer?.json().catch(() => null)) as { message_fa: string; message_en: string } | null | undefined;
    const why = told?.[document.documentElement.lang === "en" ? "message_en" : "message_fa"];
    saved.textContent = why ? `${words["failed"]!}: ${why}` : words["failed"]!;
    return;
  }
  steps.length = 0;
  changed.clear();
  window.location.reload();
}

map.on("singleclick", (event) => {
  const [feature] = map.getFeaturesAtPixel(event.pixel, { layerFilter: (one) => one === layer });
  if (!feature || steps.length) return;
  const address = new URL(window.location.href);
  address.searchParams.set("zone", String((feature as Feature).getId()));
  window.location.assign(address);
});

void load();
if (holder.dataset.mayChange) edit();
