"""The safety desk's pages: by time left, both opinions, and each act by its form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safety.alerts.clocks import tell_of_clocks
from safety.alerts.models import Alert
from safety.alerts.services import acknowledge
from safety.desk import presenters, selectors
from safety.desk.escalating import report_clocks
from safety.models import Submission, UrgentMeasure
from tests.builders import enrolled
from tests.people import AT, People
from tests.safety.desk import PROOF, assessed, brochure, measure, newest, submitted
from tests.safety.reports import later, reported_sae
from trial.errors import WrongState


def at_desk(people: People, name: str = "sara") -> Client:
    """A person's browser."""
    client = Client()
    client.force_login(getattr(people, name))
    return client


def shown(client: Client, name: str, *args: object) -> str:
    """The words of a page."""
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.requirement("R-052")
def test_the_list_is_by_time_left_and_says_what_is_late(people: People) -> None:
    participant = enrolled(people)
    slow = reported_sae(people, participant)
    grave = reported_sae(people, participant, term="Shock", criteria=("life_threatening",))
    done = reported_sae(people, participant, term="Fall")
    assessed(people, done, expectedness="expected")
    at = later(days=10)
    lines = presenters.lines(selectors.reported_events(), at)
    assert [line.term for line in lines] == ["Shock", "Pneumonia", "Fall"]
    assert [line.overdue for line in lines] == [True, False, False]
    assert lines[0].clocks[0].state.words.startswith("overdue by 2 days")
    assert lines[1].clocks[0].what == "Assess"
    assert not lines[2].clocks
    assert [line.term for line in presenters.narrowed(lines, "open")] == ["Shock", "Pneumonia"]
    assert slow.pk < grave.pk


@pytest.mark.requirement("R-052")
def test_a_susar_is_due_until_the_authority_has_it(people: People) -> None:
    event = reported_sae(people, criteria=("life_threatening",))
    assessed(people, event)
    submitted(people, newest(event), recipient_kind="ethics")
    fresh = selectors.reported_events().get()
    assert [due.kind for due in selectors.clocks_of(fresh) if due.is_open] == ["grave", "complete"]
    submitted(people, newest(event), complete=True)
    after = selectors.reported_events().get()
    assert not [due for due in selectors.clocks_of(after) if due.is_open]
    assert selectors.is_susar(after)


@pytest.mark.requirement("R-052")
def test_the_sponsor_s_clock_runs_from_when_it_was_told(people: People) -> None:
    event = reported_sae(people, sponsor_informed_at=AT - timedelta(hours=2))
    (due,) = selectors.clocks_of(selectors.reported_events().get(pk=event.pk))
    assert due.since == AT - timedelta(hours=2)


def test_home_shows_the_time_left_to_the_desk_alone(people: People) -> None:
    reported_sae(people)
    page = shown(at_desk(people), "home")
    assert "Safety reports overdue" in page
    assert "overdue by" in page
    assert "Safety reports" not in shown(at_desk(people, "mona"), "home")


@pytest.mark.requirement("R-050")
def test_both_opinions_stand_side_by_side(people: People) -> None:
    event = reported_sae(people, causality="unlikely")
    assessed(people, event, "probable")
    page = shown(at_desk(people), "safety-report", event.participant.code, 1, 1)
    for words in ("Unlikely", "Probable", "Unexpected", "SUSAR", "Pneumonia", "ISIS-HERMES-"):
        assert words in page


def test_what_is_lower_than_the_investigator_is_not_offered(people: People) -> None:
    event = reported_sae(people, causality="probable")
    brochure(people)
    args = (event.participant.code, 1, 1)
    page = shown(at_desk(people), "safety-report-assess", *args)
    assert 'value="definite"' in page
    assert 'value="possible"' not in page
    answer = at_desk(people).post(
        reverse("safety-report-assess", args=args),
        {"causality": "possible", "expectedness": "expected"},
    )
    assert answer.status_code == 422
    assert not newest(event).assessments.exists()


@pytest.mark.requirement("R-052")
def test_the_desk_submits_with_a_proof_and_takes_it_back(people: People) -> None:
    event = reported_sae(people)
    assessed(people, event)
    client, code = at_desk(people), event.participant.code
    sent = {
        "recipient_kind": "authority", "recipient": "ANSM", "reference": "R-1",
        "submitted_at": f"{timezone.now() - timedelta(minutes=5):%Y-%m-%dT%H:%M}",
        "proof": SimpleUploadedFile('a"b.pdf', PROOF),
    }  # fmt: skip
    answer = client.post(reverse("safety-report-submit", args=(code, 1, 1)), sent)
    assert answer.status_code == 302
    row = Submission.objects.get()
    proof = client.get(reverse("submission-proof", args=(row.pk,)))
    assert proof.content == PROOF
    assert proof["Content-Disposition"] == 'attachment; filename="a_b.pdf"'
    client.post(reverse("submission", args=(row.pk,)), {"void_reason": "Wrong report"})
    row.refresh_from_db()
    assert (row.voided, row.void_reason) == (True, "Wrong report")
    page = shown(client, "safety-report", code, 1, 1)
    assert "Entered in error" in page


def test_a_submission_without_proof_is_refused(people: People) -> None:
    event = reported_sae(people)
    args = (event.participant.code, 1, 1)
    answer = at_desk(people).post(reverse("safety-report-submit", args=args), {"recipient": "x"})
    assert answer.status_code == 422
    assert not Submission.objects.exists()


