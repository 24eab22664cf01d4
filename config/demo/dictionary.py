"""A tiny invented dictionary in the layout of MedDRA's files, and the simulated codings.

Not one term or code of MedDRA is in it: those are for whoever has a licence. It calls itself
version 0.1, and every term says that it is invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from accounts.models import User
from config.demo.people import Cast
from safety.coding import selectors
from safety.coding.loading import load_dictionary
from safety.coding.services import code_event
from safety.models import AdverseEvent

VERSION = "0.1"
# Each SOC has one HLGT and one HLT, whose codes lie so far above its own.
HLGT, HLT = 100, 200


@dataclass(frozen=True)
class Invented:
    """SOCs by code; PTs with their SOC; LLTs with their PT and whether they are current."""

    socs: Mapping[int, str] = field(default_factory=dict)
    pts: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    llts: Mapping[int, tuple[str, int, bool]] = field(default_factory=dict)

    def files(self, version: str) -> dict[str, list[str]]:
        """The lines of every file, without the end of line."""
        socs, pts = self.socs.items(), self.pts.items()
        return {
            "soc.asc": [f"{code}${name}$Inv$$$$$$$$" for code, name in socs],
            "hlgt.asc": [f"{code + HLGT}${name}, group$$$$$$$$" for code, name in socs],
            "hlt.asc": [f"{code + HLT}${name}, part$$$$$$$$" for code, name in socs],
            "soc_hlgt.asc": [f"{code}${code + HLGT}$" for code in self.socs],
            "hlgt_hlt.asc": [f"{code + HLGT}${code + HLT}$" for code in self.socs],
            "hlt_pt.asc": [f"{soc + HLT}${code}$" for code, (_, soc) in pts],
            "pt.asc": [f"{code}${name}$${soc}$$$$$$$$" for code, (name, soc) in pts],
            "llt.asc": [
                f"{code}${name}${pt}$$$$$$${'Y' if current else 'N'}$$"
                for code, (name, pt, current) in self.llts.items()
            ],
            "mdhier.asc": [
                f"{code}${soc + HLT}${soc + HLGT}${soc}${name}${self.socs[soc]}, part$"
                f"{self.socs[soc]}, group${self.socs[soc]}$Inv$${soc}$Y$"
                for code, (name, soc) in pts
            ],
            "meddra_release.asc": [f"{version}$English$$$"],
        }

    def write(self, folder: Path, version: str) -> Path:
        """Write the files into a folder."""
        for name, lines in self.files(version).items():
            text = "".join(f"{line}\r\n" for line in lines)
            (folder / name).write_bytes(text.encode())
        return folder


DEMO = Invented(
    socs={
        1: "Invented class: catching things",
        2: "Invented class: head and nerves",
        3: "Invented class: mood",
        4: "Invented class: tumbles",
        5: "Invented class: heart and vessels",
        6: "Invented class: belly",
    },
    pts={
        1001: ("Invented: bladder bug", 1),
        1002: ("Invented: chest bug", 1),
        1003: ("Invented: shaking spell", 2),
        1004: ("Invented: stiff limb", 2),
        1005: ("Invented: brief spell of weakness", 2),
        1006: ("Invented: low spirits", 3),
        1007: ("Invented: tumble", 4),
        1008: ("Invented: cracked wrist", 4),
        1009: ("Invented: blocked leg vein", 5),
        1010: ("Invented: uneven pulse", 5),
        1011: ("Invented: upset belly", 6),
        1012: ("Invented: sore shoulder", 4),
    },
    llts={
        2001: ("Invented: stinging water", 1001, True),
        2002: ("Invented: cough with fever", 1002, True),
        2003: ("Invented: shaking spell", 1003, True),
        2004: ("Invented: stiff arm", 1004, True),
        2005: ("Invented: weak for an hour", 1005, True),
        2006: ("Invented: low spirits", 1006, True),
        2007: ("Invented: tumble with bruise", 1007, True),
        2008: ("Invented: cracked wrist", 1008, True),
        2009: ("Invented: blocked leg vein", 1009, True),
        2010: ("Invented: uneven pulse", 1010, True),
        2011: ("Invented: upset belly", 1011, True),
        2012: ("Invented: sore shoulder", 1012, True),
        2013: ("Invented: melancholy humour", 1006, False),
    },
)
_CHOSEN = {
    "Urinary tract infection": 2001,
    "Pneumonia": 2002,
    "Epileptic seizure": 2003,
    "Spasticity of the arm": 2004,
    "Transient ischaemic attack": 2005,
    "Depressive episode": 2006,
    "Fall with bruising": 2007,
    "Wrist fracture after a fall": 2008,
    "Deep vein thrombosis": 2009,
    "Gastroenteritis": 2011,
    "Shoulder pain, paretic side": 2012,
}


def load_and_code(cast: Cast, at: datetime) -> None:
    """Load it; every event but the last of each term is coded, by whoever reads its words."""
    with TemporaryDirectory() as folder:
        load_dictionary(
            folder=DEMO.write(Path(folder), VERSION), version=VERSION, at=at, account="demo"
        )
    at += timedelta(hours=1)
    _code(selectors.waiting(cast.data_manager), cast.data_manager, at)
    rest = selectors.waiting(cast.safety_desk).filter(category__in=selectors.withheld_categories())
    _code(rest, cast.safety_desk, at)


def _code(events: Iterable[AdverseEvent], actor: User, at: datetime) -> None:
    by_term: dict[str, list[AdverseEvent]] = {}
    for event in events:
        by_term.setdefault(event.term, []).append(event)
    for term, some in by_term.items():
        for event in some[:-1] if term in _CHOSEN else ():
            code_event(event=event, llt=_CHOSEN[term], verbatim=term, seen=0, actor=actor, at=at)
