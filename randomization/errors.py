"""What randomization refuses, each with a stable code and a sentence a person can act on."""

from __future__ import annotations

from audit.errors import Refused


class ListActive(Refused):
    """A list is in use; there is never a second one."""

    code = "list-active"
    message = "There is a sealed list in use already. It stays until the trial ends."


class NoList(Refused):
    """Nobody can be randomized before the list is sealed."""

    code = "no-list"
    message = (
        "There is no allocation list yet. The unblinded statistician must seal one before "
        "anybody can be randomized."
    )


class WrongPurpose(Refused):
    """A simulated list never serves the trial, and the trial's list no rehearsal."""

    code = "wrong-purpose"
    message = (
        "The list and this installation do not belong together: one is simulated, the other is "
        "not. Nobody was allocated."
    )


class ListExhausted(Refused):
    """Every slot of the stratum is taken; no allocation is improvised."""

    code = "list-exhausted"
    message = (
        "The allocation list has no place left for this participant. Nobody was allocated. "
        "Call the coordinating centre."
    )


class SchemeChanged(Refused):
    """The protocol's scheme is no longer the one the list was made for."""

    code = "scheme-changed"
    message = (
        "The allocation list was made for another scheme than the protocol declares now. Nobody "
        "was allocated. Call the coordinating centre."
    )


class ComputedScheme(Refused):
    """No envelope can hold an arm that depends on who came before."""

    code = "computed-scheme"
    message = (
        "This scheme computes each arm as participants come, so envelopes cannot hold it. "
        "Randomize when the system is back, or call the coordinating centre."
    )


class NoEnvelope(Refused):
    """An envelope nobody printed, or not before it was opened."""

    code = "no-envelope"
    message = (
        "No envelope with this number was printed for this stratum before that time. Check the "
        "number and the time on the sheet."
    )
    status = 422


class OutOfOrder(Refused):
    """Envelopes are used in the order of the list."""

    code = "out-of-order"
    message = "Another envelope is next in this stratum."


class AllocatedOtherwise(Refused):
    """The participant has an allocation that did not come from this envelope."""

    code = "allocated-otherwise"
    message = (
        "This participant was randomized already, not by this envelope. Nothing was kept. If the "
        "envelope was opened too, call the coordinating centre."
    )


class NotLocked(Refused):
    """The list is laid open only once no data can change any more."""

    code = "not-locked"
    message = (
        "The list is revealed at the end, when the whole trial is locked. It is not locked now. "
        "Ask the data manager to lock the trial first."
    )


class ListRevealed(Refused):
    """Everybody can read the list: nobody is allocated from it any more."""

    code = "list-revealed"
    message = "The allocation list is revealed: nobody can be randomized from it any more."


class BadFile(Refused):
    """A file that is not what a reveal writes."""

    code = "bad-file"
    message = "This is not a file of a revealed list."
    status = 422


class NotReady(Refused):
    """Something must come before the randomization."""

    code = "not-ready"


class NoProductArm(Refused):
    """Aspiration, product and infusion belong to participants allocated to cells."""

    code = "no-product-arm"
    message = "This participant was not allocated to a cell product."


class OutOfLimits(Refused):
    """A value outside the protocol's limits for the product."""

    code = "out-of-limits"
    status = 422


class Impossible(Refused):
    """Values that cannot be right together."""

    code = "impossible"
    status = 422


class KeyMissing(Refused):
    """Arms are sealed with a key that this installation does not have."""

    code = "allocation-key"
    message = (
        "The allocation list cannot be opened: the allocation key of this installation is missing "
        "or another one. Nothing was changed. Call whoever runs the server."
    )
    status = 503


class Tampered(Refused):
    """Something sealed was moved, replaced or altered in the database."""

    code = "allocation-altered"
    message = (
        "The allocation does not agree with the sealed list: somebody altered the database. "
        "Nothing was changed. Call the coordinating centre."
    )
    status = 500


class KnowsAlready(Refused):
    """Whoever may know the arms needs no unblinding."""

    code = "knows-already"
    message = "This person may know the arms here already: no unblinding is needed."


class NotBlinded(Refused):
    """Unblinding is for people who work on this trial blinded."""

    code = "not-for-this-person"
    message = "This person has no blinded role for this participant."
    status = 403
