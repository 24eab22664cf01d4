"""Where the treatment left the protocol: batches out of specification, infusions outside limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from randomization.models import Infusion, Release
from trial import access, protocol
from trial.access import Permission
from trial.models import Participant


@dataclass(frozen=True)
class Departure:
    """One departure from the protocol: whose, what, why, and when. It tells an arm."""

    participant: Participant
    what: str
    reason: str
    on: date


def outside_limits(infusion: Infusion) -> list[tuple[str, str]]:
    """The limits an infusion did not keep: the field and a sentence for each."""
    plan = protocol.current().product
    if plan is None:
        return []
    last = infusion.participant.index_on + timedelta(days=plan.latest_day)
    found = []
    if infusion.infused_on > last:
        event = protocol.current().index_event
        words = f"The protocol's last day for the infusion was {last:%-d %b %Y}, day"
        found.append(("infused_on", f"{words} {plan.latest_day} after the {event}."))
    if infusion.volume_ml > plan.maximum_volume_ml:
        found.append(("volume_ml", f"The protocol allows {plan.maximum_volume_ml} mL at most."))
    if infusion.viability_percent < plan.minimum_viability_percent:
        least = plan.minimum_viability_percent
        found.append(
            ("viability_percent", f"The protocol asks for a viability of {least} % or more.")
        )
    return found


def departures(user: User) -> list[Departure]:
    """Every departure at the sites where this person may know arms; nothing for anybody else."""
    if not access.may(user, Permission.KNOW_ARMS):
        return []
    return [*_releases(user), *_infusions(user)]


def _releases(user: User) -> Iterator[Departure]:
    rows = Release.objects.filter(
        out_of_specification=True,
        product__aspiration__participant__site__in=access.sites_of(user, Permission.KNOW_ARMS),
    )
    for row in rows.select_related("product__aspiration__participant__site"):
        participant = row.product.aspiration.participant
        what = f"batch {row.product.batch} released out of specification"
        yield Departure(participant, what, row.justification, row.decided_on)


def _infusions(user: User) -> Iterator[Departure]:
    rows = Infusion.objects.filter(
        participant__site__in=access.sites_of(user, Permission.KNOW_ARMS)
    ).exclude(justification="")
    for row in rows.select_related("participant__site"):
        words = " ".join(sentence for _, sentence in outside_limits(row))
        what = f"infusion outside the limits: {words}"
        yield Departure(row.participant, what, row.justification, row.infused_on)
