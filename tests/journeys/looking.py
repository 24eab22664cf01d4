"""Looking at a page as everybody must be able to: axe, and no sideways scroll."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = """async ([rules]) => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.help}): ${node.target.join(" ")}\\n    ${node.html}\\n    `
    + node.failureSummary.replaceAll("\\n", " ")));
}"""
_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const out = [...document.querySelectorAll("body *")].filter((one) =>
    one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".frame"));
  return `${root.scrollWidth} px in ${root.clientWidth} px: `
    + out.slice(0, 3).map((one) => one.outerHTML.slice(0, 160)).join("\\n    ");
}"""


def barriers(page: Page, rules: list[str] | None = None) -> list[str]:
    """Every violation of WCAG 2 A and AA that axe finds, with the rule and the element."""
    page.evaluate(AXE_SCRIPT)
    options = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
    found: list[str] = page.evaluate(_RUN, [options])
    return found


def too_wide(page: Page) -> str:
    """What makes the document scroll sideways; empty when it does not."""
    found: str = page.evaluate(_WIDE)
    return found
