"""What the packs take from the protocol, and the letters of the masked arms."""

from __future__ import annotations

import hashlib
import hmac

from exports.packs.figures.facts import Setting
from randomization import vault
from trial import protocol, registry

_LETTERS = "ABCDEFGHIJ"


def setting(commitment: str) -> Setting:
    """The protocol of this deployment as the packs read it.

    Raises:
        KeyMissing: the key of the list is not here.
    """
    plan = protocol.current()
    return Setting(
        hidden_visits=frozenset(visit.code for visit in plan.visits if visit.reveals_arm),
        revealing=plan.revealing_categories,
        forms={
            visit.code: tuple(form.form for form in visit.forms if form.required)
            for visit in plan.visits
            if not visit.reveals_arm and not visit.repeatable
        },
        rules=plan.stopping,
        special=frozenset(code for rule in plan.stopping for code in rule.categories),
        masks=masks(commitment),
        titles={code: registry.form(code).title for code in plan.form_codes()},
        months=None if plan.enrolment is None else plan.enrolment.months,
        ours=plan.enrolment is not None and plan.enrolment.ours,
        laboratory=plan.laboratory,
    )


def masks(commitment: str) -> dict[str, str]:
    """The letter of each arm: the same in every pack of the trial, known to nobody without the key.

    Raises:
        KeyMissing: the key of the list is not here.
    """
    key = vault.purpose_key(commitment, "masks")
    arms = [arm.code for arm in protocol.current().arms]
    drawn = sorted(arms, key=lambda code: hmac.new(key, code.encode(), hashlib.sha256).digest())
    return dict(zip(drawn, _LETTERS, strict=False))
