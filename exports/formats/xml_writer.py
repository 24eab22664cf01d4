"""XML written element by element: escaped, in a fixed order, never held in memory. Pure.

Attributes are given by name; one that is None is left out. A colon in a name is written as two
underscores at its end of the prefix: ``def__Structure`` is ``def:Structure``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# What XML 1.0 has no way to write.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile('[&<>"\t\n\r]')
_WRITTEN = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
    "\t": "&#9;", "\n": "&#10;", "\r": "&#13;",
}  # fmt: skip
Value = str | int | None


class UnwritableCharacterError(ValueError):
    """A character that XML 1.0 cannot hold."""


def escaped(text: str) -> str:
    """The text as it stands in an attribute or between two tags; line ends survive both.

    Raises:
        UnwritableCharacterError: a control character, which no escape makes legal.
    """
    if found := _IMPOSSIBLE.search(text):
        raise UnwritableCharacterError(f"the character U+{ord(found[0]):04X}")
    return _SPECIAL.sub(lambda hit: _WRITTEN[hit[0]], text) if _SPECIAL.search(text) else text


class XmlWriter:
    """Writes one document through ``add``, an element a line."""

    def __init__(self, add: Callable[[bytes], None]) -> None:
        self._add = add
        add(b'<?xml version="1.0" encoding="UTF-8"?>\n')

    @contextmanager
    def element(self, tag: str, **attributes: Value) -> Iterator[None]:
        """An element with others inside."""
        self.open(tag, **attributes)
        yield
        self.close(tag)

    def open(self, tag: str, **attributes: Value) -> None:
        """The start of an element."""
        self._add(f"<{tag}{_attributes(attributes)}>\n".encode())

    def close(self, tag: str) -> None:
        """The end of an element."""
        self._add(f"</{tag}>\n".encode())

    def empty(self, tag: str, **attributes: Value) -> None:
        """An element with nothing inside."""
        self._add(f"<{tag}{_attributes(attributes)}/>\n".encode())

    def text(self, tag: str, content: str, **attributes: Value) -> None:
        """An element that holds text."""
        self._add(f"<{tag}{_attributes(attributes)}>{escaped(content)}</{tag}>\n".encode())


def _attributes(given: dict[str, Value]) -> str:
    return "".join(
        f' {name.replace("__", ":")}="{escaped(str(value))}"'
        for name, value in given.items()
        if value is not None
    )
