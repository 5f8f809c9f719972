// Signing in with passkeys, and adding them. Pages work without: a password
// does what a passkey does.

const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(address, body) {
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: body ? JSON.stringify(body) : "" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// Plain objects of what the browser's interface wants as bytes, and back.
function toBytes(key) {
  key.challenge = decode(key.challenge);
  if (key.user) key.user.id = decode(key.user.id);
  for (const list of [key.allowCredentials, key.excludeCredentials]) for (const one of list || []) one.id = decode(one.id);
  return key;
}

function toText(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = encode(credential.response[name]);
  }
  return { id: credential.id, rawId: encode(credential.rawId), type: credential.type, response, clientExtensionResults: credential.getClientExtensionResults() };
}

function whenPressed(button, work) {
  if (!button) return;
  const problem = document.querySelector("[data-passkey-problem]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    problem.hidden = true;
    button.disabled = true;
    try {
      await work();
    } catch {
      problem.textContent = button.dataset.failed;
      problem.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}

if (window.PublicKeyCredential) {
  const enter = document.querySelector("[data-passkey]");
  whenPressed(enter, async () => {
    const options = await post(enter.dataset.passkeyOptions);
    const credential = await navigator.credentials.get({ publicKey: toBytes(options.publicKey) });
    await post(enter.dataset.passkey, toText(credential));
    location.assign(enter.dataset.next);
  });

  const add = document.querySelector("[data-key-add]");
  const fields = document.querySelector("[data-key-form]");
  if (fields) fields.hidden = false;
  whenPressed(add, async () => {
    const options = await post(add.dataset.keyOptions);
    const credential = await navigator.credentials.create({ publicKey: toBytes(options.publicKey) });
    const name = document.getElementById("keyname").value;
    const to = new URL(add.dataset.keyAdd, location.href);
    to.searchParams.set("name", name);
    await post(to, toText(credential));
    location.assign(location.pathname + "?done=passkey");
  });
}
