"""Errors of the REST API as problem details (RFC 9457): one shape, whatever went wrong where.

``code`` is stable and what a program looks at; ``detail`` is the sentence for whoever reads the
program's output. ``type`` names the kind on a page of the API that says what it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"
# Where the API lists the kinds below; a type is this address and, after #, the code.
ADDRESS = "/api/v1/problems/"


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its usual status and what the kind is called, the same each time."""

    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(400, "The request cannot be read"),
    "invalid": Kind(400, "A field or parameter is missing or wrong"),
    "parse-error": Kind(400, "The body is not JSON"),
    "bad-cursor": Kind(400, "The cursor is not one this server gave for this request"),
    "not-authenticated": Kind(401, "No token was sent"),
    "authentication-failed": Kind(401, "The token does not work"),
    "permission-denied": Kind(403, "The token, or its owner, may not do this"),
    "not-delegated": Kind(403, "The owner of the token holds no delegation for this"),
    "blinded-only": Kind(403, "The owner of the token may not know the arms"),
    "not-found": Kind(404, "Nothing here, or nothing that this token may know of"),
    "wrong-method": Kind(405, "The address does not take this method"),
    "not-acceptable": Kind(406, "The answer does not exist in that media type"),
    "not-done": Kind(409, "The cut has no files, or not yet"),
    "not-comparable": Kind(409, "The two cuts cannot be compared"),
    "files-gone": Kind(410, "A file of the cut is not on the server any more"),
    "unsupported-media-type": Kind(415, "The body is of a media type that is not read"),
    "unknown-format": Kind(422, "A format is asked for that nobody writes"),
    "not-locked": Kind(409, "The trial is not locked: there is no final cut of it"),
    "final-already": Kind(409, "The lock of the trial has its final cut"),
    "final-is-whole": Kind(422, "A final cut holds everything"),
    "unknown-form": Kind(422, "A form is asked for that no such cut has"),
    "unknown-site": Kind(422, "A site is asked for that is not there"),
    "day-not-over": Kind(422, "The last day is not over"),
    "no-purpose": Kind(422, "The purpose of the cut is missing or too long"),
    "no-such-part": Kind(416, "The file has no such part"),
    "unexpected": Kind(500, "Something failed on the server"),
}


def problem(
    *,
    code: str,
    status: int,
    detail: str,
    instance: str,
    errors: Mapping[str, Any] | None = None,
    reference: str = "",
) -> dict[str, Any]:
    """The problem details of one refused request.

    Args:
        code: what a program looks at; one outside ``KINDS`` is of the type ``about:blank``.
        status: the HTTP status of the answer.
        detail: the sentence for a person.
        instance: the path of the request.
        errors: sentences by field or parameter, where single ones are wrong.
        reference: what the server's log has an unexpected error under.
    """
    kind = KINDS.get(code)
    found: dict[str, Any] = {
        "type": f"{ADDRESS}#{code}" if kind else "about:blank",
        "title": kind.title if kind else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
    }
    if errors is not None:
        found["errors"] = errors
    if reference:
        found["reference"] = reference
    return found


def listed() -> list[dict[str, Any]]:
    """Every kind, for whoever follows the ``type`` of a problem."""
    return [
        {"type": f"{ADDRESS}#{code}", "code": code, "status": kind.status, "title": kind.title}
        for code, kind in KINDS.items()
    ]
