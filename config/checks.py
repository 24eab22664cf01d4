"""Start-up checks: the protocol must make sense before anything runs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from config.permissions import ROUTES, unknown_routes
from randomization.sealing import BadKeyError, MasterKey
from trial import eligibility, protocol, registry
from trial.conditions import Between


def install() -> None:
    """Register the checks with Django's check framework."""
    register(check_protocol)
    register(check_criteria)
    register(check_verification)
    register(check_routes)
    register(check_allocation_key)
    register(check_mail)


def check_protocol(**_kwargs: Any) -> list[CheckMessage]:
    """Every form the protocol asks for is a form the product has."""
    plan = protocol.current()
    return [
        Error(f"The protocol {plan.code} asks for an unknown form: {code}", id="hermes.E001")
        for code in sorted(plan.form_codes() - set(registry.codes()))
    ]


def check_criteria(**_kwargs: Any) -> list[CheckMessage]:
    """What a criterion is computed from is a whole number that its form holds."""
    plan = protocol.current()
    return [
        Error(
            f"The protocol {plan.code} computes criterion {one.code} from {one.computed.fact},"
            " which is no whole number of a form.",
            id="hermes.E006",
        )
        for one in plan.criteria
        if isinstance(one.computed, Between)
        and one.computed.form is not None
        and eligibility.whole_number(one.computed) is None
    ]


def check_verification(**_kwargs: Any) -> list[CheckMessage]:
    """Every critical item is an item of its form."""
    plan = protocol.current()
    known = {spec.code: {*spec.columns, protocol.EVERY_ITEM} for spec in registry.forms()}
    return [
        Error(f"The protocol {plan.code} names an unknown item: {form}.{item}", id="hermes.E003")
        for form, items in plan.sdv.critical.items()
        for item in items
        if item not in known.get(form, set())
    ]


def check_routes(**_kwargs: Any) -> list[CheckMessage]:
    """Every URL is in the permission table, and the table names no URL that is gone."""
    return [
        Error(f"Permission table and URLs disagree: {name}", id="hermes.E002")
        for name in unknown_routes(ROUTES)
    ]


def check_allocation_key(**_kwargs: Any) -> list[CheckMessage]:
    """There is a key to seal arms with; in production nothing runs without."""
    try:
        MasterKey.read(settings.ALLOCATION_KEY)
    except BadKeyError as error:
        hint = (
            "Set HERMES_ALLOCATION_KEY_FILE to a file that `manage.py allocation_key new FILE` "
            "made; keep a copy apart from the database: docs/runbook.md, The allocation key."
        )
        return [Error(f"HERMES_ALLOCATION_KEY: {error}", hint=hint, id="hermes.E004")]
    return []


def check_mail(**_kwargs: Any) -> list[CheckMessage]:
    """In production alerts leave the machine: there is a mail server to hand them to."""
    if settings.MAIL_HOST or settings.HERMES_ENVIRONMENT != "production":
        return []
    hint = "Set HERMES_MAIL_HOST and HERMES_MAIL_FROM: docs/runbook.md, Alerts."
    return [Error("HERMES_MAIL_HOST: alerts would reach nobody.", hint=hint, id="hermes.E005")]
