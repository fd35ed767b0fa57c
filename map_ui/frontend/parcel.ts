// entry: the parcel's own page; everything on it also works without this script.
import { wireSheet } from "./sheet";

function light(key: string | null, geometry: string): void {
  const lit: Record<string, string[]> = { net_area_m2: ["ceded", "chamfer", "net"], footprint_m2: ["envelope"], reachable_floor_area_m2: ["envelope"] };
  const roles = key ? (lit[key] ?? [geometry]) : [];
  for (const shape of document.querySelectorAll<SVGElement>(".plan [data-role]")) {
    shape.classList.toggle("lit", roles.includes(shape.dataset["role"] ?? ""));
  }
}

wireSheet(document.body, {
  reason: light,
  storeys(value) {
    const address = new URL(window.location.href);
    address.searchParams.set("storeys", value);
    window.history.replaceState(null, "", address);
  },
});
