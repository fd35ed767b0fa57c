// entry: the map page. A click or Enter chooses a parcel; its sheet is laid beside; the address tells the view.
import OlMap from "ol/Map";
import View from "ol/View";
import { defaults as defaultInteractions } from "ol/interaction/defaults";
import MVT from "ol/format/MVT";
import type { FeatureLike } from "ol/Feature";
import LayerGroup from "ol/layer/Group";
import VectorTileLayer from "ol/layer/VectorTile";
import { fromLonLat, toLonLat, transformExtent } from "ol/proj";
import VectorTileSource from "ol/source/VectorTile";
import { createXYZ } from "ol/tilegrid";
import type Style from "ol/style/Style";
import type { StyleFunction } from "ol/style/Style";
import { readAddress, writeAddress } from "./address";
import { AnswerLayer } from "./answer";
import { BottomSheet } from "./bottom_sheet";
import { readConfig, type TileSet } from "./config";
import { legend, scale, switches } from "./furniture";
import { element, lay } from "./html";
import { wireSheet } from "./sheet";
import { baseStyle, correctedStyle, officeStyle, overlayStyle, plotStyle, zoneStyle } from "./style";

const config = readConfig();
const body = element("sheet-body");
const empty = body.innerHTML;
const openedEmpty = !body.querySelector(".parcel-sheet");
const target = element("map");
const answer = new AnswerLayer();
let view = readAddress();
let asking: AbortController | null = null;

const ORDER: Record<string, number> = { base: 0, zoning: 10, plots: 30, restrictions: 35, corrected: 38, services: 60 };
const styles: Record<string, StyleFunction> = {
  base: baseStyle(config),
  zoning: zoneStyle(config),
  plots: plotStyle(config),
  restrictions: overlayStyle(config),
  corrected: correctedStyle(config),
  services: officeStyle(config),
};
const sets = new Map(config.sets.map((set) => [set.key, setLayers(set)]));
const map = new OlMap({
  target,
  controls: [],
  interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false }),
  layers: [...[...sets.values()].flatMap((entry) => entry.getLayers().getArray()), answer.layer],
  view: new View({
    extent: wide(transformExtent(config.extent, "EPSG:4326", "EPSG:3857")),
    minZoom: 10,
    maxZoom: 21,
    constrainOnlyCenter: true,
  }),
});
const sheet = new BottomSheet(element("sheet-frame"), makeRoom);

/** The map's view keeps clear of the sheet and of the search on a phone. */
function makeRoom(covered: number): void {
  const phone = window.matchMedia("(max-width: 991.98px)").matches;
  // on a phone the search stands above, and the row of tools right above the sheet
  map.getView().padding = [phone ? 76 : 0, 0, phone ? Math.min(covered, window.innerHeight * 0.65) + 56 : 0, 0];
  map.updateSize();
}

/**
 * The layers of one tile set over one source: areas low, streets above the zones, names above everything,
 * because each layer is drawn whole before the next one.
 */
function setLayers(set: TileSet): LayerGroup {
  const source = new VectorTileSource({
    format: new MVT({ idProperty: "id" }),
    url: set.tiles,
    tileGrid: createXYZ({ tileSize: 512, minZoom: set.minzoom, maxZoom: set.maxzoom }),
  });
  const style = styles[set.key]!;
  const isName = (part: Style) => part.getText() !== null;
  const isStreet = (feature: FeatureLike) => feature.get("layer") === "streets" || ["passage", "water"].includes(feature.get("kind") as string);
  const only = (keep: (part: Style, feature: FeatureLike) => boolean): StyleFunction => {
    return (feature, resolution) => (style(feature, resolution) as Style[]).filter((part) => keep(part, feature));
  };
  const order = ORDER[set.key] ?? 40;
  const layers = [
    tileLayer(source, order, only((part, feature) => !isName(part) && !(set.key === "base" && isStreet(feature)))),
    tileLayer(source, 100 + order, only(isName), "names"),
  ];
  if (set.key === "base") layers.push(tileLayer(source, 20, only((part, feature) => !isName(part) && isStreet(feature))));
  return new LayerGroup({
    layers,
    visible: true,
    properties: { on: view.layers ? !set.switchable || view.layers.includes(set.key) : set.on_at_first },
  });
}

