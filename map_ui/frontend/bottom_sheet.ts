// The sheet on a phone: three stops, dragged by its handle or stepped by a press; on a desktop it stands still.
const STOPS = ["peek", "half", "full"] as const;
export type Stop = (typeof STOPS)[number];

export class BottomSheet {
  private readonly handle: HTMLButtonElement;
  private readonly compact: HTMLElement;

  constructor(
    private readonly frame: HTMLElement,
    private readonly moved: (covered: number) => void,
  ) {
    this.handle = frame.querySelector<HTMLButtonElement>(".handle")!;
    this.compact = frame.querySelector<HTMLElement>(".compact-head")!;
    this.drag();
    this.handle.addEventListener("keydown", (event) => {
      if (event.key === "ArrowUp") this.step(1);
      if (event.key === "ArrowDown") this.step(-1);
    });
    frame.querySelector(".to-map")?.addEventListener("click", () => this.stopAt("half"));
    for (const scroller of [frame, frame.querySelector<HTMLElement>(".sheet-scroll")!]) {
      scroller.addEventListener("scroll", () => this.shrinkHead(scroller.scrollTop), { passive: true });
    }
    frame.addEventListener("transitionend", () => this.settle());
    window.addEventListener("resize", () => this.settle());
    this.settle();
  }

  get isPhone(): boolean {
    return window.matchMedia("(max-width: 991.98px)").matches;
  }

  get stop(): Stop {
    return (this.frame.dataset["stop"] as Stop) ?? "peek";
  }

  /** Px of the map that the sheet covers from below. */
  get covered(): number {
    return this.isPhone ? this.heightOf(this.stop) : 0;
  }

  stopAt(stop: Stop): void {
    this.frame.style.removeProperty("height");
    this.frame.dataset["stop"] = stop;
    if (stop !== "full") this.frame.querySelector(".sheet-scroll")?.scrollTo({ top: 0 });
    this.settle();
  }

  named(title: string, verdict: string): void {
    this.compact.querySelector("strong")!.textContent = title;
    this.compact.querySelector("span")!.textContent = verdict;
    this.frame.scrollTo({ top: 0 });
    this.shrinkHead(0);
  }

  private step(by: number): void {
    const at = STOPS.indexOf(this.stop) + by;
    this.stopAt(STOPS[Math.max(0, Math.min(STOPS.length - 1, at))]!);
  }

  private shrinkHead(scrolled: number): void {
    const named = Boolean(this.compact.querySelector("strong")?.textContent);
    this.compact.classList.toggle("shown", named && scrolled > 140);
  }

  private heightOf(stop: Stop): number {
    const whole = window.innerHeight;
    return stop === "full" ? whole : stop === "half" ? Math.min(508, whole * 0.62) : 190;
  }

  private settle(): void {
    this.frame.parentElement?.style.setProperty("--sheet-height", `${Math.round(this.covered)}px`);
    this.moved(this.covered);
  }

  private drag(): void {
    let startY = 0;
    let startHeight = 0;
    let far = false;
    this.handle.addEventListener("pointerdown", (event) => {
      startY = event.clientY;
      startHeight = this.frame.getBoundingClientRect().height;
      far = false;
      this.handle.setPointerCapture(event.pointerId);
      this.frame.classList.add("dragging");
    });
    this.handle.addEventListener("pointermove", (event) => {
      if (!this.handle.hasPointerCapture(event.pointerId)) return;
      const moved = startY - event.clientY;
      far ||= Math.abs(moved) > 6;
      if (far) this.frame.style.height = `${Math.max(120, Math.min(window.innerHeight, startHeight + moved))}px`;
    });
    const drop = (event: PointerEvent) => {
      this.frame.classList.remove("dragging");
      if (!far || event.type === "pointercancel") return;
      const height = this.frame.getBoundingClientRect().height;
      const distance = (stop: Stop) => Math.abs(this.heightOf(stop) - height);
      this.stopAt(STOPS.reduce((best, stop) => (distance(stop) < distance(best) ? stop : best)));
    };
    this.handle.addEventListener("pointerup", drop);
    this.handle.addEventListener("pointercancel", drop);
    this.handle.addEventListener("click", () => {
      if (!far) this.stopAt(this.stop === "full" ? "half" : this.stop === "half" ? "full" : "half");
      far = false;
    });
  }
}
