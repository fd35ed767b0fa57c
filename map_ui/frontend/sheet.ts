// What the parcel sheet does with script: reasons open in place, another number of storeys is shown at once.
export interface SheetEvents {
  light(roles: string[]): void;
  storeys(value: string): void;
}

export function wireSheet(root: HTMLElement, events: SheetEvents): void {
  const sheet = root.querySelector<HTMLElement>(".parcel-sheet");
  if (!sheet) return;
  sheet.classList.add("scripted");
  let held: string[] = [];
  const buttons = [...sheet.querySelectorAll<HTMLAnchorElement>("a.why")];
  const panels = [...sheet.querySelectorAll<HTMLElement>(".why-panel")];
  const open = (key: string | null) => {
    for (const button of buttons) button.setAttribute("aria-expanded", String(button.hash === `#why-${key}`));
    for (const panel of panels) panel.classList.toggle("open", panel.dataset["key"] === key);
    const shown = panels.find((panel) => panel.dataset["key"] === key);
    shown?.scrollIntoView({ block: "nearest" });
    held = shown ? rolesOf(shown) : [];
    events.light(held);
  };
  for (const button of buttons) {
    const toggle = (event: Event) => {
      event.preventDefault();
      const key = button.hash.slice("#why-".length);
      open(button.getAttribute("aria-expanded") === "true" ? null : key);
    };
    button.addEventListener("click", toggle);
    button.addEventListener("keydown", (event) => {
      if (event.key === " ") toggle(event);
    });
  }
  for (const panel of panels) {
    panel.querySelector(".why-close")?.addEventListener("click", (event) => {
      event.preventDefault();
      const key = panel.dataset["key"];
      open(null);
      buttons.find((button) => button.hash === `#why-${key}`)?.focus();
    });
  }
  sheet.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && sheet.querySelector(".why-panel.open")) open(null);
  });
  // a number lights its shapes while it is pointed at or focused; an opened reason keeps its own lit
  for (const row of sheet.querySelectorAll<HTMLElement>('[data-lights]:not([data-lights=""])')) {
    const point = () => events.light(rolesOf(row));
    const leave = () => events.light(held);
    row.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && point());
    row.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && leave());
    row.addEventListener("focusin", point);
    row.addEventListener("focusout", leave);
  }
  wireStoreys(sheet, events);
}

export function rolesOf(row: HTMLElement): string[] {
  return (row.dataset["lights"] ?? "").split(" ").filter(Boolean);
}

function wireStoreys(sheet: HTMLElement, events: SheetEvents): void {
  for (const radio of sheet.querySelectorAll<HTMLInputElement>('.stop input[type="radio"]')) {
    radio.addEventListener("change", () => {
      const chosen = Number(radio.value);
      for (const part of sheet.querySelectorAll<HTMLElement>(".choice")) part.hidden = part.dataset["choice"] !== radio.value;
      for (const storey of sheet.querySelectorAll<SVGElement>(".a-storey")) {
        const level = Number(storey.dataset["storey"]);
        storey.classList.toggle("off", storey.dataset["only"] ? level !== chosen : level > chosen);
      }
      for (const leader of sheet.querySelectorAll<SVGElement>(".a-leader")) {
        leader.classList.toggle("on", leader.dataset["storey"] === radio.value);
      }
      events.storeys(radio.value);
    });
  }
}
