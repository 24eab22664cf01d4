// Unsaved answers in this browser: sealed with a key that only their author gets from the server.
//
// One entry a form and person in localStorage. Its name is an HMAC of the address, its value is
// "day.iv.sealed": the day after which it goes, and AES-GCM over the answers, padded. The keys are
// in memory only. Nothing in clear tells a participant, a person or an answer.

const PREFIX = "hermes.unsaved.";
const DAYS = 7;
const DAY = 86_400_000; // milliseconds
const BLOCK = 2048; // bytes: the length of what is sealed says little of what was typed
const PATIENCE = 15_000; // milliseconds

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const today = () => Math.floor(Date.now() / DAY);

// Plain http on another host has no WebCrypto; some browsers refuse storage.
export const possible = () => {
  try {
    return Boolean(globalThis.isSecureContext && crypto.subtle && localStorage);
  } catch {
    return false;
  }
};

const names = () => (possible() ? Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)) : []);

export const somebodys = () => names().length > 0;

export const forgetOld = () => {
  for (const name of names()) {
    if (!(Number(localStorage.getItem(name).split(".")[0]) >= today())) localStorage.removeItem(name);
  }
};

// What the server says: "in" with the person's keys, "out" (signed out), or "cut" (no answer).
export const ask = async (address) => {
  try {
    const answer = await fetch(address, {
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.type === "opaqueredirect") return { state: "out" };
    if (!answer.ok) return { state: "cut" };
    const told = { state: "in", ...(await answer.json()) };
    document.dispatchEvent(new Event("hermes:answered"));
    return told;
  } catch {
    return { state: "cut" };
  }
};

export const open = async (told) => {
  const seal = await crypto.subtle.importKey("raw", toBytes(told.seal), "AES-GCM", false, ["encrypt", "decrypt"]);
  const hash = { name: "HMAC", hash: "SHA-256" };
  const namer = await crypto.subtle.importKey("raw", toBytes(told.name), hash, false, ["sign"]);
  const nameOf = async (path) => PREFIX + toText(await crypto.subtle.sign("HMAC", namer, encoder.encode(path)));
  // An entry moved to another name does not open.
  const sealing = (iv, name) => ({ name: "AES-GCM", iv, additionalData: encoder.encode(name) });

  return {
    async keep(path, draft) {
      const name = await nameOf(path);
      const plain = encoder.encode(JSON.stringify(draft));
      const padded = new Uint8Array(Math.ceil(plain.length / BLOCK) * BLOCK).fill(32); // spaces
      padded.set(plain);
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt(sealing(iv, name), seal, padded);
      localStorage.setItem(name, `${today() + DAYS}.${toText(iv)}.${toText(sealed)}`);
    },
    async find(path) {
      const name = await nameOf(path);
      const [, iv, sealed] = (localStorage.getItem(name) ?? "").split(".");
      if (!sealed) return null;
      try {
        const plain = await crypto.subtle.decrypt(sealing(toBytes(iv), name), seal, toBytes(sealed));
        return JSON.parse(decoder.decode(plain));
      } catch {
        return null;
      }
    },
    async drop(path) {
      localStorage.removeItem(await nameOf(path));
    },
  };
};
