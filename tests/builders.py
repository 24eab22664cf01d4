"""Short ways to a participant in a known state, through the services a person uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from outcomes.scales import INSTRUMENTS
from outcomes.scales.items import Choice, DateItem, Item, Number, Question, YesNo
from tests.people import AT, PASSWORD, People
from trial import services
from trial.models import Participant, Record, Site, Visit
from trial.protocol import current
from trial.selectors import eligibility_digest

CONSENTED_ON = date(2026, 2, 2)
INDEX_ON = date(2026, 1, 25)


def enrolled(
    people: People,
    *,
    site: Site | None = None,
    at: datetime = AT,
    sex: str = "F",
    year_of_birth: int = 1960,
    index_on: date = INDEX_ON,
) -> Participant:
    """A participant who consented eight days after the index event."""
    place = site or people.grenoble
    actor = people.carl if place == people.lyon else people.ines
    consented = index_on + timedelta(days=8)
    entry = services.log_screening(
        site=place,
        screened_on=consented,
        sex=sex,
        year_of_birth=year_of_birth,
        index_on=index_on,
        actor=actor,
        at=at,
    )
    return services.enrol(
        entry=entry,
        version=current().consents[-1].code,
        given_by="participant",
        consented_on=consented,
        actor=actor,
        at=at,
    )


def visit_of(participant: Participant, code: str) -> Visit:
    """The participant's visit with this code."""
    return participant.visits.get(code=code, occurrence=1)


def lowest_answers(form: str, day: date = CONSENTED_ON, **given: Any) -> dict[str, Any]:
    """The lowest usual answer of every item the form asks for, then ``given``."""
    instrument = INSTRUMENTS[form]
    answers: dict[str, Any] = {column.name: None for column in instrument.columns()}
    for item in instrument.items:
        if instrument.asked(item, answers):
            answers[item.name] = _lowest(item, day)
    return {**answers, **given}


def _lowest(item: Question, day: date) -> Any:
    if isinstance(item, Item):
        return item.points[0]
    if isinstance(item, Choice):
        return item.options[0].value
    if isinstance(item, Number):
        lowest = item.minimum if item.usual_minimum is None else item.usual_minimum
        return Decimal(lowest) if item.decimals else int(lowest)
    if isinstance(item, YesNo):
        return False
    return day if isinstance(item, DateItem) else "stated"


NIHSS_12: Mapping[str, Any] = {
    "arm_left": 4,
    "leg_left": 4,
    "face": 2,
    "sensory": 1,
    "dysarthria": 1,
}


def saved(
    participant: Participant,
    visit: str,
    form: str,
    people: People,
    *,
    at: datetime = AT,
    complete: bool = True,
    **given: Any,
) -> Record:
    """A record saved by the study nurse on the day of the consent or the planned day."""
    place = visit_of(participant, visit)
    day = max(INDEX_ON + timedelta(days=8), min(place.planned_on, at.date()))
    actor = people.carl if participant.site == people.lyon else people.nils
    return services.save_record(
        visit=place,
        form=form,
        answers=lowest_answers(form, **given),
        assessed_on=day,
        version=0,
        complete=complete,
        actor=actor,
        at=at,
    )


def eligible(people: People, *, site: Site | None = None, at: datetime = AT) -> Participant:
    """An enrolled participant whose eligibility is answered and signed."""
    participant = enrolled(people, site=site, at=at)
    actor = people.carl if participant.site == people.lyon else people.ines
    saved(participant, "V0", "nihss", people, at=at, **NIHSS_12)
    saved(participant, "V0", "demographics", people, at=at, prestroke_mrs=0)
    services.answer_criteria(
        participant=participant,
        answers={
            criterion.code: criterion.wanted
            for criterion in current().criteria
            if criterion.computed is None
        },
        actor=actor,
        at=at,
    )
    services.sign_eligibility(
        participant=participant,
        password=PASSWORD,
        seen=eligibility_digest(participant),
        actor=actor,
        at=at,
    )
    return participant
