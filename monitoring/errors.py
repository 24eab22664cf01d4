"""What monitoring refuses, each with a stable code and a sentence a person can act on."""

from __future__ import annotations

from audit.errors import Refused


class NoSuchPoint(Refused):
    """There is no such data point to ask about."""

    code = "no-such-point"
    message = "There is nothing like this to ask about at this visit."
    status = 422


class SaySomething(Refused):
    """A query or an answer without words."""

    code = "say-something"
    message = "Write what there is to say."
    status = 422


class QueryClosed(Refused):
    """The query was closed meanwhile."""

    code = "query-closed"
    message = "This query is closed. A monitor or data manager can reopen it."


class QueryStillOpen(Refused):
    """Only a closed query can be reopened."""

    code = "query-open"
    message = "This query is not closed: there is nothing to reopen."
