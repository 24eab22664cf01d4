"""Looking at a page as everybody must be able to: axe, and no sideways scroll."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What these say of an element follows from how it looks and where it stands: they take nearly all
# of axe's time, and are asked only about elements that are new, with all that stands in them.
OF_THE_LOOKS = ["color-contrast", "target-size"]
_RUN = """async ([everything, ofLooks, fresh]) => {
  if (!window.axe) window.loadAxe();
  const known = new Set(fresh);
  const elements = new Set([...window.builtOf].filter(([key]) => known.has(key))
    .flatMap(([, ones]) => ones));
  const isFresh = (one) => {
    for (let over = one; over; over = over.parentElement) {
      if (elements.has(over)) return true;
    }
    return false;
  };
  for (const rule of axe._audit.rules.filter(({id}) => ofLooks.includes(id))) {
    rule.matchesAll ??= rule.matches;
    rule.matches = (node, ...more) => isFresh(node) && rule.matchesAll(node, ...more);
  }
  const {violations} = await axe.run(document,
    {runOnly: everything, resultTypes: ["violations"]});
  return violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.help}): ${node.target.join(" ")}\\n    ${node.html}\\n    `
    + node.failureSummary.replaceAll("\\n", " ")));
}"""
# Half a megabyte: sent once to a window, and read by a page only when it is looked at.
_AXE = f"window.loadAxe = () => {{{AXE_SCRIPT}}};"
_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const out = [...document.querySelectorAll("body *")].filter((one) =>
    one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".frame"));
  return `${root.scrollWidth} px in ${root.clientWidth} px: `
    + out.slice(0, 3).map((one) => one.outerHTML.slice(0, 160)).join("\\n    ");
}"""


# What a page is built of, as far as axe judges it: each element by its place in
# all that it stands in, with their classes, the attributes it has, the values of those that mean
# something, and whether it holds words. Of words in an attribute, too, axe asks whether there are
# any. All of it as 64 bits: pages send a thousand of these.
_BUILT = """() => {
  const telling = new RegExp("^(type|role|lang|alt|scope|hidden|disabled|checked|open|tabindex"
    + "|style|aria-.*)$");
  const pointing = /^aria-(labelledby|describedby|controls|owns|errormessage)$/;
  const wording = /^(alt|aria-(label|description|placeholder|roledescription|valuetext))$/;
  const known = new Map();
  const brief = (text) => {
    if (!known.has(text)) {
      let [high, low] = [2166136261, 40503];
      for (let at = 0; at < text.length; at += 1) {
        high = Math.imul(high ^ text.charCodeAt(at), 16777619);
        low = Math.imul(low + text.charCodeAt(at), 73244475) ^ (low >>> 15);
      }
      known.set(text, `${(high >>> 0).toString(36)}.${(low >>> 0).toString(36)}`);
    }
    return known.get(text);
  };
  const paths = new Map([[null, ""]]);
  const path = (one) => {
    if (!paths.has(one)) {
      const own = `${one.localName}.${one.getAttribute("class") || ""}`;
      paths.set(one, brief(`${path(one.parentElement)} > ${own}`));
    }
    return paths.get(one);
  };
  const worded = new Set();
  const texts = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    if (texts.currentNode.data.trim() === "") continue;
    for (let one = texts.currentNode.parentElement; one && !worded.has(one);
        one = one.parentElement) {
      worded.add(one);
    }
  }
  const bearers = new Map();
  for (const {id} of document.querySelectorAll("[id]")) bearers.set(id, (bearers.get(id) || 0) + 1);
  const attribute = ({name, value}) => pointing.test(name)
    ? `${name}=${value.split(/\\s+/).every((id) => document.getElementById(id))}`
    : wording.test(name) ? `${name}=${value.trim() !== ""}`
    : telling.test(name) ? `${name}=${value.replaceAll(/[0-9]+/g, "0")}` : name;
  const label = (one) => "labels" in one && one.labels ? one.labels.length : "";
  const built = new Map();
  for (const one of document.querySelectorAll("*")) {
    const box = one.getBoundingClientRect();
    const own = [...one.attributes].map(attribute).sort().join(" ");
    const key = brief([path(one), own, label(one), bearers.get(one.id) > 1, worded.has(one),
      box.width < 24 || box.height < 24].join(" | "));
    if (!built.has(key)) built.set(key, []);
    built.get(key).push(one);
  }
  window.builtOf = built;
  return [...built.keys(), `title ${document.title !== ""} ${innerWidth}`,
    matchMedia("(prefers-color-scheme: dark)").matches].map(String);
}"""
_LOOKED_AT: set[tuple[str, str]] = set()


def lay_ready(window: Page | BrowserContext) -> None:
    """Lay axe ready for every page that this window will show."""
    window.add_init_script(_AXE)


def barriers(page: Page) -> list[str]:
    """Every violation of WCAG 2 A and AA that axe finds, with the rule and the element.

    Nothing is asked where nothing is on the page that no page looked at before was built of: axe
    costs more than everything else a journey does, and would say the same of it again. Only a
    page without a barrier is remembered.
    """
    built = _built(page)
    fresh = built - _LOOKED_AT
    if not fresh:
        return []
    everything = {"type": "tag", "values": WCAG}
    found: list[str] = page.evaluate(_RUN, [everything, OF_THE_LOOKS, [key for _, key in fresh]])
    if not found:
        _LOOKED_AT.update(built)
    return found


def _built(page: Page) -> set[tuple[str, str]]:
    *built, wide, dark = page.evaluate(_BUILT)
    return {(f"{wide} {dark}", one) for one in (*built, wide)}


def too_wide(page: Page) -> str:
    """What makes the document scroll sideways; empty when it does not."""
    found: str = page.evaluate(_WIDE)
    return found
