// entry
// A desk works by keyboard: arrows choose a row, Enter opens it, / goes to the search field.
const search = document.querySelector<HTMLInputElement>("[data-desk-search]");
const links = [...document.querySelectorAll<HTMLAnchorElement>("[data-desk] tbody a")];
const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;

function choose(step: number): void {
  const here = links.indexOf(document.activeElement as HTMLAnchorElement);
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
  links[next]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "/" && !typing(event.target)) {
    event.preventDefault();
    search?.focus();
    search?.select();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (!typing(event.target) || event.target === search)) {
    event.preventDefault();
    choose(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape" && event.target === search) {
    links[0]?.focus();
  }
});
