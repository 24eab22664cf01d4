"""The pages of the data cuts, as each person meets them."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from analysis.cut import read_cut
from audit.models import Event
from exports import services
from exports.models import DataCut
from tests.exports.trial_data import Trial, folder_of, frozen, names
from tests.people import AT, People

READERS = ["stan", "dora", "uma", "dag", "ivan"]
BLINDED = ["stan", "dora", "dag"]
NOBODY = ["ines", "nils", "otto", "tess", "mona", "ada", "zoe"]


def signed_in(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def content(answer: Any) -> bytes:
    """The body, sent at once or in pieces."""
    if answer.streaming:
        return b"".join(answer.streaming_content)
    return bytes(answer.content)


def asked(people: People, *, blinded: bool = True) -> DataCut:
    """A cut that waits."""
    actor = people.stan if blinded else people.uma
    return services.request_cut(purpose="first look", blinded=blinded, actor=actor, at=AT)


def test_a_statistician_asks_for_a_cut(people: People) -> None:
    client = signed_in(people.stan)
    answer = client.post(reverse("cuts"), {"purpose": "interim review", "blinded": "yes"})
    cut = DataCut.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("cut", args=[cut.code])
    assert (cut.purpose, cut.blinded, cut.status) == ("interim review", True, "queued")
    assert Event.objects.filter(name="cut.requested", actor=people.stan).count() == 1
    page = client.get(answer["Location"]).content.decode()
    assert "interim review" in page
    assert "waiting for a worker" in page
    assert 'hx-trigger="every 1s"' in page
    assert ">Look again</a>" in page


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ({"purpose": "", "blinded": "yes"}, "purpose"),
        ({"purpose": "interim"}, "blinded"),
        ({"purpose": "interim", "blinded": "perhaps"}, "blinded"),
        ({"purpose": "x" * 201, "blinded": "yes"}, "purpose"),
        ({"purpose": "a\0b", "blinded": "yes"}, "purpose"),
        ({"purpose": "   ", "blinded": "yes"}, "purpose"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_kept(
    people: People, typed: dict[str, str], word: str
) -> None:
    answer = signed_in(people.stan).post(reverse("cuts"), typed)
    assert answer.status_code == 422
    assert f'href="#field-{word}"' in answer.content.decode()
    assert not DataCut.objects.exists()


def test_nothing_is_chosen_beforehand(people: People) -> None:
    assert " checked" not in signed_in(people.uma).get(reverse("cuts")).content.decode()


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("name", ["stan", "dora"])
def test_an_unblinded_cut_is_not_offered_to_the_blinded_nor_taken_from_them(
    people: People, name: str
) -> None:
    client = signed_in(getattr(people, name))
    assert "Unblinded" not in client.get(reverse("cuts")).content.decode()
    answer = client.post(reverse("cuts"), {"purpose": "interim", "blinded": "no"})
    assert answer.status_code == 422
    assert not DataCut.objects.exists()


def test_an_unblinded_statistician_is_offered_both(people: People) -> None:
    client = signed_in(people.uma)
    assert "Unblinded" in client.get(reverse("cuts")).content.decode()
    client.post(reverse("cuts"), {"purpose": "closed report", "blinded": "no"})
    assert not DataCut.objects.get().blinded


@pytest.mark.requirement("R-070")
@pytest.mark.parametrize("name", NOBODY)
def test_the_pages_are_for_people_who_read_cuts(people: People, name: str) -> None:
    cut = asked(people)
    client = signed_in(getattr(people, name))
    addresses = [reverse("cuts"), reverse("cut", args=[cut.code])]
    assert {client.get(address).status_code for address in addresses} == {403}


@pytest.mark.parametrize("name", ["dag", "ivan"])
def test_who_only_reads_cuts_is_offered_no_form(people: People, name: str) -> None:
    client = signed_in(getattr(people, name))
    assert "New cut" not in client.get(reverse("cuts")).content.decode()
    assert client.post(reverse("cuts"), {"purpose": "x", "blinded": "yes"}).status_code == 403


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("name", BLINDED)
def test_an_unblinded_cut_does_not_exist_for_the_blinded(people: People, name: str) -> None:
    cut = asked(people, blinded=False)
    client = signed_in(getattr(people, name))
    assert cut.code not in client.get(reverse("cuts")).content.decode()
    for route, extra in (
        *((route, []) for route in ("cut", "cut-progress", "cut-zip")),
        *(("cut-file", [file]) for file in ("allocation.csv", "manifest.json")),
    ):
        assert client.get(reverse(route, args=[cut.code, *extra])).status_code == 404
    if name != "dag":
        assert client.post(reverse("cut-cancel", args=[cut.code])).status_code == 404


@pytest.mark.parametrize("code", ["CUT-9999", "cut-0001", "x", "\0", "CUT-00001", "CUT-١٢٣٤"])
def test_a_cut_that_is_not_there_is_not_found(people: People, code: str) -> None:
    asked(people)
    client = signed_in(people.stan)
    for route in ("cut", "cut-progress", "cut-zip"):
        assert client.get(reverse(route, args=[code])).status_code == 404


def test_an_empty_list_says_what_would_fill_it(people: People) -> None:
    assert "No data cuts yet." in signed_in(people.stan).get(reverse("cuts")).content.decode()
    assert "makes them" in signed_in(people.dag).get(reverse("cuts")).content.decode()


def test_progress_comes_as_a_fragment_until_the_cut_is_finished(people: People) -> None:
    cut = asked(people)
    DataCut.objects.filter(pk=cut.pk).update(status="running", rows_total=80, rows_done=20)
    client, address = signed_in(people.stan), reverse("cut-progress", args=[cut.code])
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'value="20" max="80"' in part
    assert client.get(address)["Location"] == reverse("cut", args=[cut.code])
    services.cancel_cut(cut=cut, actor=people.stan, at=AT)
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_cut_can_be_cancelled_once(people: People) -> None:
    cut = asked(people)
    client, address = signed_in(people.stan), reverse("cut-cancel", args=[cut.code])
    assert client.post(address).status_code == 302
    assert "Cancelled" in client.get(reverse("cut", args=[cut.code])).content.decode()
    assert client.post(address).status_code == 409


def test_a_cut_that_is_not_done_hands_out_nothing(people: People) -> None:
    cut = asked(people)
    client = signed_in(people.stan)
    assert client.get(reverse("cut-zip", args=[cut.code])).status_code == 409
    assert client.get(reverse("cut-file", args=[cut.code, "visits.csv"])).status_code == 404


@pytest.mark.requirement("R-060")
def test_a_finished_cut_shows_its_files_and_hashes(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people)
    client = signed_in(committed_people.dag)
    page = client.get(reverse("cut", args=[cut.code])).content.decode()
    assert cut.manifest_sha256 in page
    for name in names(cut):
        assert reverse("cut-file", args=[cut.code, name]) in page
        assert hashlib.sha256((folder_of(cut) / name).read_bytes()).hexdigest() in page
    assert "Being made" not in page
    listing = client.get(reverse("cuts")).content.decode()
    assert cut.manifest_sha256[:12] in listing


@pytest.mark.requirement("R-060")
def test_a_download_is_the_file_and_is_in_the_trail(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people)
    address = reverse("cut-file", args=[cut.code, "nihss.csv"])
    answer = signed_in(committed_people.stan).get(address)
    expected = (folder_of(cut) / "nihss.csv").read_bytes()
    assert content(answer) == expected
    assert answer["Content-Disposition"] == 'attachment; filename="CUT-0001-nihss.csv"'
    event = Event.objects.get(name="cut.downloaded")
    assert (event.actor, event.data["file"]) == (committed_people.stan, "nihss.csv")
    assert event.data["sha256"] == hashlib.sha256(expected).hexdigest()


def test_looking_at_the_headers_alone_is_no_download(
    trial: Trial, committed_people: People
) -> None:
    cut = frozen(committed_people)
    client = signed_in(committed_people.stan)
    for address in (
        reverse("cut-file", args=[cut.code, "nihss.csv"]),
        reverse("cut-zip", args=[cut.code]),
    ):
        answer = client.head(address)
        assert answer.status_code == 200
        answer.close()
    assert not Event.objects.filter(name="cut.downloaded").exists()


@pytest.mark.requirement("R-062")
def test_the_zip_is_the_cut_and_always_the_same_bytes(
    trial: Trial, committed_people: People, tmp_path: Path
) -> None:
    cut = frozen(committed_people)
    client, address = signed_in(committed_people.stan), reverse("cut-zip", args=[cut.code])
    first, second = content(client.get(address)), content(client.get(address))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert sorted(archive.namelist()) == sorted(f"CUT-0001/{name}" for name in names(cut))
    (tmp_path / "cut.zip").write_bytes(first)
    assert read_cut(tmp_path / "cut.zip").manifest.cut == "CUT-0001"
    assert [e.data["file"] for e in Event.objects.filter(name="cut.downloaded")] == [
        "CUT-0001.zip", "CUT-0001.zip",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["../secret_key", "..%2fsecret_key", "secret.csv", "allocation.csv", "\0", ".."]
)
def test_only_the_files_of_the_cut_are_handed_out(
    trial: Trial, committed_people: People, name: str
) -> None:
    cut = frozen(committed_people)
    address = f"/cuts/{cut.code}/files/{name}/"
    assert signed_in(committed_people.stan).get(address).status_code == 404


def test_files_that_are_gone_are_said_to_be_gone(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people)
    (folder_of(cut) / "visits.csv").unlink()
    client = signed_in(committed_people.stan)
    for route, extra in (("cut-file", ["visits.csv"]), ("cut-zip", [])):
        answer = client.get(reverse(route, args=[cut.code, *extra]))
        assert answer.status_code == 410
    assert not Event.objects.filter(name="cut.downloaded").exists()


def test_a_failed_cut_says_so_in_a_sentence(people: People) -> None:
    cut = asked(people)
    DataCut.objects.filter(pk=cut.pk).update(status="failed", error="The disk is full.")
    page = signed_in(people.stan).get(reverse("cut", args=[cut.code])).content.decode()
    assert "The disk is full." in page
    assert re.search(r"state-missed.*Failed", page, re.DOTALL)


@pytest.mark.parametrize("name", READERS)
def test_a_list_of_many_asks_the_database_as_often_as_a_list_of_few(
    people: People, name: str
) -> None:
    client = signed_in(getattr(people, name))
    asked(people)
    few = _queries(client)
    for _ in range(5):
        asked(people)
    assert _queries(client) == few


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("cuts"))
    return len(queries)
