// Nothing typed is lost: what stands in a form is kept sealed in this browser until it is saved,
// and a form is sent only when the line and the session hold. Pages work without this file.
//
// body[data-draft-key]   the signed-in person's key; data-sign-in where to sign in again
// form[data-record]      a form to keep, its value the address it is kept under and opened at (none:
//                        this page's); data-kept on a refused page: what it shows was typed
// form[data-merge]       two versions of one: sent with care, not kept (what was typed is already)
// [data-saved]           said by the server: the form of this address is saved
// [data-unsaved]         the offer of earlier answers
// [data-note]            sentences beside the buttons
// form[data-stored]      set while everything typed is kept
// [data-unsaved-kept]    on the sign-in page

import { ask, forgetOld, open, possible, somebodys } from "./unsaved.js";

const PAUSE = 300; // milliseconds without a key until what is typed is sealed
const MACHINERY = new Set(["csrfmiddlewaretoken", "version"]);
const { draftKey, signIn } = document.body.dataset;
const form = document.querySelector("form[data-record], form[data-merge]");
const keeps = form && "record" in form.dataset;
const path = form?.dataset.record || location.pathname;
let person = null; // the name key of who opened the page
let keeper = null;
let pending = null; // earlier answers that were offered and not decided on
let turn = 0;
let timer = 0;
let sent = false;
let asking = false;

const note = (name, shown = true) => {
  const found = form?.querySelector(`[data-note="${name}"]`);
  if (!found) return;
  found.hidden = !shown;
  // Of a long form the buttons are always in sight, and this would not be.
  if (shown && found.closest("[role=alert]")) found.scrollIntoView({ block: "center" });
};

const ticked = (control) => control.type === "radio" || control.type === "checkbox";
const controls = () =>
  [...form.elements].filter(
    (one) => one.name && !one.disabled && !MACHINERY.has(one.name) && !["submit", "button", "password"].includes(one.type),
  );
const typed = () => controls().map((one) => (ticked(one) ? [one.name, one.value, one.checked] : [one.name, one.value]));
const controlOf = ([name, value, mark]) => {
  const found = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  return mark === undefined ? found[0] : found.find((one) => one.value === value);
};
const stands = (field) => {
  const control = controlOf(field);
  return !control || (field.length === 3 ? control.checked === field[2] : control.value === field[1]);
};

const keep = async () => {
  clearTimeout(timer);
  if (!keeper || !turn) return;
  const now = turn;
  const draft = { at: new Date().toISOString(), version: form.elements.version?.value ?? "", fields: typed(), before: pending };
  try {
    await keeper.keep(path, draft);
    if (now !== turn) return;
    form.dataset.stored = "";
    note("kept");
  } catch {
    keeper = null; // the disk is full, or storage is refused
    note("kept", false);
    note("unkept");
  }
};

const touched = () => {
  turn += 1;
  delete form.dataset.stored;
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE);
  if (!possible()) note("unkept");
};

const bringBack = (draft) => {
  for (const field of draft.fields) {
    const control = controlOf(field);
    if (control && field.length === 3) [, , control.checked] = field;
    else if (control) [, control.value] = field;
  }
  // From the version they were typed on: what was saved since then is met at the next save.
  if (form.elements.version && draft.version) form.elements.version.value = draft.version;
  form.dispatchEvent(new Event("change", { bubbles: true }));
};

const said = (at) => {
  const then = new Date(at);
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const day = then.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "short" };
  return then.toLocaleString(document.documentElement.lang, { ...day, ...clock });
};

const offer = (draft) => {
  const box = document.querySelector("[data-unsaved]");
  if (!box) return;
  pending = draft;
  box.querySelector("[data-unsaved-at]").textContent = said(draft.at);
  box.querySelector("[data-unsaved-moved]").hidden = draft.version === (form.elements.version?.value ?? "");
  box.hidden = false;
  box.querySelector("[data-unsaved-take]").onclick = () => {
    box.hidden = true;
    pending = draft.before ?? null;
    bringBack(draft);
    controls().find((one) => one.type !== "hidden")?.focus();
  };
  box.querySelector("[data-unsaved-drop]").onclick = async () => {
    box.hidden = true;
    pending = null;
    await (draft.before ? keeper.keep(path, draft.before) : keeper.drop(path));
    if (draft.before) offer(draft.before);
    else if (turn) keep();
  };
};

const start = async () => {
  const told = await ask(draftKey);
  if (told.state !== "in" || !possible()) return;
  person ??= told.name;
  keeper = await open(told);
  for (const message of document.querySelectorAll("[data-saved]")) await keeper.drop(message.dataset.saved);
  if (!keeps) return;
  if ("kept" in form.dataset) turn += 1;
  else {
    const draft = await keeper.find(path);
    if (draft && draft.fields.every(stands) && !draft.before) await keeper.drop(path);
    else if (draft) offer(draft);
  }
  await keep();
};

// First kept, then asked whether it can be sent at all, then sent as the browser does.
const send = async (button) => {
  asking = true;
  for (const name of ["cut", "out", "other"]) note(name, false);
  await keep();
  const told = await ask(draftKey);
  asking = false;
  if (told.state === "cut") return note("cut");
  if (told.state === "out") {
    if (form.dataset.stored === undefined && keeps) return note("out");
    return location.assign(`${signIn}?next=${encodeURIComponent(path)}`);
  }
  if (person && told.name !== person) return note("other");
  const token = form.elements.csrfmiddlewaretoken;
  if (token) token.value = told.csrf;
  sent = true;
  form.requestSubmit(button);
};

if (draftKey && form) {
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form || sent) return;
      event.preventDefault();
      event.stopPropagation();
      if (!asking) send(event.submitter);
    },
    true,
  );
  window.addEventListener("pageshow", () => {
    sent = false;
  });
}
if (draftKey && keeps) {
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  document.addEventListener("visibilitychange", () => document.hidden && keep());
}
forgetOld();
if (draftKey && (form || document.querySelector("[data-saved]"))) start();
const kept = document.querySelector("[data-unsaved-kept]");
if (kept) kept.hidden = !somebodys();
