"""What the pages say about the list, the randomization and its result."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from math import ceil

from django.urls import reverse

from accounts.models import User
from audit.errors import Refused
from randomization import schemes, selectors, services
from randomization.balance import Balance
from randomization.errors import NoList
from randomization.facts import Fact, last_infusion_day, reason_words
from randomization.models import Infusion, NotTreated
from randomization.strips import Strip, strip
from trial import access, protocol
from trial import selectors as trial_selectors
from trial.access import Permission
from trial.clock import day_at
from trial.curves import BOTTOM, TOP, Figure, Tick, curve
from trial.models import Participant
from trial.templatetags.hermes import day

RANDOMIZE_TRUTHS = (
    "The participant has an allocation that nobody can change or take back.",
    "The visits of the allocated arm are planned.",
    "Those who may know the arm can see it; the others see only that it happened.",
)
SEAL_TRUTHS = (
    "The list is made and in use. It cannot be changed, and there is no second one.",
    "Everybody sees its commitment; nobody sees a place before its turn.",
    "Your name and the time stand in the trail.",
)

FILE_COLUMNS: tuple[Fact, ...] = (
    ("First line", "the names of the columns: stratum, position, arm; block and block_size too"),
    ("Each other line", "one place; positions and blocks count from 1 in each stratum"),
    ("Separator", "comma, semicolon or tab; text in UTF-8"),
)


def list_crumbs() -> list[tuple[str, str]]:
    """The way back from a page about the list."""
    return [("Allocation list", reverse("allocation-list"))]


# More points than these hide the line; every so many of them tell the same.
_POINTS = 60


def path_figures(balance: Balance) -> list[Figure]:
    """Per arm, how far above or below its share it was after each allocation."""
    every = -(-len(balance.path) // _POINTS) or 1
    kept = [
        (number, offs)
        for number, offs in enumerate(balance.path, 1)
        if number % every == 0 or number == len(balance.path)
    ]
    reach = ceil(max((abs(off) for offs in balance.path for off in offs), default=0)) or 1
    drawn = [
        curve(
            name=f"arm-{place}",
            title=label,
            points=[(str(number), round(offs[place], 1)) for number, offs in kept],
            minimum=-reach,
            maximum=reach,
            across="Allocation",
        )
        for place, label in enumerate(balance.arms)
    ]
    even = Tick((TOP + BOTTOM) / 2, "0")
    # The last value has a sign and a decimal: it needs more room than a score.
    return [
        replace(figure, width=figure.width + 14, ticks=(*figure.ticks, even)) for figure in drawn
    ]


def wait_figures(balance: Balance) -> list[Strip]:
    """From the first consent to the randomization, and from there to the infusion."""
    drawn = [
        strip(name="consent", title="Consent to randomization", days=balance.to_randomization),
        strip(name="infusion", title="Randomization to infusion", days=balance.to_infusion),
    ]
    return [figure for figure in drawn if figure is not None]


REVEAL_TRUTHS = (
    "List, seed and salt are in the open. Everybody who can sign in can download them.",
    "Whoever knows the order of the participants can work out arms from them, blinded or not.",
    "Anybody can check that the list is the one committed to before the first participant.",
    "Nobody can be randomized any more.",
    "Your name, the time and your reason stand in the trail.",
)


def crumbs(participant: Participant, *, treatment: bool = False) -> list[tuple[str, str]]:
    """The way back from a page of this participant."""
    found = [
        ("Participants", reverse("participants")),
        (participant.code, reverse("participant", args=(participant.code,))),
    ]
    if treatment:
        found.append(("Treatment", reverse("treatment", args=(participant.code,))))
    return found


def facts_before(participant: Participant) -> list[Fact]:
    """What the system holds about a participant who is about to be randomized."""
    plan = protocol.current()
    now = trial_selectors.eligibility_of(participant)
    consent = participant.consents.last()
    met = sum(answer == criterion.wanted for criterion, answer, _ in now.criteria)
    signature = trial_selectors.eligibility_signature(participant, now)
    found: list[Fact] = [
        ("Consent", f"version {consent.version}, {day(consent.consented_on)}" if consent else None),
        ("Criteria met", f"{met} of {len(now.criteria)}"),
        (
            "Eligibility signed",
            f"{signature.signed_by}, {day(day_at(signature.signed_at, participant.site))}"
            if signature
            else None,
        ),
        ("Age at consent", None if now.facts.age is None else f"{now.facts.age} years"),
        (
            f"{plan.index_event.capitalize()} to consent",
            None if now.facts.days_from_index is None else f"{now.facts.days_from_index} days",
        ),
    ]
    for outcome in plan.outcomes:
        if outcome.baseline_visit == plan.baseline.code:
            found.append((outcome.label, now.facts.scores.get(f"{outcome.form}.{outcome.column}")))
    for factor in plan.factors:
        level = factor.read(now.facts)
        found.append((factor.label, dict(factor.levels).get(level or "")))
    return found


def randomization(participant: Participant, user: User, at: datetime) -> dict[str, object]:
    """Where the randomization stands: its result in words, or what it still waits for.

    The arm is in the words only for somebody who may know it.
    """
    may_know = access.may_know_arms(user, site=participant.site)
    done = participant.randomized_on is not None
    words = "Allocated. Those who may know the arm can see it now."
    if done and may_know:
        arm = protocol.current().arm(selectors.allocated_arm(participant, user) or "")
        words = f"Allocated to: {arm.label}"
    return {
        "result": words if done else "",
        "against": [] if done else _reasons_against(participant, at),
        "may_know": may_know,
        "truths": RANDOMIZE_TRUTHS,
    }


def _reasons_against(participant: Participant, at: datetime) -> list[Refused]:
    found: list[Refused] = [*services.reasons_against(participant, at)]
    if selectors.sealed_list() is None:
        found.append(NoList())
    return found


def scheme_facts() -> list[Fact]:
    """What a list of this protocol is made from; for whoever makes it."""
    plan = protocol.current()
    return [
        ("Arms", ", ".join(f"{arm.label} ({arm.ratio})" for arm in plan.arms)),
        ("Scheme", plan.allocation.words),
        ("Algorithm", schemes.algorithm_of(plan.allocation)),
        ("Strata", ", ".join(plan.strata())),
        ("Purpose", services.purpose_here()),
    ]


def box(participant: Participant, user: User) -> dict[str, object]:
    """The allocation and treatment box of the participant page; empty for the blinded."""
    if not access.may_know_arms(user, site=participant.site):
        return {}
    allocated = selectors.allocated_arm(participant, user)
    if allocated is None:
        may = access.may(user, Permission.RANDOMIZE, site=participant.site)
        return {"participant": participant, "may_randomize": may}
    arm = protocol.current().arm(allocated)
    facts: list[Fact] = [("Allocated to", arm.label), ("On", day(participant.randomized_on))]
    if arm.product:
        facts.append(("Treatment", _received_words(participant)))
    return {"participant": participant, "facts": facts}


def _received_words(participant: Participant) -> str:
    infusion = Infusion.objects.filter(participant=participant).first()
    if infusion is not None:
        return f"{infusion.cells_millions} × 10⁶ cells, {day(infusion.infused_on)}"
    not_treated = NotTreated.objects.filter(participant=participant).first()
    if not_treated is not None:
        return f"none: {reason_words(not_treated.reason)}"
    return f"not yet, last day {day(last_infusion_day(participant))}"
