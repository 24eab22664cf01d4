"""What a blinded reader sees of adverse events: enough to count, nothing that tells an arm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from safety import presenters, rules, selectors
from safety.blinding import WITHHELD, WITHHELD_WORDS, for_blinded, withheld_items
from safety.models import ITEMS
from tests.builders import enrolled
from tests.people import AT, People
from tests.safety.reports import SERIOUS, reported
from trial.protocols.isis_hermes import PROTOCOL

REVEALING: dict[str, Any] = {
    "term": "Shivering during the cells",
    "category": "infusion_reaction",
    "causality": "definite",
    "action": "study_treatment",
    "narrative": "Ten minutes into the infusion.",
}
FREE_WORDS = {"narrative", "pregnancy_outcome"}
ALWAYS_SHOWN = {"onset", "end", "severity", "serious", "outcome", "aware_at", "sponsor_informed_at"}


def text_of(shown: object) -> str:
    """Everything a page would say."""
    return json.dumps(shown, default=str)


@pytest.mark.parametrize("category", sorted(PROTOCOL.ae_categories))
def test_that_and_when_and_how_bad_is_never_withheld(category: str) -> None:
    assert not withheld_items(category) & (
        ALWAYS_SHOWN | {f"criterion_{code}" for code in rules.CRITERIA}
    )


@pytest.mark.requirement("R-017")
def test_events_that_tell_hide_among_others(people: People) -> None:
    # Hiding only the telling ones would tell: an ordinary "other" must look the same.
    telling = for_blinded(reported(people, **REVEALING).values())
    ordinary = for_blinded(reported(people, term="Sprained thumb", category="other").values())
    assert telling == ordinary


@pytest.mark.requirement("R-017")
def test_an_event_any_arm_can_have_keeps_its_words(people: People) -> None:
    seen = for_blinded(reported(people, term="Seizure", category="seizure").values())
    assert (seen["term"], seen["category"]) == ("Seizure", "seizure")
    assert seen["causality"] == seen["action"] == seen["narrative"] == WITHHELD


def test_a_protocol_whose_categories_tell_nothing_withholds_the_free_words_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    assert withheld_items("other") == withheld_items("gut") == FREE_WORDS


def blinded_readers(people: People) -> list[Any]:
    """Those who read clinical data and may not know arms."""
    return [people.otto, people.mona, people.dora]


@pytest.mark.requirement("R-017")
def test_a_list_names_no_telling_word_to_the_blinded(people: People) -> None:
    event = reported(people, **REVEALING)
    for user in blinded_readers(people):
        rows = presenters.rows(selectors.chosen(user, "all"), user, AT)
        assert rows[0].words["term"] == rows[0].words["category"] == WITHHELD_WORDS
        shown = text_of([rows, presenters.facts(event, user)])
        for word in ("nfusion", "cells", "efinite", "treatment stopped"):
            assert word not in shown


def test_those_who_may_know_read_everything(people: People) -> None:
    event = reported(people, **REVEALING)
    for user in (people.ines, people.nils, people.tess, people.ivan):
        shown = text_of(presenters.facts(event, user))
        assert REVEALING["term"] in shown
        assert "Infusion reaction" in shown
        assert "Not infused" in shown


def test_knowing_arms_at_one_site_does_not_open_the_other(people: People) -> None:
    from datetime import date

    from audit.acts import act
    from trial.models import Delegation

    there = reported(people, enrolled(people, site=people.lyon), actor=people.carl, **REVEALING)
    with act(actor=None, at=AT, system="test"):
        Delegation(
            user=people.ines, role="assessor", site=people.lyon,
            trained_on=date(2020, 1, 1), starts_on=date(2020, 2, 1),
        ).save()  # fmt: skip
    here = reported(people, **REVEALING)
    assert presenters.seen_values(here, people.ines)["term"] == REVEALING["term"]
    assert presenters.seen_values(there, people.ines)["term"] == WITHHELD


@pytest.mark.requirement("R-017")
def test_a_blinded_cut_counts_everything_and_tells_nothing(people: People) -> None:
    participant = enrolled(people)
    for given in (REVEALING, {"term": "Seizure", "category": "seizure"}, SERIOUS):
        reported(people, participant, **given)
    rows = selectors.rows_for_export(blinded=True)
    assert len(rows) == len(selectors.rows_for_export(blinded=False)) == 3
    assert all("phase" not in row for row in rows)
    assert {row["narrative"] for row in rows} == {WITHHELD}
    assert [row["category"] for row in rows] == [WITHHELD, "seizure", "infection"]
    assert {row["causality"] for row in rows} == {WITHHELD}
    assert "nfusion" not in text_of(rows)


def test_every_item_has_words() -> None:
    from safety.wording import label

    assert all(label(item) for item in ITEMS)
