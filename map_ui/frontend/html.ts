// Lays HTML that our own server rendered into the page; the one place that may, also under Trusted Types.
interface Policy {
  createHTML(html: string): string | null;
}
const types = (window as unknown as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes;
const policy: Policy = types ? types.createPolicy("pelak", { createHTML: (html) => html }) : { createHTML: (html) => html };
// The map library measures the height of letters by a lone M; nothing else may be laid without the policy above.
types?.createPolicy("default", { createHTML: (html) => (html === "M" ? html : null) });

export function lay(into: Element, html: string): void {
  into.innerHTML = policy.createHTML(html) as string;
}

export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}
