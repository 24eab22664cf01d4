"""A data cut says how each event is coded; tables group by it, or by the plain category."""

from __future__ import annotations

from typing import Any

import pytest

from exports import catalogue
from safety import services as safety
from safety.blinding import WITHHELD
from safety.coding.grouping import COLUMNS, Group, group_of
from tests.people import AT, People
from tests.safety.coding.books import coded, load
from tests.safety.reports import reported

pytestmark = [pytest.mark.requirement("R-050"), pytest.mark.requirement("R-061")]


def rows(people: People, *, blinded: bool) -> list[dict[str, Any]]:
    """The rows of adverse events, by number."""
    reader = people.stan if blinded else people.uma
    tables = catalogue.tables(blinded=blinded, reader=reader)
    (table,) = (one for one in tables if one.file == "adverse_events.csv")
    assert table.columns[-len(COLUMNS) :] == tuple(
        one for one in table.columns if one.name in COLUMNS
    )
    found = [dict(row) for row in table.rows()]
    assert all(set(row) == {one.name for one in table.columns} for row in found)
    return found


def test_codes_stand_beside_the_words_they_are_of(people: People) -> None:
    load()
    event = reported(people, term="Fever", category="infection")
    stale = reported(people, event.participant, term="Itch", category="infection")
    reported(people, event.participant, term="Not coded", category="fall")
    hidden = [
        reported(people, event.participant, term=term, category="infusion_reaction")
        for term in ("Shivering", "Rash")
    ]
    for one, llt in ((event, 208), (stale, 206), (hidden[0], 204)):
        coded(one, llt, people.sara)
    safety.amend_ae(ae=stale, version=1, term="No itch", reason="Source", actor=people.nils, at=AT)
    told = rows(people, blinded=False)
    assert [told[0][name] for name in COLUMNS] == [
        "208", "Slight zib wobble", "105", "Zib wobble", "2", "Quang disorders", "1.0",
    ]  # fmt: skip
    assert [row["pt"] for row in told[1:]] == ["", "", "Quang fever", ""]
    kept = rows(people, blinded=True)
    # Coded or not, what is withheld looks the same.
    assert [row["pt"] for row in kept] == ["Zib wobble", "", "", WITHHELD, WITHHELD]
    assert {kept[3][name] for name in COLUMNS} == {WITHHELD}
    assert [group_of(row, row["category"]) for row in told[:3]] == [
        Group("Quang disorders", "Zib wobble"), Group("infection", ""), Group("fall", ""),
    ]  # fmt: skip
    assert not group_of(kept[3], "Other").coded


def test_a_cut_without_a_dictionary_has_empty_columns(people: People) -> None:
    reported(people)
    (row,) = rows(people, blinded=False)
    assert {row[name] for name in COLUMNS} == {""}
    assert group_of(row, "Other") == Group("Other", "")


def test_a_masked_category_is_counted_by_the_words_the_reader_may_see() -> None:
    masked = {"category": WITHHELD, "soc": "Quang disorders", "pt": "Quang fever"}
    assert group_of(masked, "Other") == Group("Other", "")