function tileLayer(source: VectorTileSource, zIndex: number, style: StyleFunction, declutter?: string): VectorTileLayer {
  return new VectorTileLayer({
    source,
    style,
    zIndex,
    // a tile of 512 px is of the zoom below the view's; further out a set of deep tiles would be asked for by the hundred
    minZoom: (source.getTileGrid()?.getMinZoom() ?? 0) + 0.4,
    declutter: declutter ?? false,
    renderMode: declutter ? "vector" : "hybrid",
  });
}

function isOn(key: string): boolean {
  return Boolean(sets.get(key)?.get("on"));
}

function turn(key: string, on: boolean): void {
  const entry = sets.get(key);
  entry?.set("on", on);
  for (const layer of entry?.getLayers().getArray() ?? []) layer.setVisible(on);
}

function wide(extent: number[]): number[] {
  const [west, south, east, north] = extent as [number, number, number, number];
  const margin = Math.max(east - west, north - south) * 0.2 + 500;
  return [west - margin, south - margin, east + margin, north + margin];
}

let fading = 0;

/** Tells it to screen readers at once; a hint is also seen for a while, what stands in the sheet is not. */
function say(text: string, seen = true): void {
  const status = element("status");
  status.textContent = text;
  status.classList.toggle("visually-hidden", !seen);
  window.clearTimeout(fading);
  fading = window.setTimeout(() => status.classList.add("visually-hidden"), 6000);
}

// --- Choosing a parcel ---------------------------------------------------------------------------------------

interface Candidate {
  key: string;
  label: string;
  distance_m: number;
}

async function pointed(coordinate: number[]): Promise<{ exact: boolean; candidates: Candidate[] }> {
  const [lon, lat] = toLonLat(coordinate) as [number, number];
  const ground = (map.getView().getResolution() ?? 1) * Math.cos((lat * Math.PI) / 180);
  const asked = new URLSearchParams({ lon: lon.toFixed(7), lat: lat.toFixed(7), border_m: (ground * 3).toFixed(2) });
  if (view.on) asked.set("on", view.on);
  const response = await fetch(`${config.urls.at}?${asked}`, { headers: { Accept: "application/json" } });
  return (await response.json()) as { exact: boolean; candidates: Candidate[] };
}

// Counts the places that were pointed at, so that a late answer to an earlier one chooses nothing.
let picked = 0;

async function pick(coordinate: number[]): Promise<void> {
  const asked = ++picked;
  if ((map.getView().getZoom() ?? 0) < 15.5) {
    map.getView().animate({ center: coordinate, zoom: 17.5, duration: 250 });
    say(config.words["closer"]!);
    return;
  }
  try {
    const { exact, candidates } = await pointed(coordinate);
    if (asked !== picked) return;
    element("ask").hidden = true;
    if (exact) await choose(candidates[0]!.key, "push");
    else if (candidates.length === 0) say(config.words["nothing_here"]!);
    else ask(candidates);
  } catch {
    if (asked === picked) say(config.words["no_answer"]!);
  }
}

function ask(candidates: Candidate[]): void {
  const box = element("ask");
  const list = box.querySelector("ul")!;
  list.replaceChildren(
    ...candidates.map((candidate) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      const far = document.createElement("span");
      far.textContent = candidate.distance_m > 0.3 ? `${Math.round(candidate.distance_m).toLocaleString(config.language)} ${config.words["metres"]}` : "";
      button.append(candidate.label, far);
      button.addEventListener("click", () => {
        box.hidden = true;
        void choose(candidate.key, "push");
      });
      item.append(button);
      return item;
    }),
  );
  box.hidden = false;
  say(config.words["which"]!, false);
  list.querySelector("button")?.focus();
}

async function choose(key: string, step: "push" | "none", storeys: string | null = null): Promise<void> {
  asking?.abort();
  asking = new AbortController();
  const waiting = window.setTimeout(() => lay(body, `<div class="skeleton" role="status">${"<span></span>".repeat(3)}<span class="tall"></span>${"<span></span>".repeat(4)}</div>`), 300);
  view = { ...view, parcel: key, storeys };
  if (step === "push") writeAddress(view, "push");
  const asked = new URLSearchParams();
  if (view.on) asked.set("on", view.on);
  if (storeys) asked.set("storeys", storeys);
  try {
    const response = await fetch(`${config.urls.sheet.replace("KEY", encodeURIComponent(key))}?${asked}`, { signal: asking.signal });
    const html = await response.text();
    window.clearTimeout(waiting);
    if (!response.ok) throw new Error(String(response.status));
    lay(body, html);
    shown();
    if (sheet.stop === "peek") sheet.stopAt("half");
    reveal(false);
    say(body.querySelector<HTMLElement>(".verdict-text")?.textContent ?? "", false);
  } catch (trouble) {
    window.clearTimeout(waiting);
    if ((trouble as Error).name === "AbortError") return;
    failed(key, (trouble as Error).message);
  }
}

