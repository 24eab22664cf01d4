// Keys of every page: "/" finds a participant, "?" lists the keys. Pages work without this file.

const typing = (target) =>
  target.isContentEditable || (target.matches?.("input, select, textarea") && !target.matches("[type=radio], [type=checkbox]"));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    const search = document.getElementById("search");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  } else if (event.key === "?") {
    event.preventDefault();
    document.getElementById("keys")?.showModal();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.person[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.person[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form without an action posts to the page's own address: with the fragment of a link of the
// summary in it, the page that comes back would go there, and its summary never had the focus.
document.addEventListener("submit", (event) => {
  if (location.hash && !event.target.hasAttribute("action")) event.target.action = location.pathname + location.search;
});

document.querySelector("[data-takes-focus]")?.focus();
