// A final act is sent once: a second press while the first is under way does nothing.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.querySelector("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.querySelector("[data-once]").setAttribute("aria-disabled", "true");
});

// A page taken from the browser's memory by "back" may be sent again; the server answers the same.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[data-once]").removeAttribute("aria-disabled");
  }
});