function failed(key: string, code: string): void {
  lay(body, '<div class="failed"><h2></h2><p></p><button class="btn btn-plain" type="button"></button></div>');
  body.querySelector("h2")!.textContent = config.words["failed"]!;
  body.querySelector("p")!.textContent = `${config.words["failed_what"]} (${/^\d+$/.test(code) ? code : "NETWORK"})`;
  const button = body.querySelector("button")!;
  button.textContent = config.words["again"]!;
  button.addEventListener("click", () => void choose(key, "none"));
  answer.show(null);
  say(config.words["failed"]!);
}

function drawnRoles(): Set<string> {
  return new Set(answer.source.getFeatures().map((feature) => String(feature.get("role"))));
}

/** After a sheet was laid: its shapes go on the map, its controls come alive. */
function shown(): void {
  const shapes = body.querySelector("#parcel-shapes")?.textContent;
  answer.show(shapes ? (JSON.parse(shapes) as object) : null);
  const article = body.querySelector<HTMLElement>(".parcel-sheet");
  sheet.named(article?.dataset["title"] ?? "", article?.dataset["verdict"] ?? "");
  legend(config, isOn, article ? drawnRoles() : null);
  wireSheet(body, {
    light: (roles) => answer.light(roles),
    storeys(value) {
      view = { ...view, storeys: value };
      writeAddress(view, "replace");
    },
  });
  body.querySelector(".sheet-close")?.addEventListener("click", (event) => {
    event.preventDefault();
    close("push");
  });
}

function close(step: "push" | "none"): void {
  asking?.abort(); // a sheet that comes late is not laid any more
  view = { ...view, parcel: null, storeys: null };
  if (step === "push") writeAddress(view, "push");
  if (openedEmpty) lay(body, empty);
  else lay(body, '<div class="empty"><p class="verdict-text"></p></div>');
  const text = body.querySelector(".verdict-text");
  if (text && !text.textContent) text.textContent = config.words["choose"]!;
  answer.show(null);
  sheet.named("", "");
  sheet.stopAt("peek");
  legend(config, isOn, null);
}

/** Brings the chosen parcel into the free part of the map; stays put when it is already seen well. */
function reveal(always: boolean): void {
  const parcel = answer.source.getFeatures().find((feature) => feature.get("role") === "parcel");
  const extent = parcel?.getGeometry()?.getExtent();
  if (!extent) return;
  const here = map.getView();
  const [left, bottom] = map.getPixelFromCoordinate([extent[0]!, extent[1]!]) ?? [-1, -1];
  const [right, top] = map.getPixelFromCoordinate([extent[2]!, extent[3]!]) ?? [-1, -1];
  const [width, height] = map.getSize() ?? [0, 0];
  const free = height! - sheet.covered - (sheet.isPhone ? 56 : 0);
  const seen = left! > 8 && right! < width! - 8 && top! > 60 && bottom! < free - 8 && (here.getZoom() ?? 0) >= 17;
  if (seen && !always) return;
  const margin = sheet.isPhone ? Math.max(16, Math.min(width!, free - 76) * 0.14) : Math.max(24, Math.min(width!, free) * 0.24);
  // the view's own padding already keeps the sheet's part free
  here.fit(extent, { padding: [margin, margin, margin, margin], maxZoom: 19.4, duration: always ? 0 : 250 });
}

// --- The rest of the page ------------------------------------------------------------------------------------

function remembered(): void {
  const centre = map.getView().getCenter();
  const zoom = map.getView().getZoom();
  if (!centre || zoom === undefined) return;
  const [lon, lat] = toLonLat(centre) as [number, number];
  view = { ...view, at: { zoom, lat, lon } };
  writeAddress(view, "replace");
  scale(map, config);
}

