"""What can go wrong between a program and the server, each a kind of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class HermesError(Exception):
    """Anything this client raises; the message is a sentence for whoever runs the program."""


class Unreachable(HermesError):  # noqa: N818 - a state of the line, and reads so where it is caught
    """The server did not answer, or the line was cut, however often a safe request was tried."""


class Unreadable(HermesError):  # noqa: N818 - a finding about an answer
    """The server answered, but not what its API promises."""


class Altered(HermesError):  # noqa: N818 - a finding about a file
    """What arrived is not the file that was frozen: its SHA-256 is another."""


class CutNotMade(HermesError):  # noqa: N818 - an outcome
    """A cut that was waited for failed, was cancelled, or took too long; ``code`` names it."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Problem(HermesError):  # noqa: N818 - the word of RFC 9457
    """The server refused, with problem details (RFC 9457).

    ``code`` is the kind and stays what it is, for example ``not-found``, ``blinded-only`` or
    ``bad-cursor``; ``errors`` has sentences by field or parameter where single ones are wrong.
    """

    def __init__(self, address: str, status: int, details: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(details.get("code", ""))
        self.title = str(details.get("title", ""))
        self.detail = str(details.get("detail", ""))
        self.reference = str(details.get("reference", ""))
        errors = details.get("errors")
        self.errors: dict[str, Any] = dict(errors) if isinstance(errors, Mapping) else {}
        words = self.detail or self.title or "without a reason"
        fields = "".join(f" {name}: {_words(said)}" for name, said in self.errors.items())
        super().__init__(f"{address} answered {status}: {words}{fields}")


def _words(said: Any) -> str:
    return " ".join(map(str, said)) if isinstance(said, list) else str(said)
