// entry: the day board's map. Routes in their own line and shape; a stop chosen on the map is shown in its list.
import type Feature from "ol/Feature";
import { type LonLat, line, networkMap, sign, stroke } from "./network_map";

interface Stop {
  visit: number;
  label: string;
  state: "done" | "now" | "late" | "coming";
  title: string;
  place: LonLat;
}

interface Route {
  shape: string;
  colour: string;
  outline: string;
  dash: number[];
  start: LonLat;
  legs: LonLat[][];
  stops: Stop[];
}

const RINGS: Record<string, string> = { now: "#1D2733", late: "#A63D28" };

function stopSvg(route: Route, stop: Stop): string {
  const done = stop.state === "done";
  const ring = RINGS[stop.state] ? `<circle r="20" fill="#FBF0D9" stroke="${RINGS[stop.state]}" stroke-width="2.4"/>` : "";
  const fill = done ? "#FFFFFF" : route.colour;
  const edge = done ? route.colour : "#FFFFFF";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-22 -22 44 44" width="44" height="44">${ring}<path d="${route.outline}" fill="${fill}" stroke="${edge}" stroke-width="2.2"/><text y="5" text-anchor="middle" font-family="Vazirmatn, Tahoma, sans-serif" font-size="15" font-weight="700" fill="${done ? route.colour : "#FFFFFF"}">${stop.label}</text></svg>`;
}

const HOME = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-15 -15 30 30" width="30" height="30"><rect x="-13" y="-13" width="26" height="26" rx="3" fill="#1D2733" stroke="#fff" stroke-width="2"/><path d="M-6.5 5.5V-1L0-6.5 6.500-1V5.500Z" fill="#fff"/></svg>';

async function start(holder: HTMLElement): Promise<void> {
  const answer = await fetch(holder.dataset["routes"]!, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { routes } = (await answer.json()) as { routes: Route[] };
  const { map, signs, lines, show } = networkMap(holder);
  for (const route of routes) {
    route.legs.forEach((leg, place) => {
      if (leg.length < 2) return;
      const ends = place === 0 || place === route.legs.length - 1;
      lines.addFeature(line(leg, stroke(route.colour, ends ? 2 : 3.6, route.dash)));
    });
  }
  for (const route of routes.slice(0, 1)) signs.addFeature(sign(route.start, HOME, {}));
  for (const route of routes) {
    for (const stop of [...route.stops].reverse()) signs.addFeature(sign(stop.place, stopSvg(route, stop), { visit: stop.visit, title: stop.title }));
  }
  const stopAt = (pixel: number[]) => map.forEachFeatureAtPixel(pixel, (found) => (found.get("visit") ? (found as Feature) : undefined), { hitTolerance: 6 });
  map.on("pointermove", (event) => {
    const found = stopAt(event.pixel);
    const target = map.getTargetElement()!;
    target.title = found ? String(found.get("title")) : "";
    target.classList.toggle("pointing", Boolean(found));
  });
  map.on("click", (event) => {
    for (const chosen of document.querySelectorAll(".chosen-visit")) chosen.classList.remove("chosen-visit");
    const found = stopAt(event.pixel);
    const id = found?.get("visit") as number | undefined;
    if (id === undefined) return;
    const row = [`bar-${id}`, `visit-${id}`].map((name) => document.getElementById(name));
    for (const element of row) element?.classList.add("chosen-visit");
    row.find((element) => element && element.getClientRects().length)?.scrollIntoView({ block: "nearest" });
  });
  show([36, 36, 36, 36]);
}

const holder = document.getElementById("dayboard-map");
if (holder) void start(holder);
