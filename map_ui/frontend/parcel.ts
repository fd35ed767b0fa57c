// entry: the parcel's own page; everything on it also works without this script.
import { wireSheet } from "./sheet";

// the plan is drawn twice, for a desk and for a phone; one of them is seen
const plans = [...document.querySelectorAll<SVGElement>(".plan")];

function light(roles: string[]): void {
  for (const plan of plans) {
    for (const shape of plan.querySelectorAll<SVGElement>(".d-shape, [data-callout]")) {
      shape.classList.toggle("lit", roles.includes(shape.dataset["role"] ?? shape.dataset["callout"] ?? ""));
    }
  }
}

/** The number of a drawn shape is marked while the shape is pointed at or focused; a tap leads to it. */
function wireShape(shape: SVGAElement): void {
  const row = document.getElementById(shape.href.baseVal.slice(1));
  const mark = (on: boolean) => row?.classList.toggle("marked", on);
  shape.addEventListener("pointerenter", () => mark(true));
  shape.addEventListener("pointerleave", () => mark(false));
  shape.addEventListener("focus", () => mark(true));
  shape.addEventListener("blur", () => mark(false));
  shape.addEventListener("click", (event) => {
    event.preventDefault();
    row?.scrollIntoView({ block: "nearest" });
    row?.focus({ preventScroll: true });
  });
}

/** A number leads to its shape without leaving a step in the history. */
function wireNumbers(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a.shows")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      plans.find((plan) => getComputedStyle(plan).visibility === "visible")?.scrollIntoView({ block: "nearest" });
    });
  }
}

wireSheet(document.body, {
  light,
  storeys(value) {
    const address = new URL(window.location.href);
    address.searchParams.set("storeys", value);
    window.history.replaceState(null, "", address);
  },
});
for (const plan of plans) plan.querySelectorAll<SVGAElement>("a.d-shape").forEach(wireShape);
wireNumbers();
