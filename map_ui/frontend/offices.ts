// entry: the offices' page. "My place" and a mark on the map give the start; without script, typing does the same.
import Feature from "ol/Feature";
import Point from "ol/geom/Point";
import { fromLonLat, toLonLat } from "ol/proj";
import { Fill, Stroke, Style, Text } from "ol/style";
import { type LonLat, area, line, networkMap, sign, stroke } from "./network_map";

interface Option {
  code: string;
  name_fa: string;
  name_en: string;
  place: LonLat;
  travel: { seconds: number; metres: number } | null;
  state: { openness: string };
}

interface Answer {
  start: LonLat | null;
  chosen?: string | null;
  options: Option[];
  way?: { line: LonLat[] } | null;
  equal_times?: { minutes: number; label: string; outlines: LonLat[][] }[];
}

const form = document.querySelector<HTMLFormElement>("form[data-offices]");
const button = document.querySelector<HTMLButtonElement>("[data-my-place]");
const holder = document.getElementById("offices-map");

function hidden(name: string, value: string): HTMLInputElement {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  return field;
}

function setOut(lon: number, lat: number): void {
  if (!form) return;
  for (const field of form.querySelectorAll('[name="parcel"], [name="lon"], [name="lat"], [name="q"]')) field.remove();
  form.append(hidden("lon", lon.toFixed(6)), hidden("lat", lat.toFixed(6)));
  form.submit();
}

function pin(number: string, chosen: boolean, closed: boolean): string {
  const fill = chosen ? "#0B6E78" : closed ? "#FFFFFF" : "#1F3A5F";
  const ink = closed && !chosen ? "#1F3A5F" : "#FFFFFF";
  const edge = closed && !chosen ? "#1F3A5F" : "#FFFFFF";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -36 32 38" width="32" height="38"><path d="M-14 -34H14V-8H5L0 0L-5 -8H-14Z" fill="${fill}" stroke="${edge}" stroke-width="2"/><text y="-15" text-anchor="middle" font-family="Vazirmatn, Tahoma, sans-serif" font-size="15" font-weight="700" fill="${ink}">${number}</text></svg>`;
}

/** A line of equal time; only the innermost is washed. */
function equalTime(first: boolean): Style {
  return new Style({
    stroke: new Stroke({ color: "#1F3A5F", width: 1.3, lineDash: first ? undefined : [7, 6] }),
    fill: first ? new Fill({ color: "rgba(11,110,120,0.08)" }) : undefined,
  });
}

/** The label of a line of equal time, at the lowest place of its largest outline. */
function timeLabel(outline: LonLat[], label: string): Feature {
  const lowest = outline.reduce((low, place) => (place[1] < low[1] ? place : low));
  const feature = new Feature(new Point(fromLonLat(lowest)));
  feature.setStyle(new Style({ text: new Text({ text: label, font: "600 14px Vazirmatn", fill: new Fill({ color: "#1F3A5F" }), stroke: new Stroke({ color: "#fff", width: 4 }) }) }));
  return feature;
}

const START = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -10 20 20" width="20" height="20"><rect x="-8" y="-8" width="16" height="16" rx="2" fill="#E8A200" stroke="#1D2733" stroke-width="2"/></svg>';

async function draw(place: HTMLElement): Promise<void> {
  const response = await fetch(place.dataset["near"]!, { headers: { Accept: "application/json" } });
  if (!response.ok) return;
  const answer = (await response.json()) as Answer;
  const { map, config, signs, lines, show } = networkMap(place);
  (answer.equal_times ?? []).forEach((time, place) => {
    for (const outline of time.outlines) lines.addFeature(area(outline, equalTime(place === 0)));
    const largest = [...time.outlines].sort((one, other) => other.length - one.length)[0];
    if (largest) lines.addFeature(timeLabel(largest, time.label));
  });
  if (answer.way) lines.addFeature(line(answer.way.line, stroke("#0B6E78", 5)));
  [...answer.options].reverse().forEach((option, back) => {
    const number = (answer.options.length - back).toLocaleString(config.language === "fa" ? "fa-IR" : "en");
    const shown = option.travel || !answer.start;
    const closed = !["open", "unknown"].includes(option.state.openness);
    const feature = sign(option.place, pin(number, option.code === answer.chosen, closed), { code: option.code }, [0.5, 0.95]);
    if (shown) signs.addFeature(feature);
  });
  if (answer.start) signs.addFeature(sign(answer.start, START, {}));
  map.on("click", (event) => {
    const code = map.forEachFeatureAtPixel(event.pixel, (found) => found.get("code") as string | undefined, { hitTolerance: 4 });
    if (code) document.getElementById(`office-${code}`)?.querySelector<HTMLAnchorElement>("h2 a")?.click();
    else if (!answer.start) setOut(...(toLonLat(event.coordinate) as LonLat));
  });
  // as in the drawing: the start, the nearest offices and the way decide how much of the city is shown
  const small = holder!.clientHeight < 400;
  const near = answer.options.filter((option) => option.travel).slice(0, small ? 3 : 6).map((option) => option.place);
  show(small ? [44, 28, 72, 28] : [70, 70, 90, 70], answer.start ? [answer.start, ...near, ...(answer.way?.line ?? [])] : []);
}

if (form && button && "geolocation" in navigator && window.isSecureContext) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      (found) => setOut(found.coords.longitude, found.coords.latitude),
      () => {
        button.disabled = false;
      },
      { enableHighAccuracy: true, timeout: 10_000 },
    );
  });
}

// A choice of service or of the manner of going is shown at once, where a start is known.
form?.addEventListener("change", () => {
  if (form.querySelector('[name="parcel"], [name="lon"]')) form.requestSubmit();
});
if (holder) void draw(holder);
