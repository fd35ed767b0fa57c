// entry: passkeys. Shows the forms of passkeys where the browser can make them, and fills in what the device answers.

type Json = Record<string, unknown>;

const bytes = (text: string): ArrayBuffer => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
};

const text = (buffer: ArrayBuffer | null): string | undefined => {
  if (!buffer) return undefined;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const described = (known: unknown): PublicKeyCredentialDescriptor[] =>
  ((known as { id: string }[] | undefined) ?? []).map((one) => ({ ...one, type: "public-key", id: bytes(one.id) }));

function creation(asked: Json, alone: boolean): PublicKeyCredentialCreationOptions {
  const options = asked as unknown as PublicKeyCredentialCreationOptions;
  const user = asked["user"] as { id: string; name: string; displayName: string };
  const chosen = { ...options.authenticatorSelection };
  chosen.residentKey = alone ? "required" : "discouraged";
  chosen.requireResidentKey = alone;
  if (alone) chosen.userVerification = "required";
  return {
    ...options,
    challenge: bytes(asked["challenge"] as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: described(asked["excludeCredentials"]),
    authenticatorSelection: chosen,
  };
}

function request(asked: Json): PublicKeyCredentialRequestOptions {
  return {
    ...(asked as unknown as PublicKeyCredentialRequestOptions),
    challenge: bytes(asked["challenge"] as string),
    allowCredentials: described(asked["allowCredentials"]),
  };
}

function answer(credential: PublicKeyCredential): Json {
  const response = credential.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject ?? null),
      authenticatorData: response.signature ? text(response.authenticatorData) : undefined,
      signature: text(response.signature ?? null),
      userHandle: text(response.userHandle ?? null),
    },
  };
}

async function options(form: HTMLFormElement): Promise<Json> {
  const from = form.dataset["options"];
  const told = from
    ? await (await fetch(from, { headers: { Accept: "application/json" } })).json()
    : JSON.parse(document.getElementById("passkey-options")!.textContent!);
  return (told.creation_options ?? told.request_options).publicKey as Json;
}

async function ask(form: HTMLFormElement): Promise<PublicKeyCredential> {
  const asked = await options(form);
  const alone = form.querySelector<HTMLInputElement>("[name=passwordless]")?.checked ?? false;
  const found =
    form.dataset["passkey"] === "create"
      ? await navigator.credentials.create({ publicKey: creation(asked, alone) })
      : await navigator.credentials.get({ publicKey: request(asked) });
  return found as PublicKeyCredential;
}

// A passkey belongs to a name, never to an address in figures.
const named = !/^[\d.:[\]]+$/.test(location.hostname);

if (window.isSecureContext && window.PublicKeyCredential && named) {
  document.getElementById("no-passkeys")?.remove();
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wrong = form.querySelector<HTMLElement>("[data-wrong]")!;
      wrong.textContent = "";
      try {
        form.querySelector<HTMLInputElement>("[name=credential]")!.value = JSON.stringify(answer(await ask(form)));
        form.submit();
      } catch {
        wrong.textContent = wrong.dataset["wrong"]!;
      }
    });
  }
}
