"""From the call of a meeting to its packs and the recommendation: who may do and read what."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from analysis.cut import read_cut
from audit.models import Event
from config import handlers
from exports import folders
from exports.models import DataCut
from exports.packs import making, services
from exports.packs.errors import PackFilesGone
from exports.packs.figures.facts import behind_the_veil
from exports.packs.models import PackSet
from exports.packs.services import CLOSED_FILES, CLOSED_PDF, OPEN_PDF
from exports.packs.setting import setting
from exports.services import build_cut
from randomization.errors import KeyMissing
from randomization.sealing import new_master_key
from randomization.selectors import commitment
from safety.dsmb.models import Meeting
from safety.dsmb.services import call_meeting, vote_on_masks
from tests.archivable import objections
from tests.exports.trial_data import Trial, folder_of, frozen
from tests.paper import standards_of, words_of
from tests.people import PASSWORD, People
from trial.access import NotDelegated
from trial.errors import WrongDate, WrongState

pytestmark = pytest.mark.requirement("R-056")


def called(people: People, on: date | None = None) -> Meeting:
    """A meeting of today, or of another day, called by Uma."""
    day = on or timezone.now().date()
    return call_meeting(
        held_on=day, cut_off=day, members=[people.dag], chair=people.dag, actor=people.uma,
        at=timezone.now(),
    )  # fmt: skip


def as_of(cut: DataCut) -> str:
    """The cut-off as the manifest writes it."""
    return str((cut.manifest or {})["as_of"])


def made(meeting: Meeting, people: People) -> PackSet:
    """Its packs, as the workers make them."""
    packs = services.request_packs(meeting=meeting, actor=people.uma, at=timezone.now())
    handlers.build_packs(Event.objects.filter(name="packs.requested").latest("pk"))
    if packs.cut.underway:
        build_cut(Event.objects.filter(name="cut.requested").latest("pk"))
        handlers.build_packs(Event.objects.filter(name="cut.done").latest("pk"))
    packs.refresh_from_db()
    return packs


def took(packs: PackSet, name: str, actor: User) -> bytes:
    return services.take(packs=packs, name=name, actor=actor, at=timezone.now())


def workbook_text(content: bytes) -> str:
    """Everything a workbook holds, as it is written in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return " ".join(archive.read(name).decode() for name in archive.namelist())


def test_packs_are_made_read_by_whom_they_are_for_and_recommended_on(
    trial: Trial, committed_people: People, client: Client, settings: Any
) -> None:
    people = committed_people
    meeting = called(people)
    packs = made(meeting, people)
    assert (packs.status, packs.masked, packs.error) == ("done", True, "")
    _the_pdfs_say_what_they_are(packs, people)
    _two_runs_give_the_same_bytes(packs, people)
    _only_its_readers_open_the_closed_pack(packs, people, client)
    _the_stored_file_is_no_use(packs, people, settings)
    _a_finished_set_does_not_change(packs)
    _only_a_vote_makes_them_again(meeting, packs, people)
    _the_recommendation_is_read_by_the_sponsor(meeting, people, client)


def _the_pdfs_say_what_they_are(packs: PackSet, people: People) -> None:
    said = {}
    for name, kind in ((OPEN_PDF, "OPEN"), (CLOSED_PDF, "CLOSED")):
        content = took(packs, name, people.dag)
        words = said[name] = words_of(content)
        pages = words.count(f"{kind} ISIS-HERMES · DSMB-01")
        assert pages > 2
        assert words.count(f"SHA-256 of the cut {packs.cut.manifest_sha256}") == pages
        assert words.count(f"Cut {packs.cut.code} · cut-off {as_of(packs.cut)}") == pages
        assert words.count(f"Sealed list SHA-256 {packs.commitment}") == pages
        described = standards_of(content)
        assert "<pdfaid:part>2</pdfaid:part>" in described
        assert "<pdfuaid:part>1</pdfuaid:part>" in described
        assert objections(content) == []
    event = Event.objects.filter(name="pack.downloaded").latest("pk")
    assert (event.actor, event.data["file"]) == (people.dag, CLOSED_PDF)
    opened = said[OPEN_PDF]
    sheets = workbook_text(took(packs, services.OPEN_XLSX, people.dora))
    for word in ("Mesenchymal", "Group A", "Group B", "Usual care"):
        assert word not in opened
        assert word not in sheets
    assert "No laboratory form is declared in the protocol" in opened
    assert "Group A" in said[CLOSED_PDF]
    assert "Group A" in workbook_text(took(packs, services.CLOSED_XLSX, people.uma))
    with zipfile.ZipFile(io.BytesIO(took(packs, services.OPEN_CSV, people.dora))) as archive:
        assert "DSMB-01-OPEN/ae_by_category.csv" in archive.namelist()


def _two_runs_give_the_same_bytes(packs: PackSet, people: People) -> None:
    again = making.contents(packs, packs.commitment)
    assert {one["name"]: one["bytes"] for one in packs.files} == {
        name: len(content) for name, content in again.items()
    }
    assert {name: took(packs, name, people.dag) for name in again} == again


def _only_its_readers_open_the_closed_pack(packs: PackSet, people: People, client: Client) -> None:
    readers = {"dag", "uma"}
    for user in people.users():
        client.force_login(user)
        for name in sorted(CLOSED_FILES):
            address = reverse("dsmb-file", args=["DSMB-01", 1, name])
            status = client.get(address).status_code
            assert (status == 200) is (user.username in readers), (user, status)
            if user.username not in readers:
                with pytest.raises(NotDelegated):
                    took(packs, name, user)
        page = client.get(reverse("dsmb-meeting", args=["DSMB-01"])).content.decode()
        assert (CLOSED_PDF in page) is (user.username in readers)


