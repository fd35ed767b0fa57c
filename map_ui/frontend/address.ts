// The address of the page says the whole view: parcel, day, storeys, layers, place. Back and reload give it again.
export interface View {
  parcel: string | null;
  on: string | null;
  storeys: string | null;
  layers: string[] | null;
  at: { zoom: number; lat: number; lon: number } | null;
}

export function readAddress(): View {
  const asked = new URLSearchParams(window.location.search);
  const place = (asked.get("at") ?? "").split("/").map(Number);
  const known = place.length === 3 && place.every((part) => Number.isFinite(part));
  return {
    parcel: asked.get("parcel"),
    on: asked.get("on"),
    storeys: asked.get("storeys"),
    layers: asked.has("layers") ? asked.get("layers")!.split(",").filter(Boolean) : null,
    at: known ? { zoom: place[0]!, lat: place[1]!, lon: place[2]! } : null,
  };
}

export function writeAddress(view: View, step: "push" | "replace"): void {
  const asked = new URLSearchParams();
  if (view.parcel) asked.set("parcel", view.parcel);
  if (view.on) asked.set("on", view.on);
  if (view.parcel && view.storeys) asked.set("storeys", view.storeys);
  if (view.layers) asked.set("layers", view.layers.join(","));
  if (view.at) asked.set("at", `${view.at.zoom.toFixed(2)}/${view.at.lat.toFixed(6)}/${view.at.lon.toFixed(6)}`);
  const query = asked.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
  const target = `${window.location.pathname}${query ? `?${query}` : ""}`;
  if (step === "push") window.history.pushState(null, "", target);
  else window.history.replaceState(null, "", target);
}
