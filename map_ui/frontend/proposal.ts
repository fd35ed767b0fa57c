// entry: the page "what if I build this?": the answer follows what is typed; without script a button asks for it.
const form = document.querySelector<HTMLFormElement>("#proposal-form");
let asking: AbortController | null = null;
let later = 0;

/** The question as it stands in the address, in digits that every program reads. */
function address(): string {
  const told = new URLSearchParams();
  for (const [name, value] of new FormData(form!)) {
    if (typeof value === "string" && value.trim()) told.append(name, plain(value.trim()));
  }
  return `${window.location.pathname}${told.size ? `?${told}` : ""}`;
}

function plain(text: string): string {
  return text.replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0)).replace("٫", ".");
}

/** Asks for the whole page and takes over its answer and the troubles of its fields; the form itself stays. */
async function judge(): Promise<void> {
  asking?.abort();
  asking = new AbortController();
  const asked = address();
  const answer = document.querySelector("#proposal-answer")!;
  answer.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(asked, { signal: asking.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("#proposal-answer");
    // an answer of another kind (too many questions, a failure) is shown as the page it is
    if (!fresh) return window.location.assign(asked);
    answer.replaceChildren(...fresh.childNodes);
    // said once to whoever listens; the answer itself is too long for that
    document.querySelector("#proposal-status")!.textContent = answer.querySelector(".verdict-text")?.textContent ?? "";
    for (const place of document.querySelectorAll(".ask-trouble")) {
      const trouble = page.getElementById(place.id)?.textContent ?? "";
      place.textContent = trouble;
      document.getElementById(place.id.replace("trouble-", "ask-"))?.toggleAttribute("aria-invalid", trouble !== "");
    }
    window.history.replaceState(null, "", asked);
  } catch (trouble) {
    if ((trouble as Error).name !== "AbortError") window.location.assign(asked);
  } finally {
    if (asked === address()) answer.removeAttribute("aria-busy");
  }
}

form?.addEventListener("input", () => {
  window.clearTimeout(later);
  later = window.setTimeout(() => void judge(), 350);
});
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  window.clearTimeout(later);
  void judge().then(() => document.querySelector("#proposal-answer")?.scrollIntoView({ block: "nearest" }));
});
