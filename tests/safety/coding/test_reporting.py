"""A safety report tells its reaction under the code of the very words it reports."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from safety import services as safety
from safety.documents.codes import Code, code_of, codes_of
from tests.people import AT, People
from tests.safety.coding.books import SECOND, coded, load
from tests.safety.reports import reported_sae

pytestmark = [pytest.mark.requirement("R-050"), pytest.mark.requirement("R-051")]

FEVER = Code("204", "1.0", pt="Quang fever", soc="Quang disorders")


def test_each_version_has_the_newest_code_of_its_own_words(people: People) -> None:
    load()
    event = reported_sae(people, term="Quang fever")
    first = event.reports.get()
    assert code_of(first) is None
    coded(event, 204, people.sara)
    assert code_of(first) == FEVER
    event = safety.amend_ae(
        ae=event, version=1, term="Quang itch", reason="Source", actor=people.nils, at=AT
    )
    second = event.reports.get(number=2)
    assert (code_of(first), code_of(second)) == (FEVER, None)
    load(SECOND, "2.0")
    coded(event, 206, people.sara)
    assert (code_of(first), code_of(second)) == (
        FEVER,
        Code("206", "2.0", pt="Itch of the quang", soc="Quang disorders"),
    )


def test_the_codes_of_many_versions_are_one_question(
    people: People, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    load()
    events = [reported_sae(people, term="Quang fever") for _ in range(3)]
    for event in events[:2]:
        coded(event, 204, people.sara)
    reports = [event.reports.get() for event in events]
    with django_assert_num_queries(1):
        found = codes_of(reports)
    assert found == {reports[0].pk: FEVER, reports[1].pk: FEVER}
