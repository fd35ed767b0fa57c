// What stands round the map: layer switch, legend, scale bar, source, zoom buttons.
import type OlMap from "ol/Map";
import { toLonLat } from "ol/proj";
import { type Config, digits } from "./config";
import { element } from "./html";

// A sign of the legend, and the roles of shapes that it stands for.
const ANSWER_SIGNS: [string, string[]][] = [
  ["parcel", ["parcel"]],
  ["ceded", ["ceded", "chamfer"]],
  ["net", ["ceded", "chamfer"]],
  ["envelope", ["envelope"]],
  ["line60", ["line60"]],
];

export function switches(config: Config, isOn: (key: string) => boolean, turn: (key: string, on: boolean) => void, changed: () => void): void {
  const list = element("layer-list");
  for (const set of config.sets.filter((entry) => entry.switchable)) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = isOn(set.key);
    box.dataset["set"] = set.key;
    box.addEventListener("change", () => {
      turn(set.key, box.checked);
      changed();
    });
    label.append(box, set.title);
    list.append(label, signs(set.legend));
  }
  const panel = element("layer-panel");
  const button = element("layers-button");
  button.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) panel.querySelector("input")?.focus();
  });
  const close = () => {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  };
  panel.querySelector(".close")?.addEventListener("click", close);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
}

/** `drawn`: roles of the chosen parcel's shapes, so that the legend names what is there; null without one. */
export function legend(config: Config, isOn: (key: string) => boolean, drawn: ReadonlySet<string> | null): void {
  const list = element("legend");
  list.replaceChildren();
  if (drawn) {
    for (const [sign, roles] of ANSWER_SIGNS) {
      if (roles.some((role) => drawn.has(role))) list.append(entry(sign, config.words[sign] ?? ""));
    }
    if (config.planned_streets) list.append(entry("planned", config.words["planned"] ?? ""));
  } else {
    for (const set of config.sets) {
      if (set.switchable && isOn(set.key)) for (const item of set.legend) list.append(entry(item.sign, item.title));
    }
  }
  const source = config.sets.find((set) => set.key === "base")?.source ?? "";
  element("source").textContent = source;
}

export function scale(map: OlMap, config: Config): void {
  const view = map.getView();
  const centre = view.getCenter();
  const resolution = view.getResolution();
  if (!centre || !resolution) return;
  const ground = resolution * Math.cos((toLonLat(centre)[1]! * Math.PI) / 180);
  const wanted = 90 * ground;
  const power = Math.pow(10, Math.floor(Math.log10(wanted)));
  const metres = ([5, 2, 1].find((step) => step * power <= wanted) ?? 1) * power;
  const bar = element("scale-bar");
  bar.style.width = `${Math.round(metres / ground)}px`;
  const kilometres = metres >= 1000;
  const count = digits(String(kilometres ? metres / 1000 : metres), config.language);
  element("scale-text").textContent = `${count} ${config.words[kilometres ? "kilometres" : "metres"]}`;
  element("scale-text").dir = config.language === "fa" ? "rtl" : "ltr";
}

function signs(items: { sign: string; title: string }[]): HTMLUListElement {
  const list = document.createElement("ul");
  for (const item of items) list.append(entry(item.sign, item.title));
  return list;
}

function entry(sign: string, title: string): HTMLLIElement {
  const item = document.createElement("li");
  const mark = document.createElement("span");
  mark.className = `sign sign-${sign}`;
  item.append(mark, title);
  return item;
}
