// Lays HTML that our own server rendered into the page; the one place that may, also under Trusted Types.
interface Policy {
  createHTML(html: string): string;
}
const types = (window as unknown as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes;
const policy: Policy = types ? types.createPolicy("pelak", { createHTML: (html) => html }) : { createHTML: (html) => html };

export function lay(into: Element, html: string): void {
  into.innerHTML = policy.createHTML(html);
}

export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}
