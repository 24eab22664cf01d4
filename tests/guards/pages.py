"""Guards on pages: nothing loaded from another host, nothing typed left to the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from tests.guards.tree import Finding, Tree

# Elements whose address the browser fetches by itself, or sends the form to.
LOADED = {
    "audio": ("src",),
    "embed": ("src",),
    "form": ("action",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "input": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
# Names, not addresses: nothing is fetched from them.
NAMESPACES = ("http://www.w3.org/",)
FOR_THE_KEYRING = {
    "templates/accounts/password.html",
    "templates/accounts/sign_in.html",
    "templates/base.html",
    "templates/components/final_act.html",
}
_OUTSIDE = re.compile(r"(?:https?:|wss?:)?//[\w.-]", re.IGNORECASE)
_STYLE = re.compile(r"(?:url\(\s*|@import\s+)[\"']?((?:https?:)?//[^\"')\s;]+)", re.IGNORECASE)
_SCRIPT = re.compile(r"[\"'`]((?:https?:|wss?:)?//[\w.-][^\"'`]*)", re.IGNORECASE)
_TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)


def outside_assets(tree: Tree) -> Iterator[Finding]:
    """Addresses of other hosts that a template, a style sheet or a script would load."""
    for source in tree.files(".html"):
        reader = _Assets()
        reader.feed(_TEMPLATE_TAG.sub(_same_lines, source.text))
        for line, address in reader.addresses:
            yield source.found(line, address, "a page loads from another host")
    for suffix, pattern in ((".css", _STYLE), (".js", _SCRIPT)):
        for source in tree.files(suffix):
            for line, text in source.lines():
                for address in _addresses(pattern, text):
                    yield source.found(line, address, "an asset loads from another host")


_POST = re.compile(r'<form[^>]*\bmethod="post"[^>]*>')


def remembered_forms(tree: Tree) -> Iterator[Finding]:
    """Forms whose typed words a browser would give to whoever presses Back, or keep on its disk.

    Signing in is for the browser's keyring, and a form without fields has nothing to remember.
    """
    for source in tree.files(".html"):
        for line, text in source.lines():
            for form in _POST.findall(text):
                if 'autocomplete="off"' not in form and source.path not in FOR_THE_KEYRING:
                    yield source.found(line, form, "a browser would remember what was typed")


class _Assets(HTMLParser):
    """The outside addresses a page would load, with their lines."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[tuple[int, str]] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The addresses among the attributes; a start tag of style or script opens its text."""
        self._inside = tag if tag in {"style", "script"} else ""
        for name, value in attrs:
            if name in LOADED.get(tag, ()) and _OUTSIDE.match((value or "").strip()):
                self.addresses.append((self.getpos()[0], value or ""))
            if name == "style":
                self._take(_STYLE, value or "")

    def handle_data(self, data: str) -> None:
        """The text of a style or a script element."""
        if self._inside:
            self._take(_STYLE if self._inside == "style" else _SCRIPT, data)

    def handle_endtag(self, tag: str) -> None:
        """Text after it belongs to the page again."""
        self._inside = ""

    def _take(self, pattern: re.Pattern[str], text: str) -> None:
        self.addresses += [(self.getpos()[0], found) for found in _addresses(pattern, text)]


def _addresses(pattern: re.Pattern[str], text: str) -> list[str]:
    return [found for found in pattern.findall(text) if not found.startswith(NAMESPACES)]


def _same_lines(tag: re.Match[str]) -> str:
    return "x" + "\n" * tag[0].count("\n")