@pytest.mark.requirement("R-051")
def test_site_and_desk_file_follow_ups_by_their_pages(people: People) -> None:
    event = reported_sae(people)
    code = event.participant.code
    now = f"{timezone.now() - timedelta(minutes=5):%Y-%m-%dT%H:%M}"
    at_desk(people).post(
        reverse("safety-report-follow-up", args=(code, 1, 1)),
        {"news": "Letter from the hospital", "received_at": now},
    )
    at_desk(people, "nils").post(
        reverse("adverse-event-follow-up", args=(code, 1)), {"news": "Gone home", "final": "on"}
    )
    assert [(one.source, one.kind) for one in event.reports.order_by("number")] == [
        ("site", "initial"), ("sponsor", "follow_up"), ("site", "final"),
    ]  # fmt: skip
    assert "Final report, version 3" in shown(at_desk(people, "nils"), "adverse-event", code, 1)


def test_an_urgent_measure_is_recorded_and_notified(people: People) -> None:
    client = at_desk(people)
    now = f"{timezone.now() - timedelta(minutes=5):%Y-%m-%dT%H:%M}"
    told = {"measure": "Infusions stopped", "why": "Contamination", "taken_at": now}
    assert client.post(reverse("measure-new"), told).status_code == 302
    assert "6 days" in shown(client, "safety-desk") or "7 days" in shown(client, "safety-desk")
    row = UrgentMeasure.objects.get()
    sent_at = timezone.now()
    submitted(people, measure=row, at=sent_at, submitted_at=sent_at)
    assert "in time" in shown(client, "safety-desk")


@pytest.mark.requirement("R-052")
def test_a_measure_entered_in_error_ends_its_clock_and_keeps_its_reason(people: People) -> None:
    row = measure(people, site=people.grenoble)
    (clock,) = report_clocks(AT)
    assert (clock.site, clock.address, clock.participant) == (people.grenoble, "", "")
    client, page = at_desk(people), reverse("measure", args=[row.number])
    assert "Grenoble" in shown(client, "measure", row.number)
    assert client.post(page, {"void_reason": " "}).status_code == 422
    assert at_desk(people, "ivan").post(page, {"void_reason": "x"}).status_code == 403
    assert client.post(page, {"void_reason": "Another trial's"}).status_code == 302
    assert client.post(page, {"void_reason": "Again"}).status_code in {409, 422}
    row.refresh_from_db()
    assert (row.voided, row.void_reason, row.history.count()) == (True, "Another trial's", 2)
    assert not [*report_clocks(later(days=30))]
    assert "Another trial" in shown(client, "measure", row.number)
    assert "Record the notification" not in shown(client, "safety-desk")
    with pytest.raises(WrongState, match="entered in error"):
        submitted(people, measure=row)


def test_a_measure_names_its_site_or_the_whole_trial(people: People) -> None:
    client = at_desk(people)
    now = f"{timezone.now() - timedelta(minutes=5):%Y-%m-%dT%H:%M}"
    told = {"measure": "Infusions stopped", "why": "Contamination", "taken_at": now}
    for site in (people.lyon.pk, ""):
        assert client.post(reverse("measure-new"), {**told, "site": site}).status_code == 302
    assert [one.site for one in UrgentMeasure.objects.order_by("number")] == [people.lyon, None]


def test_the_reference_information_is_added_by_the_desk(people: People) -> None:
    told = {"version": "2", "title": "Brochure", "in_force_from": "2026-01-01", "terms": "Fever"}
    client = at_desk(people)
    assert client.post(reverse("reference-information"), told).status_code == 302
    assert "Version 2" in shown(client, "reference-information")
    assert client.post(reverse("reference-information"), told).status_code == 422
    assert "Add a version" not in shown(at_desk(people, "ivan"), "reference-information")


@pytest.mark.requirement("R-050")
def test_a_nurse_records_a_grade_and_marks_one_as_wrong(people: People) -> None:
    event = reported_sae(people, severity="mild")
    client, address = at_desk(people, "nils"), (event.participant.code, 1)
    page = reverse("adverse-event-grade", args=address)
    answer = client.post(page, {"version": 1, "grade": "severe", "since": "2026-03-11"})
    assert answer.status_code == 302
    assert "Mild from 10 Mar 2026, Severe from 11 Mar 2026" in shown(
        client, "adverse-event", *address
    )
    assert client.post(page, {"version": 2, "void": "yes"}).status_code == 422
    client.post(page, {"version": 2, "void": "yes", "void_reason": "Other participant"})
    event.refresh_from_db()
    assert event.severity == "mild"


@pytest.mark.requirement("R-052")
@pytest.mark.requirement("R-053")
def test_the_clocks_are_told_of_and_name_no_participant(people: People) -> None:
    event = reported_sae(people)
    measure(people)
    told = tell_of_clocks(later(days=14))
    kinds = sorted(one.occasion.split()[0] for one in told if one.kind == "report-clock")
    assert kinds == ["assess", "urgent"]
    assert not [one for one in told if one.kind == "report-clock" and one.participant]
    assessed(people, event, expectedness="expected", at=later(days=14))
    assert not [one for one in report_clocks(later(days=14)) if one.code.startswith("assess")]


@pytest.mark.requirement("R-052")
def test_acknowledging_confirms_that_the_sponsor_was_told(people: People) -> None:
    event = reported_sae(people)
    alert = Alert.objects.get(kind="sae")
    acknowledge(alert=alert, actor=people.sara, at=later(hours=1))
    event.refresh_from_db()
    assert event.sponsor_informed_at == AT
