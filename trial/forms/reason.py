"""The reason for a change, as ``components/reason.html`` posts it."""

from __future__ import annotations

from typing import Protocol

from trial.reasons import OTHER, REASONS


class Posted(Protocol):
    """What was sent with a form."""

    def get(self, key: str, default: str, /) -> str:
        """One value, or the default."""


class Reason:
    """The reason picked and the words beside it, kept when the page is refused."""

    choices = REASONS

    def __init__(self, posted: Posted | None = None) -> None:
        self.picked = _text(posted, "reason_pick")[:80]
        self.words = _text(posted, "reason_words").strip()[:200]
        self.error = ""

    @property
    def text(self) -> str:
        """Both as one sentence; empty when neither was given, or "other" without words."""
        if self.picked == OTHER:
            return self.words
        return ": ".join(part for part in (self.picked, self.words) if part)


def _text(posted: Posted | None, key: str) -> str:
    # The database holds no zero byte: without this such a reason would be an error page.
    return posted.get(key, "").replace("\0", "") if posted else ""