def _the_stored_file_is_no_use(packs: PackSet, people: People, settings: Any) -> None:
    folder = folders.root() / "packs" / packs.folder
    clear = took(packs, CLOSED_PDF, people.dag)
    for path in Path(django_settings.CUTS_DIR, "packs").rglob("closed*"):
        stored = path.read_bytes()
        assert path.name.endswith(".sealed")
        assert clear[1000:1032] not in stored
        # Two or three bytes stand in noise by chance; these do not.
        for word in (b"%PDF-1", b"PK\x03\x04", b"CLOSED", b"Group", b"Mesench", b"Denominator"):
            assert word not in stored, word
    path = folder / f"{CLOSED_PDF}.sealed"
    kept, key = path.read_bytes(), settings.ALLOCATION_KEY
    path.chmod(0o640)
    path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(PackFilesGone):
        took(packs, CLOSED_PDF, people.dag)
    path.write_bytes(kept)
    settings.ALLOCATION_KEY = new_master_key()
    with pytest.raises(KeyMissing):
        took(packs, CLOSED_PDF, people.dag)
    settings.ALLOCATION_KEY = key
    assert took(packs, CLOSED_PDF, people.dag) == clear


def _a_finished_set_does_not_change(packs: PackSet) -> None:
    for statement in (
        lambda: PackSet.objects.filter(pk=packs.pk).update(masked=False),
        lambda: PackSet.objects.filter(pk=packs.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            statement()


def _only_a_vote_makes_them_again(meeting: Meeting, packs: PackSet, people: People) -> None:
    with pytest.raises(WrongState):
        services.request_packs(meeting=meeting, actor=people.uma, at=timezone.now())
    vote_on_masks(meeting=meeting, unmask=True, actor=people.dag, at=timezone.now())
    again = made(Meeting.objects.get(pk=meeting.pk), people)
    assert (again.number, again.masked, again.cut) == (2, False, packs.cut)
    assert "Mesenchymal stem cells" in words_of(took(again, CLOSED_PDF, people.uma))
    assert [one["sha256"] for one in again.files if one["name"] == OPEN_PDF] == [
        one["sha256"] for one in packs.files if one["name"] == OPEN_PDF
    ]


def _the_recommendation_is_read_by_the_sponsor(
    meeting: Meeting, people: People, client: Client
) -> None:
    client.force_login(people.dag)
    address = reverse("dsmb-recommend", args=["DSMB-01"])
    answers = {"decision": "modify", "text": "Watch the legs more often", "password": "wrong"}
    assert client.post(address, answers).status_code == 422
    assert Event.objects.filter(name="recommendation.refused", actor=people.dag).count() == 1
    assert client.post(address, answers | {"password": PASSWORD}).status_code == 302
    assert client.post(address, answers | {"password": PASSWORD}).status_code == 409
    meeting.refresh_from_db()
    assert meeting.status == Meeting.HELD
    for user in (people.sara, people.ines, people.dora):
        client.force_login(user)
        page = client.get(reverse("dsmb-meeting", args=["DSMB-01"])).content.decode()
        assert "Watch the legs more often" in page
        assert "Closed pack" not in page
    with pytest.raises(WrongState):
        services.request_packs(meeting=meeting, actor=people.uma, at=timezone.now())


def test_the_veil_hides_what_a_blinded_cut_does_not_have(
    trial: Trial, committed_people: People
) -> None:
    blinded = read_cut(folder_of(frozen(committed_people)))
    whole = read_cut(folder_of(frozen(committed_people, blinded=False)))
    veiled = behind_the_veil(whole, setting(commitment()))
    assert set(veiled.tables) <= set(blinded.tables)
    for name in set(veiled.tables) - {"value_labels.csv"}:
        assert veiled.tables[name].equals(blinded.tables[name]), name
    assert {"adverse_events.csv", "visits.csv", "nihss.csv"} <= set(veiled.tables)
    assert veiled.manifest.blinded


def test_packs_are_refused_before_the_cut_off_and_to_everybody_else(
    trial: Trial, committed_people: People
) -> None:
    people, tomorrow = committed_people, timezone.now().date() + timedelta(days=1)
    meeting = called(people, tomorrow)
    with pytest.raises(WrongDate):
        services.request_packs(meeting=meeting, actor=people.uma, at=timezone.now())
    for user in (people.dag, people.stan, people.dora, people.ada):
        with pytest.raises(NotDelegated):
            services.request_packs(meeting=meeting, actor=user, at=timezone.now())


def test_packs_whose_cut_is_altered_fail_and_say_so(trial: Trial, committed_people: People) -> None:
    meeting = called(committed_people)
    packs = services.request_packs(meeting=meeting, actor=committed_people.uma, at=timezone.now())
    build_cut(Event.objects.filter(name="cut.requested").latest("pk"))
    packs.cut.refresh_from_db()
    path = folder_of(packs.cut) / "participants.csv"
    path.chmod(0o640)
    path.write_bytes(path.read_bytes() + b"\n")
    handlers.build_packs(Event.objects.filter(name="cut.done").latest("pk"))
    packs.refresh_from_db()
    assert packs.status == "failed"
    assert "reference" in packs.error or "log has it" in packs.error
    assert not (folders.root() / "packs" / packs.folder).exists()
