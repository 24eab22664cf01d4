"""What loading a dictionary and coding refuse."""

from __future__ import annotations

from audit.errors import Refused


class BadDictionary(Refused):
    """The files are not a whole dictionary, or it is loaded already; nothing of it is kept."""

    code = "bad-dictionary"
    status = 422


class NoDictionary(Refused):
    """Nothing can be coded before a dictionary is loaded."""

    code = "no-dictionary"
    message = "No dictionary is loaded: events are grouped by their category."


class NoSuchTerm(Refused):
    """The term is not in the version in use, or is no longer current there."""

    code = "no-such-term"
    status = 422


class CodedMeanwhile(Refused):
    """The event was coded, or its words changed, since the page was opened."""

    code = "stale"
    message = (
        "Somebody else coded this event, or its words changed, since you opened it. "
        "Look at what is there now, then code it again."
    )


class WordsWithheld(Refused):
    """The words of the event might tell the arm, so a blinded person does not code it."""

    code = "words-withheld"
    message = "The words of this event are withheld from you: the safety desk codes it."
    status = 403
