"""A tiny invented dictionary for the tests, loaded by the command's own service.

Codes and terms are our own. The second version has one of every change there can be.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from accounts.models import User
from config.demo.dictionary import Invented
from safety.coding import selectors
from safety.coding.loading import load_dictionary
from safety.coding.models import Coding, Dictionary
from safety.coding.services import code_event
from safety.models import AdverseEvent
from tests.people import AT

FIRST = Invented(
    socs={1: "Blorb disorders", 2: "Quang disorders"},
    pts={
        101: ("Blorb ache", 1),
        102: ("Blorb rot", 1),
        103: ("Quang fever", 2),
        104: ("Quang itch", 2),
        105: ("Zib wobble", 2),
    },
    llts={
        201: ("Blorb ache", 101, True),
        202: ("Ache of the left blorb", 101, True),
        203: ("Blorb rot", 102, True),
        204: ("Quang fever", 103, True),
        205: ("Quang fever, old word", 103, False),
        206: ("Quang itch", 104, True),
        207: ("Zib wobble", 105, True),
        208: ("Slight zib wobble", 105, True),
    },
)
# 202 is no longer current, 203 gone, 204 under another PT, PT 104 renamed, PT 105 in another SOC;
# 201 stays as it is.
SECOND = replace(
    FIRST,
    pts={**FIRST.pts, 104: ("Itch of the quang", 2), 105: ("Zib wobble", 1)},
    llts={
        **{code: one for code, one in FIRST.llts.items() if code != 203},
        202: ("Ache of the left blorb", 101, False),
        204: ("Quang fever", 104, True),
    },
)


def load(book: Invented = FIRST, version: str = "1.0", **given: Any) -> Dictionary:
    """Written into a folder and loaded."""
    with TemporaryDirectory() as folder:
        written = book.write(Path(folder), version)
        return load_dictionary(folder=written, version=version, at=AT, account="tests", **given)


def coded(
    event: AdverseEvent, llt: int, actor: User, *, at: datetime = AT, reason: str = ""
) -> Coding:
    """Coded by somebody who saw it as it is."""
    event.refresh_from_db()
    newest = selectors.newest_coding(event)
    return code_event(
        event=event, llt=llt, verbatim=event.term, seen=newest.number if newest else 0,
        actor=actor, at=at, reason=reason,
    )  # fmt: skip
