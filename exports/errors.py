"""What the exports refuse, each with a stable code and a sentence."""

from __future__ import annotations

from celery.exceptions import Ignore

from audit.errors import Refused


class BlindedCutOnly(Refused):
    """The person may make cuts, but not such that tell an arm."""

    code = "blinded-only"
    message = "Only people who may know the arms can make an unblinded cut."
    status = 403


class NotLocked(Refused):
    """A final cut of a trial that may still change."""

    code = "not-locked"
    message = "The trial is not locked: lock it on the page Locks, then ask for the final cut."


class FinalOnce(Refused):
    """A second final cut under the same lock."""

    code = "final-already"
    message = "This lock has such a final cut already, or it is being made."


class FinalWhole(Refused):
    """A final cut that leaves something out."""

    code = "final-is-whole"
    message = "A final cut holds everything: choose no form, site or last day, and everybody."
    status = 422


class CutFailed(Refused):
    """The cut could not be made; the sentence is the one kept with the cut."""

    code = "cut-failed"
    status = 500


class Finished(Refused):
    """The cut is not under way any more."""

    code = "finished"
    message = "This cut is finished: there is nothing to cancel."


class FilesGone(Refused):
    """The cut is known but its files are not where they were put."""

    code = "files-gone"
    message = "The files of this cut are no longer on the server. Tell the administrator."
    status = 410


class NotDone(Refused):
    """The cut has no files yet, or never will."""

    code = "not-done"
    message = "This cut has no files: it is not done."


class BadCursor(Refused):
    """The cursor is not one of this server's, or belongs to another request."""

    code = "bad-cursor"
    message = (
        "This cursor is not one that this server gave for this request. Take it from the page "
        "before, with the same parameters, or begin again without one."
    )
    status = 400

    def __init__(self) -> None:
        super().__init__(field="cursor")


class IncompleteCut(Exception):  # noqa: N818 - a finding about the data, shown as a sentence
    """Rows would be left out of the cut; its message is the sentence for the cut's page."""


class UnfitForFormat(IncompleteCut):
    """A format cannot hold what a column is; never a value of the data in the sentence.

    ``table`` is the file of the table, ``what`` says what cannot be held, after the column's name.
    """

    def __init__(self, table: str, column: str, what: str) -> None:
        super().__init__(f"{table}, column {column}: {what}.")


class StillBeingMade(Ignore):
    """Another worker holds this cut; should it die, the event is handed over again."""


class CutStopped(Exception):  # noqa: N818 - not an error: somebody ended the cut
    """The cut is not being made any more; the worker clears up and stops."""
