"""Who reads which guess, and how well the blind holds."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from randomization import selectors
from randomization.blinding_indices import CANNOT_TELL, Bang, bang, james
from randomization.guesses.forms import arms
from randomization.models import ArmGuess
from trial import access, protocol
from trial.access import Permission
from trial.margin import Look, Margin
from trial.models import Record
from trial.registry import form as form_of


@dataclass(frozen=True)
class Line:
    """Bang's index of one arm, in words."""

    arm: str
    found: Bang


def may_guess(user: User, record: Record) -> bool:
    """Whether this person made the assessment, blinded."""
    site = record.participant.site
    return (
        record.status == "complete"
        and record.assessed_by_id == user.pk
        and access.may(user, Permission.ENTER_OUTCOMES, site=site)
        and not access.may_know_arms(user, site=site)
    )


def guess_of(record: Record) -> ArmGuess | None:
    """The guess beside a record."""
    return ArmGuess.objects.filter(record=record).select_related("guessed_by").first()


def page(record: Record) -> dict[str, object]:
    """The page on which it is guessed."""
    visit, code = record.visit, record.participant.code
    address = reverse("record", args=[code, visit.code, visit.occurrence, record.form])
    title = f"{form_of(record.form).short}, {visit}"
    return {
        "record": record,
        "back": address,
        "title": title,
        "crumbs": [(code, reverse("participant", args=[code])), (title, address)],
    }


def panel(look: Look, record: Record) -> str:
    """Below a record: the guess, for those who may know the arms; its page, for the guesser."""
    own = may_guess(look.user, record)
    knows = access.may_know_arms(look.user, site=record.participant.site)
    found = guess_of(record) if own or knows else None
    if not own and found is None:
        return ""
    context = {
        "found": found,
        "words": dict(arms()).get(found.guess, found.guess) if found else "",
        "own": own,
        "record": record,
    }
    return render_to_string("randomization/guesses/panel.html", context)


def indices(user: User) -> dict[str, object]:
    """Each participant's latest guess against the arm; for whoever may know every arm.

    Raises:
        NotDelegated: this person may know no arm.
    """
    arm_of = {row.participant: row.arm for row in selectors.allocation_rows(user)}
    latest: dict[str, str] = {}
    rows = ArmGuess.objects.order_by("guessed_at", "pk")
    for code, guess in rows.values_list("record__participant__code", "guess"):
        latest[code] = guess
    pairs = [(arm_of[code], guess) for code, guess in latest.items() if code in arm_of]
    plan = protocol.current()
    found = bang(pairs, [arm.code for arm in plan.arms])
    return {
        "lines": [Line(plan.arm(one.arm).label, one) for one in found],
        "james": james(pairs),
        "guesses": len(pairs),
        "unsure": sum(guess == CANNOT_TELL for _, guess in pairs),
    }


MARGIN = Margin(panel=panel)
