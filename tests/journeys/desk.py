"""One person at one browser window, in the words of a clinic.

Whatever shows a page goes through this class, which looks at the page as axe does and at its
status; a page that was shown and not looked at fails the journey.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser, Locator, Page, Response, ViewportSize, expect

from tests.journeys.looking import barriers, lay_ready
from tests.journeys.watching import Watch
from tests.people import PASSWORD

HTML = "text/html; charset=utf-8"
PATIENCE = 60_000  # milliseconds; a slow machine is not a failing one
SCREEN: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}


class Desk:
    """A browser window and the person before it; a telephone is narrow and dark."""

    def __init__(
        self, browser: Browser, address: str, *, javascript: bool = True, telephone: bool = False
    ) -> None:
        self.address = address
        self.context = browser.new_context(
            base_url=address,
            viewport=PHONE if telephone else SCREEN,
            color_scheme="dark" if telephone else "light",
            java_script_enabled=javascript,
            locale="en-GB",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        lay_ready(self.context)
        self.watch = Watch(self.context)
        self.page = self.context.new_page()
        self._unseen: list[str] = []
        self._javascript = javascript
        self._glass: Page | None = None
        self.answered: Response | None = None
        self.page.on("domcontentloaded", lambda page: self._unseen.append(page.url))

    # Going somewhere

    def opens(self, address: str) -> Desk:
        """Go to an address."""
        with self.expects_a_page():
            self.page.goto(address)
        return self

    def signs_in(self, name: str, password: str = PASSWORD) -> Desk:
        """Sign in, from whatever page asks for it."""
        if "/sign-in/" not in self.page.url:
            self.opens("/sign-in/")
        self.fills("Name", name)
        self.fills("Password", password)
        return self.presses("Sign in")

    def is_signed_in(self, session: str, at: str = "/") -> Desk:
        """Begin at a page, in a session in which somebody signed in."""
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": session, "url": self.address}])
        return self.opens(at)

    def menu(self, words: str) -> Desk:
        """Follow a link of the menu under the own name."""
        self.page.locator("details.person > summary").click()
        return self.follows(words)

    def signs_out(self) -> Desk:
        """Sign out by the menu under the own name."""
        self.page.locator("details.person > summary").click()
        return self.presses("Sign out")

    def searches(self) -> Desk:
        """Send off what stands in the search box."""
        with self.expects_a_page():
            self.page.get_by_role("searchbox", name="Find a participant").press("Enter")
        return self

    def follows(self, words: str, within: str = "body") -> Desk:
        """Follow the first link with these words."""
        with self.expects_a_page():
            self.page.locator(within).get_by_role("link", name=words).first.click()
        return self

    def presses(self, words: str) -> Desk:
        """Press a button that leads to a page."""
        with self.expects_a_page():
            self._button(words).click()
        return self

    def presses_twice(self, words: str) -> Desk:
        """Press a button twice in a hurry."""
        with self.expects_a_page():
            self._button(words).dblclick()
        return self

    def reloads(self) -> Desk:
        """Load the page again."""
        with self.expects_a_page():
            self.page.reload()
        return self

    def goes_back(self) -> Desk:
        """Go back, as the browser does."""
        with self.expects_a_page():
            self.page.go_back()
        return self

    def closes_the_tab(self) -> Desk:
        """Close the tab without a word, and open another in the same browser."""
        self.page.close(run_before_unload=False)
        self.page = self.context.new_page()
        self.page.on("domcontentloaded", lambda page: self._unseen.append(page.url))
        return self

    def is_refused(self, words: str) -> Desk:
        """Press a button and be refused: the page comes back with a 4xx status."""
        with self.expects_a_page(refused=True):
            self._button(words).click()
        return self

    def is_turned_away(self, address: str) -> Desk:
        """Go to an address that is not for this person, or not there for them."""
        with self.expects_a_page(refused=True):
            self.page.goto(address)
        return self.sees("This was not done")

    # Filling in

    def fills(self, label: str, text: str) -> Desk:
        """Type into the box with this label."""
        self.box(label).fill(text)
        return self

    def chooses(self, item: str, answer: str) -> Desk:
        """Choose one of the cards of an item."""
        self.item(item).locator(".choice", has_text=answer).first.locator("input").check()
        return self

    def picks(self, label: str, answer: str) -> Desk:
        """Pick from a list."""
        self.box(label).select_option(label=answer)
        return self

    def unfolds(self, words: str) -> Desk:
        """Open what is folded away under these words."""
        self.main.locator("details > summary", has_text=words).click()
        return self

    def ticks(self, label: str) -> Desk:
        """Tick a box."""
        self.box(label).check()
        return self

    def fetches(self, words: str, into: Path) -> Path:
        """Download by a link; the file it became."""
        with self.page.expect_download() as told:
            self.page.get_by_role("link", name=words, exact=True).click()
        file = into / told.value.suggested_filename
        told.value.save_as(file)
        return file

    # Seeing

    def sees(self, *words: str) -> Desk:
        """Every one of these stands on the page."""
        for each in words:
            expect(self.main).to_contain_text(each, use_inner_text=True)
        return self

    def sees_nothing_of(self, *words: str) -> Desk:
        """None of these is anywhere in the page, not even where nobody looks."""
        source = self.page.content()
        assert not [each for each in words if each in source]
        return self

    @property
    def source(self) -> str:
        """The page as the server sent it."""
        assert self.answered is not None, "no page was opened"
        return self.answered.text()

    @property
    def cookies(self) -> dict[str, str]:
        """The header by which the server knows who sits here."""
        pairs = [f"{one['name']}={one['value']}" for one in self.context.cookies()]
        return {"Cookie": "; ".join(pairs)}

    def box(self, label: str) -> Locator:
        """The box, list or tick with this label."""
        return self.page.get_by_label(_labelled(label))

    def buttons(self) -> list[str]:
        """The buttons of the page that can be seen."""
        found = self.main.get_by_role("button").all()
        return [one.inner_text() for one in found if one.is_visible()]

    def line(self, words: str) -> str:
        """The first line of a table with these words."""
        row = self.main.locator("tbody tr", has_text=words).first
        return " ".join(row.inner_text().split())

    def item(self, label: str) -> Locator:
        """The item with this label: its cards or its box."""
        named = self.page.get_by_text(_labelled(label))
        return self.page.locator("[data-item]", has=named).first

    def answer(self, label: str) -> str:
        """What is chosen for an item, or stands in its box; empty when nothing does."""
        found = self.item(label).locator("input:checked, input:not([type=radio], [type=checkbox])")
        return found.first.input_value() if found.count() else ""

    def score(self, label: str) -> str:
        """A running score as it stands, the maximum left out."""
        words = self.page.locator(".score", has=self.page.get_by_text(label, exact=True))
        return words.locator("output").inner_text()

    def cell(self, form: str, visit: str) -> Locator:
        """The link of one form at one visit in the grid of a participant."""
        heads = self.page.locator(".grid thead th a").all_inner_texts()
        row = self.page.locator(".grid tbody tr", has=self.page.get_by_role("rowheader", name=form))
        return row.locator("td").nth(heads.index(visit)).get_by_role("link")

    def drawn(self, title: str) -> dict[str, str]:
        """The values behind a figure, by visit."""
        figure = self.page.locator("figure", has=self.page.locator("figcaption", has_text=title))
        rows = figure.locator("tbody tr").evaluate_all(
            "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
        )
        return {visit: value for visit, value in rows if value != "—"}

    @property
    def main(self) -> Locator:
        """The page without its frame."""
        return self.page.locator("main")

    # The end

    def leaves(self) -> None:
        """Close the window; what went wrong unseen is told now."""
        self.context.close()
        if self._glass is not None:
            self._glass.close()
        assert not self.watch.faults, "\n".join(self.watch.faults)
        assert not self._unseen, f"shown, and not looked at: {self._unseen}"

    def looks(self) -> None:
        """Look at the page as axe does."""
        page = self.page if self._javascript else self._still()
        found = barriers(page)
        assert not found, f"{self.page.url}\n  " + "\n  ".join(found)
        self._unseen.clear()

    @contextmanager
    def expects_a_page(self, *, refused: bool = False) -> Iterator[None]:
        assert not self._unseen, f"shown, and not looked at: {self._unseen}"
        with self.page.expect_navigation(wait_until="load") as told:
            yield
        self.answered = told.value
        status = self.answered.status
        assert (400 <= status < 500) == refused, f"{status} at {self.page.url}"
        self.looks()

    def _still(self) -> Page:
        """The page as it stands, in a window where axe may run: without scripts it cannot."""
        still = re.sub(r"<script.*?</script>", "", self.page.content(), flags=re.DOTALL)
        browser = self.context.browser
        assert browser is not None
        glass = self._glass
        if glass is None:
            glass = browser.new_page()
            lay_ready(glass)
        glass.unroute_all()
        glass.route(self.page.url, lambda route: route.fulfill(body=still, content_type=HTML))
        glass.goto(self.page.url)
        self._glass = glass
        return glass

    def _button(self, words: str) -> Locator:
        return self.page.get_by_role("button", name=words, exact=True)


def _labelled(label: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(label)}(\s+optional)?\s*$")


Sit = Callable[..., Desk]
