"""Being refused, as a whole: told at the top, led to the item, told beside it, nothing lost."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.desk import Desk


def assert_refused(desk: Desk, item: str, saying: str) -> None:
    """The summary has the focus and leads to the item, where the same is said."""
    summary = desk.page.locator(".summary")
    expect(summary).to_be_focused()
    expect(summary).to_have_role("alert")
    link = desk.page.get_by_role("link", name=item, exact=True)
    expect(summary.locator("li", has=link)).to_contain_text(saying)
    link = summary.get_by_role("link", name=item, exact=True)
    place = desk.page.locator(link.get_attribute("href") or "of nothing")
    expect(place.locator(".item-error").first).to_contain_text(saying)
    link.press("Enter")
    expect(place).to_be_in_viewport()
    desk.page.keyboard.press("Tab")
    assert place.evaluate("one => one.contains(document.activeElement)"), "Tab leads elsewhere"
