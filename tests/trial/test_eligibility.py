"""Eligibility: computed criteria, typed ones, and the investigator's signature."""

from __future__ import annotations

import pytest

from tests.builders import NIHSS_12, eligible, enrolled, saved
from tests.people import AT, PASSWORD, People
from trial import selectors, services
from trial.access import NotDelegated
from trial.errors import ReasonRequired, WrongPassword, WrongState
from trial.models import CriterionAnswer, Participant
from trial.protocol import current


def typed() -> dict[str, bool]:
    """The answers an eligible person has to the criteria the system cannot compute."""
    return {
        criterion.code: criterion.wanted
        for criterion in current().criteria
        if criterion.computed is None
    }


def answer(participant: Participant, people: People, **given: bool) -> list[CriterionAnswer]:
    """Save the typed answers."""
    return services.answer_criteria(
        participant=participant, answers={**typed(), **given}, actor=people.nils, at=AT
    )


@pytest.mark.requirement("R-005")
def test_age_and_days_from_onset_are_computed(people: People) -> None:
    facts = selectors.facts_of(enrolled(people))
    assert (facts.age, facts.days_from_index) == (66, 8)


@pytest.mark.requirement("R-005")
@pytest.mark.parametrize(
    ("year_of_birth", "met"), [(2009, False), (2008, True), (1956, True), (1955, False)]
)
def test_the_age_limits_are_18_and_70(people: People, year_of_birth: int, met: bool) -> None:
    participant = enrolled(people, year_of_birth=year_of_birth)
    now = selectors.eligibility_of(participant)
    assert {one.code: answer for one, answer, _ in now.criteria}["I1"] is met


def test_it_stays_open_until_every_criterion_is_answered(people: People) -> None:
    participant = enrolled(people)
    assert selectors.eligibility_of(participant).met is None
    answer(participant, people)
    assert selectors.eligibility_of(participant).met is None
    saved(participant, "V0", "nihss", people, **NIHSS_12)
    saved(participant, "V0", "demographics", people, prestroke_mrs=0)
    assert selectors.eligibility_of(participant).met is True


def test_a_computed_criterion_is_never_typed(people: People) -> None:
    from audit.errors import Refused

    with pytest.raises(Refused) as refused:
        answer(enrolled(people), people, I1=True)
    assert refused.value.code == "unknown-criterion"


@pytest.mark.requirement("R-033")
def test_a_saved_answer_changes_only_with_a_reason(people: People) -> None:
    participant = enrolled(people)
    answer(participant, people)
    with pytest.raises(ReasonRequired):
        answer(participant, people, E5=True)


@pytest.mark.requirement("R-005")
def test_a_signed_eligibility_is_void_after_a_change(people: People) -> None:
    participant = eligible(people)
    assert selectors.eligibility_signature(participant) is not None
    services.answer_criteria(
        participant=participant, answers={"E5": True}, actor=people.ines, at=AT, reason="new fact"
    )
    assert selectors.eligibility_signature(participant) is None


def test_an_ineligible_person_cannot_be_signed(people: People) -> None:
    participant = enrolled(people)
    answer(participant, people, E5=True)
    saved(participant, "V0", "nihss", people, **NIHSS_12)
    saved(participant, "V0", "demographics", people, prestroke_mrs=0)
    with pytest.raises(WrongState) as refused:
        services.sign_eligibility(
            participant=participant,
            password=PASSWORD,
            seen=selectors.eligibility_digest(participant),
            actor=people.ines,
            at=AT,
        )
    assert refused.value.code == "not-eligible"


def test_signing_needs_the_investigator_and_the_password(people: People) -> None:
    participant = enrolled(people)
    with pytest.raises(NotDelegated):
        services.sign_eligibility(
            participant=participant,
            password=PASSWORD,
            seen=selectors.eligibility_digest(participant),
            actor=people.nils,
            at=AT,
        )
    with pytest.raises(WrongPassword):
        services.sign_eligibility(
            participant=participant,
            password="wrong",
            seen=selectors.eligibility_digest(participant),
            actor=people.ines,
            at=AT,
        )


@pytest.mark.requirement("R-042")
def test_only_what_was_shown_is_signed(people: People) -> None:
    participant = enrolled(people)
    answer(participant, people)
    saved(participant, "V0", "nihss", people, **NIHSS_12)
    shown = selectors.eligibility_digest(participant)
    saved(participant, "V0", "demographics", people, prestroke_mrs=0)
    for seen in ("", shown):
        with pytest.raises(WrongState) as refused:
            services.sign_eligibility(
                participant=participant, password=PASSWORD, seen=seen, actor=people.ines, at=AT
            )
        assert refused.value.code == "changed-meanwhile"
    assert not participant.signatures.exists()
