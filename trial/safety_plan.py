"""How a protocol says that safety is reported. Pure; the limits are in ``safety.clocks``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# What ``safety.clocks.REGIMES`` and ``safety.grading.GRADINGS`` know.
REGIMES = frozenset({"eu_ctr", "fr_jarde", "other"})
GRADINGS = frozenset({"three", "ctcae5", "ctcae6"})


@dataclass(frozen=True)
class SafetyPlan:
    """The sponsor's decisions about safety reporting.

    Attributes:
        regime: whose limits hold: ``eu_ctr`` (Regulation (EU) 536/2014), ``fr_jarde`` (French
            interventional research under the Jardé law) or ``other`` (ICH E2A alone).
        grading: how an event is graded: ``three`` (mild, moderate, severe), ``ctcae5`` or
            ``ctcae6`` (CTCAE 5.0 or 6.0). An event keeps the scale it was reported with.
        zone: the time zone in which the sponsor counts calendar days.
        product: what a report calls the suspect product; empty for a trial without one.
        indication: what it is given for.
        route: how it is given.
        manufacturer: name and address of the sponsor or manufacturer, as reports name them.
        sender: the organization that sends reports to the authority.
        sender_id: its identifier, agreed with the receiver, without a dash; empty where no
            electronic report is made.
        receiver_id: the receiver's identifier.
        language: in which the sites write, as ISO 639-2 says it.
        duplicate_days: two like events that begin within so many days may be one.
        ours: whether these are this product's defaults, not the protocol's.
    """

    regime: str = "eu_ctr"
    grading: str = "three"
    zone: str = "Europe/Paris"
    product: str = ""
    indication: str = ""
    route: str = ""
    manufacturer: str = ""
    sender: str = ""
    sender_id: str = ""
    receiver_id: str = ""
    language: str = "eng"
    duplicate_days: int = 7
    ours: bool = True

    def objections(self) -> Iterator[str]:
        """What is wrong with it, as sentences."""
        if self.regime not in REGIMES:
            yield f"The regime of safety reporting is unknown: {self.regime}."
        if self.grading not in GRADINGS:
            yield f"The grading of adverse events is unknown: {self.grading}."
        if self.duplicate_days < 0:
            yield "Like events are asked about within so many days, or on the same day."
        if "-" in self.sender_id:
            yield "The sender's identifier has no dash: one divides the parts of a case's number."
        if len({bool(self.sender), bool(self.sender_id), bool(self.receiver_id)}) > 1:
            yield "Electronic reports need the sender, its identifier and the receiver's."
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            yield f"The time zone of safety reporting is unknown: {self.zone}."
