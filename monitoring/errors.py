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


class ChangedMeanwhile(Refused):
    """The record is not any more what the monitor compared with the source."""

    code = "changed-meanwhile"
    message = (
        "Somebody saved this form after you opened it. Nothing was marked: compare what it says "
        "now, then verify."
    )


class NotVerifiable(Refused):
    """There is nothing a verification could cover."""

    code = "not-verifiable"
    message = "A draft cannot be verified: the site completes it first."


class VerifiedAlready(Refused):
    """Everything asked for is verified and unchanged."""

    code = "verified-already"
    message = "This is verified already, and has not changed since."
