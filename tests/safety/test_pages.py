"""The pages of adverse events, as each person meets them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from safety import services
from safety.models import AdverseEvent
from tests.builders import enrolled
from tests.people import AT, People
from tests.safety.reports import reported, reported_sae
from trial.models import Participant

TYPED: dict[str, Any] = {
    "term": "Headache",
    "category": "other",
    "onset": "2026-03-10",
    "end": "",
    "severity": "mild",
    "serious": "no",
    "causality": "unlikely",
    "action": "none",
    "outcome": "recovering",
    "aware_at": "",
    "sponsor_informed_at": "",
    "narrative": "",
}
TYPED_SAE = {
    **TYPED,
    "term": "Pneumonia",
    "serious": "yes",
    "criteria": ["hospitalization", "important"],
    "aware_at": "2026-03-12T08:10",
}


def signed_in(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def new_address(participant: Participant) -> str:
    return reverse("adverse-event-new", args=[participant.code])


def address(event: AdverseEvent) -> str:
    return reverse("adverse-event", args=[event.participant.code, event.number])


def as_typed(event: AdverseEvent, **changes: Any) -> dict[str, Any]:
    """What the page of an event sends back."""
    return {**TYPED, "version": event.version, **changes}


@pytest.mark.requirement("R-050")
def test_a_nurse_records_an_event(people: People) -> None:
    participant = enrolled(people)
    client = signed_in(people.nils)
    page = client.get(new_address(participant))
    assert page.status_code == 200
    assert b"checked" not in page.content
    answer = client.post(new_address(participant), TYPED)
    event = AdverseEvent.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, address(event))
    assert (event.term, event.serious, event.onset) == ("Headache", False, "2026-03-10")


def test_a_serious_event_is_read_in_the_time_of_the_site(people: People) -> None:
    participant = enrolled(people)
    signed_in(people.nils).post(new_address(participant), TYPED_SAE)
    event = AdverseEvent.objects.get()
    assert event.aware_at is not None
    assert event.aware_at.isoformat() == "2026-03-12T07:10:00+00:00"
    assert event.criteria == ("hospitalization", "important")


@pytest.mark.requirement("R-050")
@pytest.mark.parametrize(
    ("changes", "item", "sentence"),
    [
        ({"term": ""}, "term", "required"),
        ({"category": "nonsense"}, "category", "Select a valid choice"),
        ({"onset": "12.3.2026"}, "onset", "2027-03-12, 2027-03 or 2027"),
        ({"onset": "2026-02-29"}, "onset", "2027-03-12, 2027-03 or 2027"),
        ({"onset": "2199-03-12"}, "onset", "cannot be in the future"),
        ({"end": "2026-03-01", "outcome": "recovered"}, "end", "cannot end before it begins"),
        ({"end": "2026-03-11"}, "end", "goes on has no end"),
        ({"severity": ""}, "severity", "Choose one"),
        ({"serious": ""}, "serious", "Say whether the event is serious"),
        ({"serious": "yes", "aware_at": "2026-03-12T08:10"}, "criteria", "meets a criterion"),
        ({"criteria": ["important"]}, "serious", "is serious: say so"),
        ({"criteria": ["nonsense"]}, "criteria", "Select a valid choice"),
        ({"serious": "yes", "criteria": ["important"]}, "aware_at", "24 hours run from then"),
        ({"outcome": "fatal"}, "outcome", "go together"),
        ({"aware_at": "yesterday"}, "aware_at", "2027-03-12 08:10"),
        ({"aware_at": "2026-03-29T02:30"}, "aware_at", "there was no such time"),
        ({"aware_at": "0001-01-01T00:00"}, "aware_at", "2027-03-12 08:10"),
        ({"sponsor_informed_at": "2026-03-12T08:10"}, "sponsor_informed_at", "give both times"),
        ({"term": "a\0b"}, "term", "Null characters"),
        ({"narrative": "x" * 4001}, "narrative", "at most 4000"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(
    people: People, changes: dict[str, Any], item: str, sentence: str
) -> None:
    participant = enrolled(people)
    typed = {**TYPED, "term": "Very particular headache", **changes}
    page = signed_in(people.nils).post(new_address(participant), typed)
    text = page.content.decode()
    assert page.status_code == 422
    assert f'<a href="#field-{item}">' in text
    assert f'id="field-{item}"' in text
    assert sentence in text
    assert "Nothing you typed is lost" in text
    for name, value in typed.items():
        if name == "narrative" and value:
            assert value in text
        elif name in {"term", "onset", "end", "aware_at"} and value and "\0" not in value:
            assert f'value="{value}"' in text
    assert not AdverseEvent.objects.exists()


def test_an_empty_form_is_refused_beside_every_item(people: People) -> None:
    page = signed_in(people.nils).post(new_address(enrolled(people)), {})
    assert page.status_code == 422
    asked = {"term", "category", "onset", "severity", "serious", "causality", "action", "outcome"}
    assert {*page.context["form"].errors} == asked
    assert not AdverseEvent.objects.exists()


@pytest.mark.requirement("R-070")
def test_another_sites_participant_is_not_found(people: People) -> None:
    event = reported(people)
    client = signed_in(people.carl)
    for found in (new_address(event.participant), address(event)):
        assert client.get(found).status_code == 404
        assert client.post(found, {**TYPED, "version": 1}).status_code == 404
    assert AdverseEvent.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999"])
def test_an_event_that_is_not_there_is_not_found(people: People, number: str) -> None:
    event = reported(people)
    found = address(event).replace("/1/", f"/{number}/")
    assert signed_in(people.nils).get(found).status_code == 404


@pytest.mark.parametrize("code", ["XXX-001-1", "GRE-001-0", "gre", "%00", "GRE-001-5%00"])
def test_a_code_nobody_has_is_not_found(people: People, code: str) -> None:
    reported(people)
    client = signed_in(people.nils)
    assert client.get(f"/participants/{code}/adverse-events/new/").status_code == 404
    assert client.get(f"/participants/{code}/adverse-events/1/").status_code == 404


@pytest.mark.parametrize("name", ["otto", "mona", "dora", "ivan", "tess"])
def test_readers_read_and_change_nothing(people: People, name: str) -> None:
    event = reported(people)
    client = signed_in(getattr(people, name))
    page = client.get(address(event))
    assert page.status_code == 200
    assert b'name="version"' not in page.content
    assert client.post(address(event), as_typed(event, term="X")).status_code == 403
    assert client.get(new_address(event.participant)).status_code == 403
    event.refresh_from_db()
    assert event.version == 1


def test_a_reader_who_reports_elsewhere_only_reads_here(people: People) -> None:
    from datetime import date

    from audit.acts import act
    from trial.models import Delegation

    event = reported(people)
    with act(actor=None, at=AT, system="test"):
        Delegation(user=people.carl, role="monitor",
                   trained_on=date(2020, 1, 1), starts_on=date(2020, 2, 1)).save()  # fmt: skip
    client = signed_in(people.carl)
    assert client.get(address(event)).status_code == 200
    refused = client.post(address(event), as_typed(event, term="X"))
    assert refused.status_code == 403
    assert b'name="version"' not in refused.content
    assert client.get(new_address(event.participant)).status_code == 403


@pytest.mark.requirement("R-017")
def test_no_page_tells_the_blinded_an_arm(people: People) -> None:
    event = reported(
        people,
        term="Shivering during the infusion",
        category="infusion_reaction",
        causality="definite",
        action="study_treatment",
        narrative="Ten minutes into the infusion.",
    )
    for user in (people.otto, people.mona, people.dora):
        client = signed_in(user)
        for found in (reverse("adverse-events"), address(event)):
            text = client.get(found).content.decode()
            assert "withheld: might tell the arm" in text
            for word in ("infusion", "Infusion", "Definite", "Study treatment stopped"):
                assert word not in text


def test_the_foot_names_the_version_of_the_product(people: People, settings: Any) -> None:
    # A page's own "version" once stood there instead.
    event = reported(people)
    for user in (people.nils, people.mona):
        assert f"Hermes {settings.VERSION} " in signed_in(user).get(address(event)).content.decode()


@pytest.mark.requirement("R-033")
def test_a_change_without_a_reason_shows_old_and_new(people: People) -> None:
    event = reported(people)
    page = signed_in(people.nils).post(address(event), as_typed(event, severity="severe"))
    text = page.content.decode()
    assert page.status_code == 422
    assert '<a href="#field-reason">' in text
    assert "<del>Mild</del></td><td>Severe" in text
    assert "say why" in text


def test_a_change_with_a_reason_is_saved(people: People) -> None:
    event = reported(people)
    typed = as_typed(
        event, severity="severe", reason_pick="Transcription error", reason_words="read 1 as 3"
    )
    assert signed_in(people.nils).post(address(event), typed).status_code == 302
    event.refresh_from_db()
    assert (event.severity, event.version) == ("severe", 2)
    assert event.history.first().history_change_reason == "Transcription error: read 1 as 3"


def test_a_reason_no_database_can_hold_is_no_fault(people: People) -> None:
    event = reported(people)
    typed = as_typed(event, severity="severe", reason_words="read\0wrong", reason_pick="\0")
    assert signed_in(people.nils).post(address(event), typed).status_code == 302
    assert event.history.latest().history_change_reason == "readwrong"


def test_the_page_sends_back_what_is_saved(people: People) -> None:
    # Opening and saving must change nothing: seconds are not shown, and not lost either.
    aware = AT.replace(hour=7, second=31, microsecond=5)
    event = reported_sae(people, aware_at=aware, sponsor_informed_at=aware)
    page = signed_in(people.nils).get(address(event))
    form = page.context["form"]
    typed = {name: form[name].value() for name in form.fields}
    typed = {name: "" if value is None else value for name, value in typed.items()}
    typed |= {"version": "1", "reason_pick": "Answer to a query"}
    assert signed_in(people.nils).post(address(event), typed).status_code == 302
    event.refresh_from_db()
    assert (event.version, event.aware_at) == (1, aware)


@pytest.mark.requirement("R-024")
def test_the_second_of_two_sees_both_and_can_save_again(people: People) -> None:
    event = reported(people)
    services.amend_ae(
        ae=event, version=1, actor=people.ines, at=AT, reason="Source", severity="severe"
    )
    typed = as_typed(event, version=1, severity="moderate", term="Migraine", reason_words="Letter")
    client = signed_in(people.nils)
    page = client.post(address(event), typed)
    text = page.content.decode()
    assert page.status_code == 409
    assert "Saved meanwhile, and yours" in text
    assert "<td>Severe</td><td>Moderate</td>" in text
    assert "<td>Headache</td><td>Migraine</td>" in text
    assert 'name="version" value="2"' in text
    assert 'value="Migraine"' in text
    assert client.post(address(event), {**typed, "version": 2}).status_code == 302
    event.refresh_from_db()
    assert (event.severity, event.term, event.version) == ("moderate", "Migraine", 3)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "²"])
def test_a_version_that_is_none_is_stale(people: People, version: str) -> None:
    event = reported(people)
    typed = as_typed(event, version=version, severity="severe", reason_words="x")
    assert signed_in(people.nils).post(address(event), typed).status_code == 409


def test_an_event_entered_in_error_is_marked_on_its_page(people: People) -> None:
    event = reported(people)
    client = signed_in(people.nils)
    refused = client.post(address(event), {"void": "yes", "version": 1, "void_reason": ""})
    assert refused.status_code == 422
    assert b'href="#field-void_reason"' in refused.content
    sent = {"void": "yes", "version": 1, "void_reason": "Typed twice"}
    assert client.post(address(event), sent).status_code == 302
    page = client.get(address(event)).content.decode()
    assert "Entered in error" in page
    assert "Typed twice" in page
    assert 'name="version"' not in page
    assert client.post(address(event), as_typed(event, version=2, term="X")).status_code == 409
    assert b"No adverse events yet" in client.get(reverse("adverse-events")).content


@pytest.mark.requirement("R-052")
def test_the_list_shows_the_time_left_in_words(people: People) -> None:
    reported(people)
    event = reported_sae(people)
    page = signed_in(people.ines).get(reverse("adverse-events"))
    text = page.content.decode()
    assert page.status_code == 200
    # The tests' instant is long past for the page's own clock.
    assert "overdue by " in text
    assert text.index(f"{event.participant.code} · 1</a>") > 0
    assert text.index("Pneumonia") < text.index("Headache")


@pytest.mark.parametrize(
    "query",
    [
        "?show=clock", "?show=serious", "?show=ongoing", "?show=error", "?show=nonsense",
        "?participant=gre-001", "?participant=%00", "?participant=%27%22%3Cscript%3E",
        "?page=99", "?page=x", "?page=-1", "?show=all&page=9999999999999999999999",
    ],
)  # fmt: skip
def test_the_list_bears_any_address(people: People, query: str) -> None:
    reported(people)
    page = signed_in(people.ines).get(reverse("adverse-events") + query)
    assert page.status_code == 200
    assert b"<script>" not in page.content


def test_an_empty_list_says_what_fills_it(people: People) -> None:
    page = signed_in(people.ines).get(reverse("adverse-events"))
    assert b"recorded from the page of the participant" in page.content


def test_a_long_list_has_pages(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safety.views.PER_PAGE", 2)
    participant = enrolled(people)
    for _ in range(3):
        reported(people, participant)
    client = signed_in(people.ines)
    first = client.get(reverse("adverse-events")).content.decode()
    assert "1–2 of 3 events" in first
    assert "page=2" in first
    assert "3–3 of 3 events" in client.get(reverse("adverse-events") + "?page=2").content.decode()


def test_the_box_of_a_participant_counts_and_links(people: People) -> None:
    from django.template import Context, Template
    from django.test import RequestFactory

    event = reported(people)
    reported_sae(people, event.participant)
    request = RequestFactory().get("/")
    request.user, request.at = people.nils, AT  # type: ignore[attr-defined]  # set by middleware
    context = Context({"request": request, "participant": event.participant})
    text = Template("{% load safety_box %}{% safety_box participant %}").render(context)
    assert "2, 1 serious" in text
    assert f'href="{address(event)}"' in text
    assert "21 h left" in text
    assert new_address(event.participant) in text
    request.user = people.otto
    text = Template("{% load safety_box %}{% safety_box participant %}").render(context)
    assert new_address(event.participant) not in text
    assert "withheld: might tell the arm" in text


def test_the_page_of_a_participant_has_its_events(people: People) -> None:
    event = reported(people, term="Shivering", category="infusion_reaction")
    page = reverse("participant", args=[event.participant.code])
    assert (
        f'href="{address(event)}">1 · Shivering'
        in signed_in(people.nils).get(page).content.decode()
    )
    assert "1 · withheld: might" in signed_in(people.mona).get(page).content.decode()


@pytest.mark.requirement("R-052")
def test_the_home_page_shows_the_clocks(people: People) -> None:
    reported_sae(people)
    text = signed_in(people.ines).get(reverse("home")).content.decode()
    assert "SAE clocks overdue" in text
    assert f'href="{reverse("adverse-events")}?show=clock"' in text
    assert "SAE clocks" not in signed_in(people.ada).get(reverse("home")).content.decode()