function place(): void {
  if (view.at) {
    map.getView().setCenter(fromLonLat([view.at.lon, view.at.lat]));
    map.getView().setZoom(view.at.zoom);
  } else if (answer.source.getFeatures().length > 0) {
    reveal(true);
  } else {
    map.getView().fit(transformExtent(config.extent, "EPSG:4326", "EPSG:3857"), { padding: [24, 24, 24, 24], maxZoom: 17.6 });
  }
}

function middle(): number[] {
  const cross = document.querySelector(".crosshair")!.getBoundingClientRect();
  const frame = target.getBoundingClientRect();
  const pixel = [cross.left + cross.width / 2 - frame.left, cross.top + cross.height / 2 - frame.top];
  return map.getCoordinateFromPixel(pixel) ?? map.getView().getCenter()!;
}

function keyboard(): void {
  const stage = document.querySelector(".stage")!;
  let spoken = 0;
  target.addEventListener("focus", () => {
    if (target.matches(":focus-visible")) stage.classList.add("keyboard");
  });
  target.addEventListener("blur", () => stage.classList.remove("keyboard"));
  target.addEventListener("keydown", (event) => {
    stage.classList.add("keyboard");
    if (event.key === "Enter") {
      event.preventDefault();
      window.clearTimeout(spoken);
      heard += 1;
      void pick(middle());
    } else if (event.key.startsWith("Arrow")) {
      window.clearTimeout(spoken);
      spoken = window.setTimeout(() => void tellMiddle(), 700);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !element("ask").hidden) {
      element("ask").hidden = true;
      target.focus();
    }
  });
}

// Counts what the person did last, so that a late answer to an earlier question is not spoken over it.
let heard = 0;

async function tellMiddle(): Promise<void> {
  const asked = ++heard;
  if ((map.getView().getZoom() ?? 0) < 15.5) return;
  try {
    const { exact, candidates } = await pointed(middle());
    if (asked === heard) say(exact ? `${config.words["under_cross"]} ${candidates[0]!.label}` : config.words["no_parcel_here"]!);
  } catch {
    if (asked === heard) say(config.words["no_answer"]!);
  }
}

function locate(): void {
  const button = element("my-place");
  button.addEventListener("click", () => {
    if (!("geolocation" in navigator)) {
      say(config.words["no_place"]!);
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const [west, south, east, north] = config.extent;
        const inside = coords.longitude >= west - 0.1 && coords.longitude <= east + 0.1 && coords.latitude >= south - 0.1 && coords.latitude <= north + 0.1;
        if (!inside) {
          say(config.words["outside"]!);
          return;
        }
        map.getView().animate({ center: fromLonLat([coords.longitude, coords.latitude]), zoom: 18.5, duration: 250 });
        say(config.words["here_you_are"]!);
      },
      () => say(config.words["no_place"]!),
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}

window.addEventListener("popstate", () => {
  picked += 1;
  const before = view;
  view = readAddress();
  for (const set of config.sets) {
    if (set.switchable) turn(set.key, view.layers ? view.layers.includes(set.key) : set.on_at_first);
  }
  if (view.at) place();
  if (view.parcel && view.parcel !== before.parcel) void choose(view.parcel, "none", view.storeys);
  if (!view.parcel && before.parcel) close("none");
});

map.on("singleclick", (event) => void pick(event.coordinate));
map.on("moveend", remembered);
map.once("rendercomplete", () => target.setAttribute("data-ready", "1"));
element("zoom-in").addEventListener("click", () => map.getView().animate({ zoom: (map.getView().getZoom() ?? 15) + 1, duration: 150 }));
element("zoom-out").addEventListener("click", () => map.getView().animate({ zoom: (map.getView().getZoom() ?? 15) - 1, duration: 150 }));
element("ask").querySelector(".close")?.addEventListener("click", () => {
  element("ask").hidden = true;
  target.focus();
});
switches(config, isOn, turn, () => {
  const on = config.sets.filter((set) => set.switchable && isOn(set.key)).map((set) => set.key);
  view = { ...view, layers: on };
  writeAddress(view, "replace");
  legend(config, isOn, view.parcel ? drawnRoles() : null);
});
for (const set of config.sets) turn(set.key, isOn(set.key));
keyboard();
locate();
makeRoom(sheet.covered);
shown();
place();
scale(map, config);
// names are drawn on a canvas, which does not wait for the face of its letters
void Promise.all([document.fonts.load("500 14px Vazirmatn"), document.fonts.load("600 14px Vazirmatn")]).then(() => {
  for (const layer of map.getAllLayers()) layer.changed();
});
