// entry: the report form. Adds the phone's position, keeps what is typed on the phone until it is sent, sends once.
export {};
const form = document.querySelector<HTMLFormElement>("form[data-report]");

// What was typed is only forgotten once the visit stands in the list as done.
for (const done of document.querySelectorAll<HTMLAnchorElement>(".stop-done a.stop-line")) localStorage.removeItem(`report:${done.href}report`);

if (form) {
  const key = `report:${form.action}`;
  const fields = () => [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input:not([type=file]):not([type=hidden]), textarea")];
  const saved = JSON.parse(localStorage.getItem(key) ?? "{}") as Record<string, string>;
  for (const field of fields()) {
    const value = saved[field.name];
    if (value === undefined) continue;
    if (field instanceof HTMLInputElement && field.type === "radio") field.checked ||= field.value === value;
    else if (!field.value) field.value = value;
  }
  form.addEventListener("input", () => {
    const typed: Record<string, string> = {};
    for (const field of fields()) {
      if (field instanceof HTMLInputElement && field.type === "radio" && !field.checked) continue;
      typed[field.name] = field.value;
    }
    localStorage.setItem(key, JSON.stringify(typed));
  });
  form.addEventListener("submit", (event) => {
    const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
    if (button?.disabled) event.preventDefault();
    if (button) button.disabled = true;
  });
  if ("geolocation" in navigator && window.isSecureContext) {
    navigator.geolocation.getCurrentPosition(
      (found) => {
        form.querySelector<HTMLInputElement>("[name=lon]")!.value = found.coords.longitude.toFixed(6);
        form.querySelector<HTMLInputElement>("[name=lat]")!.value = found.coords.latitude.toFixed(6);
      },
      () => undefined,
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  }
}
