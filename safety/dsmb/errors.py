"""What the board's services refuse."""

from __future__ import annotations

from audit.errors import Refused


class WrongBoard(Refused):
    """The members called are not a board, or its chair is not of them."""

    code = "wrong-board"
    status = 422


class NotMember(Refused):
    """The person holds the role but was not called to this meeting."""

    code = "not-member"
    message = "You are not called to this meeting."
    status = 403
