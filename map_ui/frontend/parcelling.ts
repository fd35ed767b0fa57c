// entry: the page "divide this lot": two points on the plan are a cut; without script it is written.
const form = document.querySelector<HTMLFormElement>("#cut-form");
const lines = document.querySelector<HTMLTextAreaElement>("#ask-cuts");
const status = document.querySelector<HTMLElement>("#cut-status");
const figure = document.querySelector<HTMLElement>(".cut-plan");
const SVG = "http://www.w3.org/2000/svg";
export {};
let start: { x: number; y: number; plan: SVGSVGElement } | null = null;

/** Where a pointer is on a plan, in the plan's own units. */
function place(plan: SVGSVGElement, event: MouseEvent): DOMPoint {
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(plan.getScreenCTM()!.inverse());
}

/** Metres east and north of the corner from which cuts are written. */
function metres(plan: SVGSVGElement, x: number, y: number): string {
  const told = plan.parentElement!.dataset;
  const { width, height } = plan.viewBox.baseVal;
  const east = Number(told["east"]) + (x - width / 2) / Number(told["scale"]);
  const north = Number(told["north"]) - (y - height / 2) / Number(told["scale"]);
  return `${east.toFixed(2)} ${north.toFixed(2)}`;
}

function mark(plan: SVGSVGElement, x: number, y: number): void {
  const dot = document.createElementNS(SVG, "circle");
  const ghost = document.createElementNS(SVG, "line");
  for (const [name, value] of Object.entries({ cx: x, cy: y, r: 6, class: "cut-start" })) dot.setAttribute(name, `${value}`);
  for (const [name, value] of Object.entries({ x1: x, y1: y, x2: x, y2: y, class: "cut-ghost" })) ghost.setAttribute(name, `${value}`);
  plan.append(ghost, dot);
}

function forget(): void {
  start = null;
  for (const drawn of document.querySelectorAll(".cut-start, .cut-ghost")) drawn.remove();
}

function point(plan: SVGSVGElement, event: MouseEvent): void {
  const { x, y } = place(plan, event);
  if (start?.plan !== plan) {
    forget();
    start = { x, y, plan };
    mark(plan, x, y);
    status!.textContent = figure!.dataset["next"] ?? "";
    return;
  }
  const cut = `${metres(plan, start.x, start.y)} ${metres(plan, x, y)}`;
  if (Math.hypot(x - start.x, y - start.y) < 4) return forget();
  const written = form!.elements.namedItem("by");
  if (written instanceof RadioNodeList && written.value !== "lines") lines!.value = "";
  lines!.value = [...lines!.value.split("\n").filter((row) => row.trim()), cut].join("\n");
  form!.querySelector<HTMLInputElement>('[name="by"][value="lines"]')!.checked = true;
  form!.requestSubmit();
}

if (form && lines && figure && status) {
  figure.classList.add("can-draw");
  document.querySelector(".cut-pointer")?.removeAttribute("hidden");
  for (const plan of figure.querySelectorAll<SVGSVGElement>("svg")) {
    plan.addEventListener("click", (event) => point(plan, event));
    plan.addEventListener("pointermove", (event) => {
      const ghost = plan.querySelector(".cut-ghost");
      if (!ghost) return;
      const { x, y } = place(plan, event);
      ghost.setAttribute("x2", `${x}`);
      ghost.setAttribute("y2", `${y}`);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") forget();
  });
  for (const field of form.querySelectorAll<HTMLElement>("#ask-cuts, #ask-parts, #ask-how")) {
    field.addEventListener("input", () => {
      const way = field.id === "ask-cuts" ? "lines" : "even";
      form.querySelector<HTMLInputElement>(`[name="by"][value="${way}"]`)!.checked = true;
    });
  }
}
