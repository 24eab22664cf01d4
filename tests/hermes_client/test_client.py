"""The client against the product itself, on a port of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import hermes_client.client
from analysis.cut import read_cut
from audit.models import Event
from exports import services
from exports.models import DataCut
from hermes_client import Client, CutNotMade, HermesError, Problem
from tests.builders import saved
from tests.exports.test_api import live, token
from tests.exports.trial_data import Trial, contents, frozen, make_trial
from tests.people import AT, People

__all__ = ["live"]
pytestmark = pytest.mark.requirement("R-063")


@pytest.fixture(autouse=True)
def cuts_dir(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the cuts of these tests lie: one of them is made once for all."""
    base = tmp_path_factory.getbasetemp() / "client-cuts"
    settings.CUTS_DIR = base
    return base


def with_a_cut(people: People) -> tuple[Trial, DataCut]:
    """A small trial, and a blinded cut of it."""
    return make_trial(people), frozen(people)


@pytest.fixture
def committed_scene() -> Callable[[People], tuple[Trial, DataCut]]:
    """Made once for all tests here."""
    return with_a_cut


@pytest.fixture
def hermes(live: str, committed_people: People, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Stan's."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return Client(live, token(committed_people.stan), pause=0.0)


def impatient(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Whenever the client waits, this happens instead."""
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: meanwhile())
    monkeypatch.setattr(hermes_client.client, "time", clock)


def test_a_cut_with_all_that_is_in_it(
    standing: tuple[Trial, DataCut], hermes: Client, tmp_path: Path
) -> None:
    _, made = standing
    (listed,) = hermes.cuts(blinded=True, status="done")
    cut = hermes.cut("CUT-0001")
    assert listed.code == cut.code == hermes.newest().code == made.code
    assert (listed.manifest, cut.manifest) == (None, made.manifest)
    assert cut.as_of == made.as_of
    assert isinstance(cut.as_of, datetime)
    datasets = {one.name: one for one in hermes.datasets(cut)}
    visits = list(hermes.rows(cut, "visits", page_size=4))
    assert len(visits) == datasets["visits"].row_count > 8
    assert list(hermes.rows(cut, "visits", visit=["V0"])) == [
        row for row in visits if row["visit"] == "V0"
    ]
    (grade,) = [one for one in hermes.codebook(cut, "mrs") if one.name == "grade"]
    assert {code.value for code in grade.values} == set(range(7))
    folder = tmp_path / "cut"
    folder.mkdir()
    (folder / "visits.csv.part").write_bytes(contents(made)["visits.csv"][:100])
    hermes.download_all(cut, folder)
    # The product gives the rest of a file that broke off.
    taken = Event.objects.filter(name="cut.downloaded", data__file="visits.csv").get()
    assert "100-" in taken.data["part"]
    fetched = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert fetched == contents(made)
    for place in (folder, hermes.download_zip(cut, tmp_path / "cut.zip")):
        assert read_cut(place).manifest.sha256 == cut.manifest_sha256
    assert cut.as_of is not None
    with pytest.raises(HermesError, match="no finished"):
        hermes.newest(as_of=cut.as_of - timedelta(days=1))
    assert [one.code for one in hermes.cuts(as_of=cut.as_of)] == ["CUT-0001"]


def test_a_cut_is_asked_for_waited_for_and_compared(
    standing: tuple[Trial, DataCut],
    committed_people: People,
    hermes: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trial, before = standing
    saved(trial.elsewhere, "V0", "mrs", committed_people, grade=4)
    impatient(monkeypatch, lambda: services.make_now(DataCut.objects.get(number=2)))
    cut = hermes.make_cut("interim", blinded=True)
    assert (cut.code, cut.status, cut.blinded) == ("CUT-0002", "done", True)
    found = hermes.changes(cut, "mrs", before.code)
    assert [(row["participant"], row["grade"]) for row in found.rows] == [(trial.elsewhere.code, 4)]
    assert found.gone == []
    with pytest.raises(Problem) as refused:
        hermes.changes(before.code, "mrs", cut)
    assert (refused.value.code, list(refused.value.errors)) == ("invalid", ["changed_since"])


def test_a_cut_that_is_not_made_is_said(
    committed_people: People, hermes: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel() -> None:
        waiting = DataCut.objects.get(status="queued")
        services.cancel_cut(cut=waiting, actor=committed_people.stan, at=AT)

    impatient(monkeypatch, cancel)
    with pytest.raises(CutNotMade, match="CUT-0002 cancelled") as ended:
        hermes.make_cut("interim", blinded=True)
    assert ended.value.code == "CUT-0002"
    assert hermes.make_cut("interim", blinded=True, wait=False).underway
    with pytest.raises(CutNotMade, match="still queued"):
        hermes.make_cut("interim", blinded=True, patience=-1)
    with pytest.raises(Problem) as refused:
        hermes.make_cut("interim", blinded=False)
    assert (refused.value.status, refused.value.code) == (403, "blinded-only")
