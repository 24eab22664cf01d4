"""The one domain error of the product."""

from __future__ import annotations

from typing import Any


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error; the word is on the page
    """The system will not do this, and says why in a sentence a person can act on.

    ``code`` is stable and may be relied on by programs; ``status`` is the HTTP status of the
    answer; ``field`` names the form field the sentence belongs beside, when there is one.
    """

    code = "refused"
    message = "The system refused this."
    status = 409

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        status: int | None = None,
        field: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.status = status or self.status
        self.field = field
        self.details = details or {}
        super().__init__(self.message)


class NoActor(Refused):
    """Audited data may only change inside an act that names who acts, when and why."""

    code = "no-actor"
    message = "A change of trial data must name the person who makes it."
    status = 500
