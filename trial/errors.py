"""What the backbone refuses, each with a stable code and a sentence a nurse can act on."""

from __future__ import annotations

from audit.errors import Refused

UNDATED = "Give the date of the assessment."


class Locked(Refused):
    """The record, its visit, the participant or the trial is locked."""

    code = "locked"
    message = "This is locked: ask the data manager if it must change."


class Objected(Refused):
    """Something speaks against a lock and nobody said why to lock all the same.

    ``details["objections"]`` holds a sentence for each.
    """

    code = "lock-objections"
    message = "Something is still open: settle it first, or say why to lock all the same."
    status = 422


class SecondPerson(Refused):
    """Whoever asked for a lock to be lifted does not lift it."""

    code = "second-person"
    message = "You asked for this yourself: somebody else must lift the lock."
    status = 403


class Stale(Refused):
    """Somebody else saved meanwhile; ``details`` holds both versions, nothing is lost."""

    code = "stale"
    message = (
        "Somebody else saved this form while you were filling it in. What they saved is shown "
        "beside what you typed; nothing of either is lost. Check, then save again."
    )


class ReasonRequired(Refused):
    """A saved answer changes and no reason was given."""

    code = "reason-required"
    message = "A saved answer has changed: say why."
    status = 422


class InvalidAnswers(Refused):
    """Some answers cannot be right; ``details["findings"]`` holds one sentence per item."""

    code = "invalid-answers"
    message = "Some answers cannot be saved as they are."
    status = 422


class ConfirmationRequired(Refused):
    """Some answers are odd but possible; ``details["findings"]`` holds what to confirm."""

    code = "confirmation-required"
    message = "Some answers are unusual. Correct them, or confirm that they are right."
    status = 422


class WrongState(Refused):
    """The act does not fit what has happened so far."""

    code = "wrong-state"


class WrongDate(Refused):
    """A date that cannot be right."""

    code = "wrong-date"
    status = 422


class WrongPassword(Refused):
    """The password given with a signature is wrong; the attempt is in the trail."""

    code = "wrong-password"
    message = "The password is not right. The signature was not made."
    status = 422


class NotEnrolling(Refused):
    """The site may not enrol yet."""

    code = "site-not-active"
    message = "This site is not activated: nobody can be enrolled here yet."
