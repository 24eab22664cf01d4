"""What a cut holds when it is asked for part of the trial, or up to a day; and the final cut."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.errors import Refused
from audit.models import Event
from exports import presenters, services
from exports.choosing import Choice
from exports.errors import FinalOnce, FinalWhole, NotLocked
from exports.models import DataCut
from tests.builders import CONSENTED_ON
from tests.exports.test_api import caller
from tests.exports.test_pages import content, signed_in
from tests.exports.trial_data import Trial, names, table
from tests.locking import lock
from tests.people import AT, People
from tests.randomization.builders import LATER
from trial.services import ask_unlock, lift

DAY = LATER.date()


def cut_of(people: People, *, blinded: bool = True, **choice: Any) -> DataCut:
    """A finished cut of part of the trial."""
    actor = people.stan if blinded else people.uma
    return services.freeze_cut(
        purpose="part", blinded=blinded, choice=Choice(**choice), actor=actor,
        at=AT + timedelta(days=400),
    )  # fmt: skip


def codes(cut: DataCut, name: str) -> set[str]:
    """The participants in a table."""
    return {row["participant"] for row in table(cut, name)}


def data_of(cut: DataCut) -> list[str]:
    """The tables of a cut, without what describes them."""
    assert cut.manifest is not None
    described = {"codebook.csv", "value_labels.csv"}
    return [row["file"] for row in cut.manifest["tables"] if row["file"] not in described]


@pytest.mark.requirement("R-060")
def test_it_holds_the_forms_asked_for_and_says_so(trial: Trial, committed_people: People) -> None:
    cut = cut_of(committed_people, forms=["mrs", "nihss", "mrs"])
    files = set(names(cut))
    assert {"nihss.csv", "mrs.csv", "visits.csv", "participants.csv"} <= files
    assert not {"barthel.csv", "vitals.csv"} & files
    assert {row["form"] for row in table(cut, "sdv.csv")} <= {"nihss", "mrs"}
    assert cut.manifest is not None
    assert cut.manifest["forms"] == ["nihss", "mrs"]
    told = Event.objects.get(name="cut.requested").data["holds"]
    assert told.startswith("forms nihss, mrs; everybody who consented; at all sites")
    assert ("Holds", told) in presenters.facts(cut)


@pytest.mark.requirement("R-060")
@pytest.mark.parametrize("blinded", [True, False])
def test_it_holds_the_randomized_alone(
    blinded: bool, trial: Trial, committed_people: People
) -> None:
    cut = cut_of(committed_people, blinded=blinded, population="randomized")
    one = {trial.infused.code}
    for name in data_of(cut):
        assert codes(cut, name) <= one, name
    assert codes(cut, "participants.csv") == codes(cut, "visits.csv") == one
    assert [row["outcome"] for row in table(cut, "screening.csv")] == ["consented"]


@pytest.mark.requirement("R-060")
def test_it_holds_one_site_or_some(trial: Trial, committed_people: People) -> None:
    lyon = cut_of(committed_people, sites=["LYO"])
    assert codes(lyon, "participants.csv") == codes(lyon, "visits.csv") == {trial.elsewhere.code}
    assert {row["site"] for row in table(lyon, "screening.csv")} <= {"LYO"}
    assert table(lyon, "adverse_events.csv") == []
    both = cut_of(committed_people, sites=["LYO", "GRE"])
    assert len(codes(both, "participants.csv")) == 3
    assert both.manifest is not None
    assert both.manifest["sites"] == ["GRE", "LYO"]


@pytest.mark.requirement("R-060")
def test_up_to_a_day_it_holds_what_had_happened_by_then(
    trial: Trial, committed_people: People
) -> None:
    whole = cut_of(committed_people, blinded=False)
    (dose,) = table(whole, "treatment.csv")
    infused_on = date.fromisoformat(dose["infused_on"])
    last = infused_on - timedelta(days=1)
    cut = cut_of(committed_people, blinded=False, cut_off=last)
    assert cut.manifest is not None
    assert cut.manifest["cut_off"] == last.isoformat()
    assert cut.manifest["as_of"] > last.isoformat()
    (before,) = table(cut, "treatment.csv")
    assert (before["received"], before["infused_on"], before["cells_millions"]) == (
        "control", "", "",
    )  # fmt: skip
    by_then, now = table(cut, "visits.csv"), table(whole, "visits.csv")
    assert 0 < len(by_then) < len(now)
    for row in by_then:
        assert min(row["planned_on"], row["actual_on"] or "9") <= last.isoformat()
        assert row["actual_on"] <= last.isoformat()
    known = {row["participant"]: row for row in table(cut, "participants.csv")}
    assert known[trial.lost.code]["lost_on"] in {"", known[trial.lost.code]["lost_on"]}
    onset = [row["onset"] for row in table(cut, "adverse_events.csv")]
    assert all(day <= last.isoformat() for day in onset)
    for name in data_of(cut):
        assert len(table(cut, name)) <= len(table(whole, name))


def test_before_anybody_consented_nobody_is_in_it(trial: Trial, committed_people: People) -> None:
    cut = cut_of(committed_people, blinded=False, cut_off=CONSENTED_ON - timedelta(days=1))
    for name in data_of(cut):
        assert table(cut, name) == [], name


def test_what_came_after_the_last_day_is_not_known_yet(
    trial: Trial, committed_people: People
) -> None:
    cut = cut_of(committed_people, cut_off=CONSENTED_ON)
    rows = {row["participant"]: row for row in table(cut, "participants.csv")}
    assert set(rows) == {trial.infused.code, trial.lost.code, trial.elsewhere.code}
    for column in ("randomized_on", "stratum", "died_on", "withdrawn_on", "lost_on"):
        assert {row[column] for row in rows.values()} == {""}, column
    assert {row["randomized"] for row in rows.values()} == {"0"}
    assert {row["status"] for row in table(cut, "visits.csv")} <= {"planned", "done"}


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"forms": ["nihss", "tarot"]}, "unknown-form"),
        ({"sites": ["XXX"]}, "unknown-site"),
        ({"population": "rich"}, "unknown-population"),
        ({"cut_off": AT.date()}, "day-not-over"),
        ({"cut_off": AT.date() + timedelta(days=9)}, "day-not-over"),
    ],
)
def test_what_nobody_knows_is_refused(choice: dict[str, Any], code: str, people: People) -> None:
    with pytest.raises(Refused) as refused:
        services.request_cut(
            purpose="x", blinded=True, choice=Choice(**choice), actor=people.stan, at=AT
        )
    assert refused.value.code == code
    assert not DataCut.objects.exists()


def final(people: People, **choice: Any) -> DataCut:
    """A final cut that waits."""
    return services.request_cut(
        purpose="final", blinded=True, choice=Choice(final=True, **choice), actor=people.stan, at=AT
    )


@pytest.mark.requirement("R-060")
def test_a_final_cut_is_of_the_locked_trial_the_whole_of_it_and_once(people: People) -> None:
    with pytest.raises(NotLocked):
        final(people)
    lock(people.dora)
    for part in ({"forms": ["nihss"]}, {"sites": ["GRE"]}, {"population": "randomized"}):
        with pytest.raises(FinalWhole):
            final(people, **part)
    first = final(people)
    assert first.final
    with pytest.raises(FinalOnce):
        final(people)
    # The analysis needs one that tells the arms; the blinded one does not stand in its way.
    open_one = services.request_cut(
        purpose="final", blinded=False, choice=Choice(final=True), actor=people.uma, at=AT
    )
    assert open_one.final
    services.cancel_cut(cut=first, actor=people.stan, at=AT)
    again = final(people)
    with pytest.raises(IntegrityError), transaction.atomic():
        DataCut.objects.create(
            number=99, code="CUT-0099", purpose="x", blinded=True, requested_by=people.stan,
            requested_at=AT, lock=again.lock,
        )  # fmt: skip


@pytest.mark.requirement("R-060")
def test_a_final_cut_says_so_everywhere(trial: Trial, committed_people: People) -> None:
    people = committed_people
    assert "Final: the one cut" not in signed_in(people.stan).get(reverse("cuts")).content.decode()
    held = lock(people.dora)
    offered = signed_in(people.stan).get(reverse("cuts")).content.decode()
    assert "Final: the one cut of the locked trial" in offered
    cut = cut_of(people, final=True)
    assert cut.manifest is not None
    assert cut.manifest["final"]["lock"] == held.code
    assert cut.manifest["final"]["locked_by"] == people.dora.full_name
    page = signed_in(people.stan).get(reverse("cut", args=[cut.code])).content.decode()
    assert "CUT-0001 FINAL" in page
    zipped = signed_in(people.stan).get(reverse("cut-zip", args=[cut.code]))
    assert zipped["Content-Disposition"] == 'attachment; filename="CUT-0001-FINAL.zip"'
    assert content(zipped)
    told = caller(people.stan).get(reverse("api-cut", args=[cut.code])).json()
    assert told["final"] is True


def test_a_final_cut_fails_when_the_trial_was_unlocked_meanwhile(
    trial: Trial, committed_people: People
) -> None:
    people = committed_people
    held = lock(people.dora)
    cut = final(people)
    ask_unlock(lock=held, reason="A late form", actor=people.dora, at=AT)
    lift(lock=held, actor=people.mona, at=AT)
    services.make_now(cut)
    cut.refresh_from_db()
    assert (cut.status, cut.error) == (
        "failed", "The trial was unlocked before its final cut was made.",
    )  # fmt: skip


@pytest.mark.requirement("R-063")
def test_a_program_asks_for_part_of_the_trial(people: People) -> None:
    body = {
        "purpose": "x", "blinded": True, "forms": ["nihss"], "population": "randomized",
        "sites": ["GRE"], "cut_off": "2026-01-31",
    }  # fmt: skip
    told = caller(people.stan).post(reverse("api-cuts"), body)
    assert told.status_code == 202
    shown = {name: told.json()[name] for name in (*body, "final")}
    assert shown == body | {"final": False}
    refused = caller(people.stan).post(reverse("api-cuts"), body | {"final": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "final-is-whole")
    unknown = caller(people.stan).post(reverse("api-cuts"), body | {"sites": ["XXX"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-site")


def test_on_the_page_part_of_the_trial_is_asked_for(people: People) -> None:
    typed = {
        "purpose": "part", "blinded": "yes", "population": "randomized", "sites": ["LYO"],
        "forms": ["nihss"], "cut_off": "2026-01-31",
    }  # fmt: skip
    answer = signed_in(people.stan).post(reverse("cuts"), typed)
    assert answer.status_code == 302
    cut = DataCut.objects.get()
    assert (cut.population, cut.sites, cut.forms, cut.cut_off) == (
        "randomized", ["LYO"], ["nihss"], date(2026, 1, 31),
    )  # fmt: skip
    later = signed_in(people.stan).post(reverse("cuts"), typed | {"cut_off": "2999-01-01"})
    assert later.status_code == 422
    assert "must be over at every site" in later.content.decode()
