"""Hands that never touch the mouse."""

from __future__ import annotations

from playwright.sync_api import Locator

from tests.journeys.desk import Desk

# The focused element is where the person looks: on the screen, and under nothing else.
_SEEN = """() => {
  const one = document.activeElement;
  const card = one.closest(".choice") ?? one;
  const box = card.getBoundingClientRect();
  const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return card.contains(there) || there?.contains(card) === true;
}"""


class Keyboard:
    """The keyboard of a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._keys = desk.page.keyboard

    def types(self, text: str) -> Keyboard:
        """Type a text where the focus is."""
        self._keys.type(text)
        return self

    def strikes(self, *keys: str) -> Keyboard:
        """Strike keys that stay on the page."""
        for key in keys:
            self._keys.press(key)
        return self

    def strikes_for_a_page(self, key: str) -> Keyboard:
        """Strike a key that leads to a page."""
        with self.desk.expects_a_page():
            self._keys.press(key)
        return self

    def tabs_to(self, wanted: Locator) -> Keyboard:
        """Go on with Tab until this is focused; everything on the way is seen when it is."""
        for _ in range(150):
            self._keys.press("Tab")
            assert self.sees_the_focus(), f"hidden: {self.focused()}"
            if wanted.evaluate("one => one === document.activeElement"):
                return self
        raise AssertionError(f"Tab never comes to {wanted}")

    def sees_the_focus(self) -> bool:
        """Whether what has the focus is in sight."""
        found: bool = self.desk.page.evaluate(_SEEN)
        return found

    def focused(self) -> str:
        """What has the focus."""
        found: str = self.desk.page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        return found

    def is_at(self, label: str) -> bool:
        """Whether the focus is in the item with this label."""
        found: bool = self.desk.item(label).evaluate("one => one.contains(document.activeElement)")
        return found
