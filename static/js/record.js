// Entry of a record by keyboard, with running scores. The form works without this file.
//
// form[data-record]          the form
// [data-item]                an item: a fieldset of radio cards, or a field
// input[data-key]            a radio and what is typed for it
// [data-ask-if][data-ask-value]  asked only when that item has one of these values
// output[data-score]         a score: data-of names the items it adds, or data-tree holds its tree
// [data-item][data-saved] the saved answer, and its [data-was] words
// [data-save=draft]          what Ctrl+S presses
// [data-after-items]         where the focus goes after the last item

const UNTESTABLE = "UN";
const form = document.querySelector("form[data-record]");

if (form) {
  const items = [...form.querySelectorAll("[data-item]")];
  const byName = new Map(items.map((item) => [item.dataset.item, item]));
  let typed = "";
  let changed = "kept" in form.dataset;
  let leaving = false;

  const radios = (item) => [...item.querySelectorAll("input[type=radio]")];
  const chosen = (item) => item?.querySelector("input[type=radio]:checked")?.value ?? null;
  const itemOf = (element) => element.closest?.("[data-item]");
  const keyOf = (radio) => radio.dataset.key ?? radio.parentElement.querySelector(".choice-key")?.textContent ?? "";

  const focusItem = (item) => {
    const cards = radios(item);
    const target = cards.find((radio) => radio.checked) ?? cards[0] ?? item.querySelector("input, select, textarea");
    target?.focus();
    item.scrollIntoView({ block: "nearest" });
  };

  const moveOn = (item) => {
    const rest = items.slice(items.indexOf(item) + 1).filter((next) => !next.hidden);
    typed = "";
    if (rest.length) focusItem(rest[0]);
    else form.querySelector("[data-after-items]")?.focus();
  };

  const points = (name) => {
    const value = chosen(byName.get(name));
    if (value === null) return null;
    return value === UNTESTABLE ? 0 : Number(value);
  };

  const walk = (node) => {
    if (node === null || typeof node !== "object") return node;
    const answer = points(node.item);
    return answer === null ? null : walk(answer === 1 ? node.yes : node.no);
  };

  const showScore = (output) => {
    const names = output.dataset.of.split(" ").filter(Boolean);
    const known = names.map(points).filter((value) => value !== null);
    const complete = known.length === names.length;
    const score = output.dataset.tree ? walk(JSON.parse(output.dataset.tree)) : complete ? known.reduce((sum, value) => sum + value, 0) : null;
    const text = score === null ? "—" : String(score);
    if (output.textContent !== text) output.textContent = text;
    const count = output.closest(".score")?.querySelector("[data-count]");
    if (count) count.textContent = score === null ? `(${known.length} of ${names.length} answered)` : "";
  };

  const askedNow = (item) => {
    const before = byName.get(item.dataset.askIf);
    if (!before) return true;
    if (before.hidden) return false;
    const value = before.querySelector("input[type=radio]") ? chosen(before) : before.querySelector("input, select")?.value;
    return value !== null && item.dataset.askValue.split(" ").includes(value);
  };

  const refresh = () => {
    for (const item of items) {
      if (item.dataset.askIf) {
        item.hidden = !askedNow(item);
        for (const control of item.querySelectorAll("input, select, textarea")) control.disabled = item.hidden;
      }
      const reason = item.querySelector(".untestable select");
      if (reason) reason.hidden = chosen(item) !== UNTESTABLE;
    }
    form.querySelectorAll("output[data-score]").forEach(showScore);
  };

  const clear = (item) => {
    for (const radio of radios(item)) radio.checked = false;
    const reason = item.querySelector(".untestable select");
    if (reason) reason.value = "";
    form.dispatchEvent(new Event("change"));
  };

  const choose = (item, radio) => {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    if (radio.value === UNTESTABLE) item.querySelector(".untestable select")?.focus();
    else moveOn(item);
  };

  // "1" may begin 10 and 15: it waits for the next digit; a number that can only be one card is taken.
  const typeKey = (item, key) => {
    typed += key;
    let fits = radios(item).filter((radio) => keyOf(radio).startsWith(typed));
    if (!fits.length) {
      typed = key;
      fits = radios(item).filter((radio) => keyOf(radio).startsWith(typed));
    }
    const exact = fits.find((radio) => keyOf(radio) === typed);
    if (exact && fits.length === 1) choose(item, exact);
    else if (exact) exact.focus();
    if (!fits.length) typed = "";
  };

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const item = itemOf(event.target);
    if (!item) return;
    const onCard = event.target.matches("input[type=radio]");
    if (onCard && /^[0-9u]$/.test(event.key)) {
      event.preventDefault();
      typeKey(item, event.key);
    } else if (onCard && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      clear(item);
    } else if (event.key === "Enter" && event.target.matches("input, select")) {
      event.preventDefault();
      moveOn(item);
    }
  });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      const draft = form.querySelector("[data-save=draft]");
      event.preventDefault();
      if (draft) form.requestSubmit(draft);
    }
  });

  form.addEventListener("focusin", (event) => {
    if (!itemOf(event.target)?.contains(event.relatedTarget)) typed = "";
  });

  // The reason is asked once a saved answer differs; a page that came back keeps it in sight.
  const reason = form.querySelector("[data-reason]");
  const differs = (box) => {
    if (box.type === "radio") return box.defaultChecked && !box.checked;
    if (box.type === "checkbox") return box.defaultChecked !== box.checked;
    if (box.options) return [...box.options].some((option) => option.value && option.defaultSelected && !option.selected);
    return box.defaultValue && box.value !== box.defaultValue;
  };
  const answerOf = (item) =>
    radios(item).length ? (chosen(item) ?? "") : (item.querySelector("input, select, textarea")?.value ?? "");
  const changes = (item) =>
    "saved" in item.dataset
      ? answerOf(item) !== item.dataset.saved
      : [...item.querySelectorAll("input, select, textarea")].some(differs);
  // The saved answer stays in sight, struck through, beside the one that would replace it.
  const showSaved = () => {
    for (const item of items) {
      const was = item.querySelector("[data-was]");
      if (was && "saved" in item.dataset) was.hidden = !changes(item);
    }
  };
  const replaced = () => items.some(changes);
  const askReason = () => {
    showSaved();
    if (reason && reason.dataset.reason !== "keep") reason.hidden = !replaced();
  };

  const touched = () => {
    changed = true;
    refresh();
    askReason();
  };
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("submit", () => {
    leaving = true;
  });
  form.addEventListener("reset", () => setTimeout(refresh));

  window.addEventListener("beforeunload", (event) => {
    // What drafts.js has stored comes back by itself.
    if (changed && !leaving && !("stored" in form.dataset)) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    refresh();
    askReason();
  });
  refresh();
  askReason();
}
