// What a mark beside an item opens below it, without leaving the form. The focus goes into what
// was opened; Escape, its "Close" or the mark itself closes it, and the focus returns to the mark.
// Without this file a mark is a link to a page.
//
// .mark[hx-get][hx-target]  a mark, and the margin of its item
// [data-close]              a button inside what was opened

const INLINE = ".mark[hx-get]";
const FAILED = "This could not be read just now. What you typed is still here: save it, then try again.";

const marginOf = (mark) => document.querySelector(mark.getAttribute("hx-target"));
const marksOf = (margin) => [...document.querySelectorAll(`${INLINE}[hx-target="#${margin.id}"]`)];
const isOpen = (mark) => mark.getAttribute("aria-expanded") === "true";

const close = (margin) => {
  const mark = marksOf(margin).find(isOpen);
  margin.replaceChildren();
  mark?.setAttribute("aria-expanded", "false");
  mark?.focus();
};

const opened = (margin, by) => {
  for (const mark of marksOf(margin)) mark.setAttribute("aria-expanded", String(mark === by));
  const inside = margin.firstElementChild;
  if (!inside) return;
  inside.tabIndex = -1;
  inside.focus({ preventScroll: true });
  inside.scrollIntoView({ block: "nearest" });
};

const failed = (mark) => {
  const words = document.createElement("p");
  words.className = "item-error";
  words.role = "alert";
  words.textContent = FAILED;
  marginOf(mark).replaceChildren(words);
};

for (const mark of document.querySelectorAll(INLINE)) mark.setAttribute("aria-expanded", "false");

// Before htmx: a second press closes and asks for nothing.
document.addEventListener(
  "click",
  (event) => {
    const mark = event.target.closest?.(INLINE);
    const button = event.target.closest?.(".item-margin [data-close]");
    if (!button && !(mark && isOpen(mark))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    close(button ? button.closest(".item-margin") : marginOf(mark));
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const margin = event.key === "Escape" && event.target.closest?.(".item-margin");
  if (margin) close(margin);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr, requestConfig } = event.detail;
  if (!target.matches(".item-margin")) return;
  // A session that has ended answers with the sign-in page, from another address.
  const asked = new URL(requestConfig.path, location.href).pathname;
  if (xhr.status === 200 && new URL(xhr.responseURL || location.href, location.href).pathname === asked) return;
  event.detail.shouldSwap = false;
  failed(requestConfig.elt);
});

document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.target?.matches(".item-margin")) failed(event.detail.requestConfig.elt);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (target.matches(".item-margin")) opened(target, requestConfig.elt);
});
