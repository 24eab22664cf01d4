"""A small trial that has a bit of everything a cut must hold, made through the services."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from exports import services as exports
from exports.models import DataCut
from exports.selectors import files_of
from tests.builders import CONSENTED_ON, enrolled, saved, visit_of
from tests.people import AT, People
from tests.randomization.builders import LATER, infused, ready
from tests.safety.reports import reported
from trial import services
from trial.models import Participant, Visit

# What a spreadsheet would compute, and what only looks as if it had been guarded already.
FORMULAS = ("=1+1", "'=1+1")
LAST_CONTACT = date(2026, 3, 1)


@dataclass(frozen=True)
class Trial:
    """The participants by what they are there for."""

    infused: Participant
    lost: Participant
    elsewhere: Participant
    hidden: Visit


def make_trial(people: People) -> Trial:
    """One allocated to cells and infused, one lost to follow-up, one in Lyon, one not entered."""
    treated, product = ready(people)
    hidden = visit_of(treated, "BMA")
    saved(treated, "BMA", "vitals", people, at=LATER, systolic=140, diastolic=80)
    infused(treated, product, people)
    for term in FORMULAS:
        reported(people, treated, term=term, category="infection", onset="2026-03", at=LATER)
    lost = enrolled(people, sex="M", year_of_birth=1970)
    services.mark_not_done(
        visit=visit_of(lost, "V0"), form="mrs", not_done_reason="-no time, \"rushed\"",
        version=0, actor=people.nils, at=AT,
    )  # fmt: skip
    services.record_loss(
        participant=lost, last_contact_on=LAST_CONTACT, attempts="Called three times",
        actor=people.nils, at=AT,
    )  # fmt: skip
    elsewhere = enrolled(people, site=people.lyon)
    entry = services.log_screening(
        site=people.grenoble, screened_on=CONSENTED_ON, sex="F", year_of_birth=1930,
        index_on=CONSENTED_ON, actor=people.nils, at=AT,
    )  # fmt: skip
    services.close_screening(
        entry=entry, outcome="not_eligible", reason="age", note="", actor=people.nils, at=AT
    )
    return Trial(treated, lost, elsewhere, hidden)


def frozen(
    people: People, *, blinded: bool = True, purpose: str = "a test", formats: Sequence[str] = ()
) -> DataCut:
    """A finished cut: a blinded one made by Stan, an unblinded one by Uma."""
    actor = people.stan if blinded else people.uma
    return exports.freeze_cut(purpose=purpose, blinded=blinded, formats=formats, actor=actor, at=AT)


def folder_of(cut: DataCut) -> Path:
    """Where its files are."""
    return Path(settings.CUTS_DIR) / cut.folder


def contents(cut: DataCut) -> Mapping[str, bytes]:
    """Every file of a cut."""
    folder = folder_of(cut)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def table(cut: DataCut, name: str) -> list[dict[str, str]]:
    """The rows of one file, cells as they stand in it."""
    text = (folder_of(cut) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def names(cut: DataCut) -> list[str]:
    """The names of a cut's files as the product lists them."""
    return [file.name for file in files_of(cut)]
