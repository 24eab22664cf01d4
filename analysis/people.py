"""The participants of a cut, one fact-sheet each: who, when, allocated to what, given what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.columns import dates, flags, numbers, partial_dates, texts
from analysis.cut import Cut
from analysis.errors import CutRefused
from analysis.labels import labelled

DAYS_PER_YEAR = 365.25
DAYS = ("index_on", "consented_on", "randomized_on", "withdrawn_on", "lost_on")


@dataclass(frozen=True)
class Participant:
    """One consented participant. Dates are calendar dates; `arm` and `received` are arm codes.

    A death known to the month or the year has its first possible day in `died_on` and its last
    in `died_by`: time under observation ends at the first, a grade of death needs the last.

    Allocated arm, received treatment and reason not treated are three separate facts; in a
    blinded cut all three are None.
    """

    code: str
    site: str
    sex: str
    stratum: str
    age: float | None
    eligible: bool | None
    randomized: bool
    index_on: date | None
    consented_on: date | None
    randomized_on: date | None
    died_on: date | None
    died_by: date | None
    withdrawn_on: date | None
    lost_on: date | None
    arm: str | None = None
    received: str | None = None
    infused_on: date | None = None
    reason_not_treated: str | None = None

    def observed_days(self, as_of: date, horizon_days: int) -> int:
        """Days under observation from inclusion, at most `horizon_days`.

        Observation ends at death, withdrawal, loss to follow-up, the cut, or the horizon,
        whichever comes first.
        """
        if self.consented_on is None:
            return 0
        ends = [as_of, self.consented_on + timedelta(days=horizon_days)]
        ends += [day for day in (self.died_on, self.withdrawn_on, self.lost_on) if day is not None]
        return max(0, (min(ends) - self.consented_on).days)


@dataclass(frozen=True)
class Treatment:
    """What one participant was given, and why not where the cells were not given."""

    received: str | None
    infused_on: date | None
    reason_not_treated: str | None


UNTOLD = Treatment(None, None, None)
"""The treatment of a participant the cut says nothing of, as every one in a blinded cut."""


def read_people(cut: Cut) -> tuple[Participant, ...]:
    """All consented participants of the cut in order of their code.

    Raises:
        CutRefused: a participant twice, an unknown arm, an arm without a participant, or a cell
            that does not parse.
    """
    frame = cut.table("participants.csv", "participant", "site", "sex", "stratum", "randomized")
    codes = texts(frame, "participant")
    _refuse_repeats("participants.csv", codes)
    if cut.manifest.blinded:
        return _ordered(_participants(cut, {}, {}))
    arms = _allocations(cut)
    treatments = _treatments(cut)
    for name, known in (("allocation.csv", arms), ("treatment.csv", treatments)):
        strangers = sorted(set(known) - set(codes))
        if strangers:
            raise CutRefused(f"{name} names {', '.join(strangers)}, not in participants.csv.")
    return _ordered(_participants(cut, arms, treatments))


def _ordered(people: Iterable[Participant]) -> tuple[Participant, ...]:
    return tuple(sorted(people, key=lambda person: person.code))


def _participants(
    cut: Cut, arms: Mapping[str, str], treatments: Mapping[str, Treatment]
) -> Iterator[Participant]:
    frame = cut.table("participants.csv", "site", "age_at_consent", "eligible", "died_on", *DAYS)
    moments = {column: dates(frame, column) for column in DAYS}
    deaths, sites = partial_dates(frame, "died_on"), texts(frame, "site")
    ages, eligible = numbers(frame, "age_at_consent"), flags(frame, "eligible")
    randomized = flags(frame, "randomized")
    sexes = labelled(cut, "participants.csv", "sex")
    strata = labelled(cut, "participants.csv", "stratum")
    for row, code in enumerate(texts(frame, "participant")):
        given, death = treatments.get(code, UNTOLD), deaths[row]
        yield Participant(
            code=code,
            site=sites[row],
            sex=sexes[row],
            stratum=strata[row],
            age=ages[row],
            eligible=eligible[row],
            randomized=bool(randomized[row]),
            **{column: moments[column][row] for column in DAYS},
            died_on=death.earliest if death else None,
            died_by=death.latest if death else None,
            arm=arms.get(code),
            received=given.received,
            infused_on=given.infused_on,
            reason_not_treated=given.reason_not_treated,
        )


def _allocations(cut: Cut) -> dict[str, str]:
    frame = cut.table("allocation.csv", "participant", "arm")
    codes, arms = texts(frame, "participant"), texts(frame, "arm")
    _refuse_repeats("allocation.csv", codes)
    _refuse_unknown_arms(cut, "allocation.csv", arms)
    return dict(zip(codes, arms, strict=True))


def _treatments(cut: Cut) -> dict[str, Treatment]:
    columns = ("participant", "received", "infused_on", "reason_not_treated")
    frame = cut.table("treatment.csv", *columns)
    codes, received = texts(frame, "participant"), texts(frame, "received")
    _refuse_repeats("treatment.csv", codes)
    _refuse_unknown_arms(cut, "treatment.csv", received)
    rows = zip(
        received,
        dates(frame, "infused_on"),
        labelled(cut, "treatment.csv", "reason_not_treated"),
        strict=True,
    )
    return dict(zip(codes, (Treatment(*row) for row in rows), strict=True))


def _refuse_repeats(name: str, codes: list[str]) -> None:
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise CutRefused(f"{name} holds {', '.join(repeated)} more than once.")


def _refuse_unknown_arms(cut: Cut, name: str, arms: list[str]) -> None:
    unknown = sorted(set(arms) - {arm.code for arm in cut.manifest.protocol.arms})
    if unknown:
        raise CutRefused(f"{name} names an arm the protocol does not have: {', '.join(unknown)}.")
