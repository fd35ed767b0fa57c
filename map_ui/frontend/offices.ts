// entry: the offices' page. "My place" fills in where one stands; without script the form does the same by typing.
export {};
const form = document.querySelector<HTMLFormElement>("form[data-offices]");
const button = document.querySelector<HTMLButtonElement>("[data-my-place]");

function hidden(name: string, value: string): HTMLInputElement {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  return field;
}

if (form && button && "geolocation" in navigator && window.isSecureContext) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      (found) => {
        for (const field of form.querySelectorAll<HTMLInputElement>('[name="parcel"], [name="lon"], [name="lat"], [name="q"]')) field.remove();
        form.append(hidden("lon", found.coords.longitude.toFixed(6)), hidden("lat", found.coords.latitude.toFixed(6)));
        form.submit();
      },
      () => {
        button.disabled = false;
      },
      { enableHighAccuracy: true, timeout: 10_000 },
    );
  });
}

// A choice of service or of the manner of going is shown at once, where a start is known.
form?.addEventListener("change", () => {
  if (form.querySelector('[name="parcel"], [name="lon"]')) form.requestSubmit();
});
