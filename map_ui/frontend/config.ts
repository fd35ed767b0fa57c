// What the server tells the map page: places, tile sets, words. Read once from the page.
export interface TileSet {
  key: string;
  title: string;
  tiles: string;
  minzoom: number;
  maxzoom: number;
  switchable: boolean;
  on_at_first: boolean;
  legend: { sign: string; title: string }[];
  source: string;
}

export interface Config {
  language: "fa" | "en";
  extent: [number, number, number, number];
  on: string | null;
  surfaces: boolean;
  planned_streets: boolean;
  zone_families: Record<string, string>;
  sets: TileSet[];
  urls: { at: string; sheet: string; home: string };
  words: Record<string, string>;
}

export function readConfig(): Config {
  const holder = document.getElementById("map-config");
  if (!holder?.textContent) throw new Error("The page has no map configuration.");
  return JSON.parse(holder.textContent) as Config;
}

const PERSIAN = "۰۱۲۳۴۵۶۷۸۹";

export function digits(text: string, language: string): string {
  return language === "fa" ? text.replace(/[0-9]/g, (digit) => PERSIAN[Number(digit)]!) : text;
}
