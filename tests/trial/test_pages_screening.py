"""The screening log in the browser: logging, closing, enrolling, consenting again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from audit.acts import act
from tests.builders import enrolled
from tests.people import AT, People
from tests.trial.reading import queries, read, send
from trial import services
from trial.models import Consent, Participant, ScreeningEntry
from trial.protocol import current
from trial.roles import Role

LOG, NEW = "/screening/", "/screening/new/"
PERSON = {
    "screened_on": "2026-02-02", "sex": "F", "year_of_birth": "1960", "index_on": "2026-01-25",
}  # fmt: skip
CONSENT = {"version": "2.0", "given_by": "participant", "consented_on": "2026-02-03"}


def logged(people: People) -> ScreeningEntry:
    """Somebody approached in Grenoble."""
    return services.log_screening(
        site=people.grenoble, screened_on=date(2026, 2, 2), sex="F", year_of_birth=1960,
        index_on=date(2026, 1, 25), actor=people.nils, at=AT,
    )  # fmt: skip


def close_address(entry: ScreeningEntry) -> str:
    """The page that closes an entry."""
    return reverse("screening-outcome", args=[entry.site.code, entry.number])


def consent_address(entry: ScreeningEntry) -> str:
    """The page that enrols."""
    return reverse("consent-new", args=[entry.site.code, entry.number])


def test_an_empty_log_says_how_to_begin_to_whoever_may(people: People, client: Client) -> None:
    client.force_login(people.nils)
    page = read(client, LOG)
    assert "Nobody has been approached yet." in page.text
    assert NEW in page.links
    client.force_login(people.mona)
    assert NEW not in read(client, LOG).links


@pytest.mark.requirement("R-002")
def test_it_logs_a_person_and_gives_the_number(people: People, client: Client) -> None:
    client.force_login(people.nils)
    page = send(client, NEW, **PERSON)
    assert page.status == 302
    entry = ScreeningEntry.objects.get()
    assert (entry.site, entry.number, entry.index_on) == (people.grenoble, 1, date(2026, 1, 25))
    assert "Logged as GRE 1." in read(client, LOG).text


def test_it_preselects_nothing(people: People, client: Client) -> None:
    client.force_login(people.ines)
    entry = logged(people)
    for address in (NEW, close_address(entry), consent_address(entry)):
        page = read(client, address)
        assert page.status == 200
        assert (page.chosen, page.filled()) == ({}, {})


def test_it_asks_for_the_site_only_where_there_is_a_choice(people: People, client: Client) -> None:
    client.force_login(people.nils)
    assert 'name="site"' not in read(client, NEW).html
    services.delegate(
        user=people.nils, role=Role.NURSE, site=people.lyon, trained_on=date(2026, 1, 1),
        starts_on=date(2026, 2, 1), ends_on=None, actor=people.ada, at=AT,
    )  # fmt: skip
    page = read(client, NEW)
    assert 'name="site"' in page.html
    assert page.chosen == {}
    assert send(client, NEW, **PERSON).status == 422
    assert send(client, NEW, **PERSON, site=people.lyon.pk).status == 302
    assert ScreeningEntry.objects.get().site == people.lyon


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("screened_on", "", "This field is required."),
        ("screened_on", "12/03/2026", "Enter a valid date."),
        ("screened_on", "2999-01-01", "less than or equal"),
        ("year_of_birth", "60", "greater than or equal to 1900"),
        ("year_of_birth", "99999999999", "less than or equal to 2100"),
        ("sex", "X", "not one of the available choices"),
        ("index_on", "2026-02-30", "Enter a valid date."),
        ("index_on", "2026-02-09", "The index event comes before the screening."),
    ],
)
def test_it_refuses_bad_input_and_keeps_what_was_typed(
    people: People, client: Client, field: str, value: str, sentence: str
) -> None:
    client.force_login(people.nils)
    page = send(client, NEW, **{**PERSON, field: value})
    assert page.status == 422
    assert sentence in page.text
    assert not ScreeningEntry.objects.exists()
    kept = {"screened_on", "year_of_birth", "index_on"} - {field}
    assert {page.typed[name] for name in kept} == {PERSON[name] for name in kept}
    if field != "sex":
        assert page.typed.get(field, "") == value
        assert page.chosen == {"sex": ["F"]}


def test_a_day_to_come_is_refused_by_the_service_and_kept(people: People, client: Client) -> None:
    client.force_login(people.nils)
    tomorrow = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011 - two days are enough
    page = send(client, NEW, **{**PERSON, "screened_on": tomorrow})
    assert page.status == 422
    assert "cannot be in the future" in page.text
    assert page.typed["screened_on"] == tomorrow


@pytest.mark.requirement("R-002")
def test_closing_asks_one_question_and_records_outcome_and_reason(
    people: People, client: Client
) -> None:
    client.force_login(people.nils)
    for reason, outcome in (("age", "not_eligible"), ("declined", "declined"), ("other", "other")):
        entry = logged(people)
        assert send(client, close_address(entry), reason=reason, note="as told").status == 302
        entry.refresh_from_db()
        assert (entry.outcome, entry.reason, entry.note) == (outcome, reason, "as told")
    assert "Outside the age limits" in read(client, LOG).text


def test_closing_without_a_reason_is_refused_and_the_note_kept(
    people: People, client: Client
) -> None:
    client.force_login(people.nils)
    entry = logged(people)
    page = send(client, close_address(entry), note="typed")
    assert (page.status, page.typed["note"]) == (422, "typed")
    page = send(client, close_address(entry), reason="other")
    assert page.status == 422
    assert "Say in a few words" in page.text
    assert page.chosen == {"reason": ["other"]}
    entry.refresh_from_db()
    assert entry.outcome == "pending"


def test_a_closed_entry_is_not_closed_again(people: People, client: Client) -> None:
    client.force_login(people.nils)
    entry = logged(people)
    send(client, close_address(entry), reason="age")
    page = send(client, close_address(entry), reason="mri")
    assert page.status == 409
    assert "closed already" in page.text
    assert close_address(entry) not in read(client, LOG).links


@pytest.mark.requirement("R-003")
def test_enrolling_gives_a_code_and_plans_visits(people: People, client: Client) -> None:
    client.force_login(people.ines)
    entry = logged(people)
    page = read(client, consent_address(entry))
    assert "GRE Grenoble" in page.text
    assert "2.0, from 1 Mar 2012: in force today" in page.text
    answer = client.post(consent_address(entry), CONSENT)
    participant = Participant.objects.get()
    assert answer.url == f"/participants/{participant.code}/"  # type: ignore[attr-defined]  # a redirect has one
    consent = participant.consents.get()
    assert (consent.version, consent.obtained_by) == ("2.0", people.ines)
    assert participant.visits.exists()
    assert f"/participants/{participant.code}/" in read(client, LOG).links


@pytest.mark.parametrize(
    ("field", "value"),
    [("version", ""), ("version", "9.9"), ("given_by", "friend"), ("consented_on", "soon"),
     ("consented_on", "2026-01-01"), ("consented_on", "2099-01-01")],
)  # fmt: skip
def test_a_consent_that_cannot_be_is_refused(
    people: People, client: Client, field: str, value: str
) -> None:
    client.force_login(people.ines)
    entry = logged(people)
    page = send(client, consent_address(entry), **{**CONSENT, field: value})
    assert page.status == 422
    assert not Participant.objects.exists()
    kept = {"version", "given_by"} - {field}
    assert page.chosen == {name: [CONSENT[name]] for name in kept}
    assert page.typed["consented_on"] == {**CONSENT, field: value}["consented_on"]


def test_enrolling_twice_shows_the_participant_there_is(people: People, client: Client) -> None:
    client.force_login(people.ines)
    entry = logged(people)
    send(client, consent_address(entry), **CONSENT)
    page = send(client, consent_address(entry), **CONSENT)
    assert page.status == 409
    participant = Participant.objects.get()
    assert f"/participants/{participant.code}/" in page.links


@pytest.mark.requirement("R-006")
def test_a_site_that_is_not_active_enrols_nobody(people: People, client: Client) -> None:
    entry = logged(people)
    with act(actor=people.ada, at=AT):
        people.grenoble.activated_on = None
        people.grenoble.save()
    client.force_login(people.ines)
    page = send(client, consent_address(entry), **CONSENT)
    assert page.status == 409
    assert "not activated" in page.text
    assert page.chosen == {"version": ["2.0"], "given_by": ["participant"]}


def test_a_participant_consents_to_another_version_once(people: People, client: Client) -> None:
    client.force_login(people.ines)
    participant = enrolled(people)
    address = reverse("consent-new", args=[participant.code])
    page = read(client, address)
    assert (page.chosen, page.filled()) == ({}, {})
    again = {**CONSENT, "version": current().consents[-1].code}
    page = send(client, address, **again)
    assert page.status == 422
    assert "recorded already" in page.text
    assert send(client, address, **{**CONSENT, "version": "1.0"}).status == 302
    assert Consent.objects.filter(participant=participant).count() == 2


@pytest.mark.requirement("R-070")
def test_what_a_role_does_not_cover_is_refused(people: People, client: Client) -> None:
    entry = logged(people)
    client.force_login(people.nils)
    assert client.get(consent_address(entry)).status_code == 403
    assert consent_address(entry) not in read(client, LOG).links
    for name in ("otto", "mona", "dora", "ivan"):
        client.force_login(getattr(people, name))
        for address in (NEW, close_address(entry), consent_address(entry)):
            assert client.get(address).status_code == 403
            assert client.post(address, {}).status_code == 403
        page = read(client, LOG)
        assert page.status == 200
        assert not {NEW, close_address(entry)} & set(page.links)
    client.force_login(people.ada)
    assert client.get(LOG).status_code == 403


@pytest.mark.requirement("R-070")
def test_another_site_finds_nothing(people: People, client: Client) -> None:
    entry, participant = logged(people), enrolled(people)
    client.force_login(people.carl)
    assert "GRE 1" not in read(client, LOG).text
    again = reverse("consent-new", args=[participant.code])
    for address in (close_address(entry), consent_address(entry), again):
        assert client.get(address).status_code == 404
        assert client.post(address, CONSENT).status_code == 404


@pytest.mark.parametrize("address", ["/screening/GRE/99/outcome/", "/screening/XXX/1/consent/",
    "/screening/GRE/999999999999999999999/outcome/", "/screening/G%00/1/outcome/",
    "/participants/GRE-001-%00/consent/", "/participants/GRE-999-9/consent/"])  # fmt: skip
def test_what_is_not_there_is_not_found(people: People, client: Client, address: str) -> None:
    client.force_login(people.ines)
    assert client.get(address).status_code == 404


def test_counts_lead_to_their_entries(people: People, client: Client) -> None:
    client.force_login(people.nils)
    first, second = logged(people), logged(people)
    send(client, close_address(first), reason="age")
    read(client, LOG)
    page = read(client, f"{LOG}?outcome=pending")
    assert close_address(second) in page.links
    assert "GRE 2" in page.text
    assert "GRE 1" not in page.text
    assert "No entry has this outcome." in read(client, f"{LOG}?outcome=declined").text
    for odd in ("?outcome=nonsense", "?page=x", "?page=99", "?page=-1", "?outcome=%00"):
        assert client.get(f"{LOG}{odd}").status_code == 200


def test_the_log_takes_the_same_queries_for_3_and_30_entries(
    people: People, client: Client
) -> None:
    client.force_login(people.ines)
    for _ in range(3):
        enrolled(people)
    few = queries(lambda: client.get(LOG))
    for _ in range(27):
        logged(people)
    assert queries(lambda: client.get(LOG)) == few
