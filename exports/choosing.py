"""What may be asked of a cut: its formats, forms, people and last day, and whether it is final."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from audit.errors import Refused
from exports import catalogue
from exports.errors import FinalOnce, FinalWhole, NotLocked
from exports.formats import registry
from exports.models import DataCut
from trial import locks
from trial.clock import day_at
from trial.models import Site


@dataclass(frozen=True)
class Choice:
    """What a cut holds: codes of ``forms`` and ``sites``, none for all; whose data; up to which
    day, at each site, if not the instant of the cut. A ``final`` one is that of the locked trial.
    """

    forms: Sequence[str] = ()
    population: str = DataCut.CONSENTED
    sites: Sequence[str] = ()
    cut_off: date | None = None
    final: bool = False


WHOLE = Choice()


def formats(asked: Sequence[str]) -> list[str]:
    """Each of them once, in the registry's order.

    Raises:
        Refused: nobody writes one of them.
    """
    known = [one.code for one in registry.FORMATS]
    return _among(known, asked, "format", "formats")


def chosen(choice: Choice, *, blinded: bool, at: datetime) -> dict[str, Any]:
    """The fields of a cut that hold it.

    Raises:
        Refused: a form or a site nobody knows, a population there is not, a day yet to come.
        NotLocked, FinalWhole, FinalOnce: a final cut there cannot be.
    """
    forms = _among([spec.code for spec in catalogue.forms(blinded=blinded)], choice.forms,
                   "form", "forms")  # fmt: skip
    sites = list(Site.objects.order_by("code"))
    codes = _among([site.code for site in sites], choice.sites, "site", "sites")
    if choice.population not in dict(DataCut.POPULATIONS):
        raise _unknown("population", "population")
    day = choice.cut_off
    # What happens later today is in the cut or not, depending on when it is made.
    if day is not None and any(day >= day_at(at, site) for site in sites):
        raise Refused(
            "The last day must be over at every site: choose one before today.",
            code="day-not-over",
            status=422,
            field="cut_off",
        )
    found = {"forms": forms, "population": choice.population, "sites": codes, "cut_off": day}
    return {**found, "lock": _lock(found, blinded=blinded) if choice.final else None}


def _lock(found: dict[str, Any], *, blinded: bool) -> Any:
    """The lock of the trial that a final cut belongs to."""
    if found != {"forms": [], "population": DataCut.CONSENTED, "sites": [], "cut_off": None}:
        raise FinalWhole(field="final")
    lock = locks.covering()
    if lock is None:
        raise NotLocked(field="final")
    ended = {DataCut.FAILED, DataCut.CANCELLED}
    if DataCut.objects.filter(lock=lock, blinded=blinded).exclude(status__in=ended).exists():
        raise FinalOnce(field="final")
    return lock


def _among(known: Sequence[str], asked: Sequence[str], what: str, field: str) -> list[str]:
    """What is asked for, each once, in the order known; all of several is none left out."""
    if set(asked) - set(known):
        raise _unknown(what, field)
    return [code for code in known if code in asked]


def _unknown(what: str, field: str) -> Refused:
    return Refused(
        f"Choose among the {what}s that are offered.",
        code=f"unknown-{what}",
        status=422,
        field=field,
    )
