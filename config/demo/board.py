"""One meeting of the simulated trial's board: its packs, and what it recommended."""

from __future__ import annotations

from datetime import datetime

from config.demo.people import Cast
from exports.packs.making import make_packs
from exports.packs.services import recommend
from safety.dsmb.services import call_meeting


def first_meeting(cast: Cast, *, password: str, at: datetime) -> None:
    """Called, made ready and held on one day, once the trial is committed."""
    meeting = call_meeting(
        held_on=at.date(), cut_off=at.date(), members=[cast.dsmb], chair=cast.dsmb,
        actor=cast.unblinded, at=at,
    )  # fmt: skip
    make_packs(meeting=meeting, actor=cast.unblinded, at=at)
    recommend(
        meeting=meeting, decision="continue",
        text="The board has no concern. It asks for the missing visits to be followed up.",
        password=password, actor=cast.dsmb, at=at,
    )  # fmt: skip
