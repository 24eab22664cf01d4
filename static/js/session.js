// Says in time that the session is about to end, and keeps it alive while somebody types.
//
// [data-idle]        minutes without a request after which the server signs a person out
// [data-idle-soon]   the sentence; [data-idle-left] its minutes; its button asks the server

import { ask } from "./unsaved.js";

const MINUTE = 60_000; // milliseconds
const LOOK = 15_000;
const box = document.querySelector("[data-idle]");

if (box) {
  const idle = Number(box.dataset.idle) * MINUTE;
  const warning = Math.min(5 * MINUTE, idle / 3);
  const sentence = box.querySelector("[data-idle-soon]");
  const left = box.querySelector("[data-idle-left]");
  // Another tab's request keeps this one's session too.
  const tabs = new BroadcastChannel("hermes.session");
  let answered = Date.now();
  let typed = 0;

  const look = () => {
    const now = Date.now();
    const remains = answered + idle - now;
    // Typed lately: a machine that wakes up must not be kept signed in by what was typed before.
    if (typed > answered && now - typed < idle / 3 && now - answered > idle / 3 && remains > 0) {
      typed = 0;
      ask(document.body.dataset.draftKey);
    }
    left.textContent = String(Math.max(0, Math.ceil(remains / MINUTE)));
    sentence.hidden = remains > warning;
  };
  const fresh = () => {
    answered = Date.now();
    look();
  };

  document.addEventListener("hermes:answered", () => {
    fresh();
    tabs.postMessage("answered");
  });
  tabs.addEventListener("message", fresh);
  document.addEventListener("input", () => {
    typed = Date.now();
  });
  sentence.querySelector("button").addEventListener("click", () => ask(document.body.dataset.draftKey));
  tabs.postMessage("answered");
  setInterval(look, LOOK);
  look();
}
