"""The sponsor's files are loaded whole, once, or not at all; what is wrong is named by its line."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.models import Event
from config.demo.dictionary import DEMO, Invented
from safety.coding import files, selectors
from safety.coding.errors import BadDictionary
from safety.coding.models import Dictionary, Term
from tests.people import People
from tests.safety.coding.books import FIRST, SECOND, load

pytestmark = [pytest.mark.requirement("R-050"), pytest.mark.usefixtures("people")]


def ask(folder: Path, **given: str) -> None:
    """The command, as it is typed."""
    more = [f"--{name}={value}" for name, value in {"version": "1.0", **given}.items()]
    call_command("load_meddra", str(folder), *more, verbosity=0)


def changed(folder: Path, name: str, line: int, by: Callable[[str], str]) -> None:
    """One line of a file is another one; counted from 1."""
    path = folder / name
    lines = path.read_bytes().decode().split("\r\n")
    lines[line - 1] = by(lines[line - 1])
    path.write_bytes("\r\n".join(lines).encode())


def test_a_release_is_loaded_with_its_primary_paths(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(FIRST.write(tmp_path, "1.0"))
    made = Dictionary.objects.get()
    assert (made.version, made.language, made.terms) == ("1.0", "en", 8)
    assert made.sha256 in capsys.readouterr().out
    term = Term.objects.get(code=208)
    assert (term.name, term.current, term.pt_code, term.pt) == (
        "Slight zib wobble", True, 105, "Zib wobble",
    )  # fmt: skip
    assert (term.hlt_code, term.hlgt_code, term.soc_code, term.soc) == (
        202, 102, 2, "Quang disorders",
    )  # fmt: skip
    assert not Term.objects.get(code=205).current


def test_who_when_and_which_files_stand_in_the_log(tmp_path: Path) -> None:
    ask(FIRST.write(tmp_path, "1.0"))
    made, event = Dictionary.objects.get(), Event.objects.get(name="dictionary.loaded")
    assert event.role == "manage.py load_meddra"
    assert event.data["sha256"] == made.sha256
    assert event.data["account"]
    assert event.at == made.loaded_at
    folder = tmp_path / "again"
    folder.mkdir()
    changed(FIRST.write(folder, "1.0"), "llt.asc", 1, str.upper)
    read = files.read_release(folder, version="1.0", encoding="utf-8")
    assert read.sha256 != made.sha256


def test_an_account_without_a_name_is_named_by_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    ask(FIRST.write(tmp_path, "1.0"))
    account = Event.objects.get(name="dictionary.loaded").data["account"]
    assert account == f"uid {os.getuid()}"


@pytest.mark.parametrize("name", [*files.FIELDS])
def test_a_folder_that_lacks_a_file_is_refused(tmp_path: Path, name: str) -> None:
    (FIRST.write(tmp_path, "1.0") / name).unlink()
    with pytest.raises(CommandError, match=f"has no {name}"):
        ask(tmp_path)
    assert not Dictionary.objects.exists()


@pytest.mark.parametrize(
    ("name", "line", "by", "said"),
    [
        ("llt.asc", 3, lambda text: f"{text}$more$", "llt.asc, line 3: 13 fields, not 11"),
        ("soc.asc", 2, lambda _: "2$Quang", "soc.asc, line 2: 2 fields, not 10"),
        ("pt.asc", 1, lambda text: text.replace("101", "1O1"), "pt.asc, line 1: field 1 is no"),
        ("pt.asc", 1, lambda text: text.replace("101", "9" * 10), "pt.asc, line 1: field 1 is no"),
        ("hlt.asc", 1, lambda text: text.replace("Blorb disorders, part", " "), "field 2 is no"),
        ("hlgt.asc", 1, lambda text: text.replace("Blorb", "\x07"), "field 2 is no term"),
        ("llt.asc", 1, lambda text: text.replace("$Y$", "$X$"), "line 1: field 10 is neither Y"),
        ("llt.asc", 2, lambda text: text.replace("202", "201", 1), "line 2: term 201 .* twice"),
        ("soc.asc", 2, lambda text: text.replace("2", "1", 1), "line 2: term 1 stands here twice"),
        ("llt.asc", 8, lambda text: text.replace("105", "999"), "llt.asc, line 8: .* no PT 999"),
        ("hlt_pt.asc", 1, lambda _: "201$999$", "hlt_pt.asc, line 1: there is no term 999"),
        ("hlgt_hlt.asc", 2, lambda _: "999$202$", "hlgt_hlt.asc, line 2: .* no term 999"),
        ("soc_hlgt.asc", 2, lambda _: "2$101$", "mdhier.asc, line 3: soc_hlgt.asc does not lead"),
        ("mdhier.asc", 1, lambda text: text.replace("$Y$", "$N$"), "pt.asc, line 1: .* no primary"),
        ("mdhier.asc", 2, lambda _: "101$201$101$1$a$b$c$d$e$$1$Y$", "second primary path"),
        ("pt.asc", 3, lambda text: text.replace("$2$", "$1$"), "pt.asc, line 3: .* to SOC 1"),
        ("meddra_release.asc", 1, lambda _: "9.9$English$$$", "says that this is version 9.9"),
    ],
)  # fmt: skip
def test_what_does_not_hang_together_is_named_by_its_line(
    tmp_path: Path, name: str, line: int, by: Callable[[str], str], said: str
) -> None:
    changed(FIRST.write(tmp_path, "1.0"), name, line, by)
    with pytest.raises(CommandError, match=said):
        ask(tmp_path)
    assert not Dictionary.objects.exists()


def test_other_letters_than_those_named_are_refused_by_their_line(tmp_path: Path) -> None:
    book = replace(FIRST, llts={**FIRST.llts, 208: ("Wobble d'été", 105, True)})
    path = book.write(tmp_path, "1.0") / "llt.asc"
    path.write_bytes(path.read_bytes().decode().encode("latin-1"))
    with pytest.raises(CommandError, match="line 8: this is not utf-8"):
        ask(tmp_path)
    with pytest.raises(CommandError, match="unknown encoding"):
        ask(tmp_path, encoding="nonsense")
    ask(tmp_path, encoding="latin-1")
    assert Term.objects.get(code=208).name == "Wobble d'été"


def test_an_empty_file_or_no_folder_is_refused(tmp_path: Path) -> None:
    (FIRST.write(tmp_path, "1.0") / "hlt_pt.asc").write_bytes(b"\r\n")
    with pytest.raises(CommandError, match=" is empty"):
        ask(tmp_path)
    with pytest.raises(CommandError, match="The folder cannot be read"):
        ask(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"version": "27"}, "'27' is no version"),
        ({"language": "English"}, "'English' is no language"),
    ],
)
def test_a_version_and_a_language_have_their_forms(
    tmp_path: Path, given: dict[str, str], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        ask(FIRST.write(tmp_path, "1.0"), **given)


def test_a_trial_goes_forward_through_versions_of_one_language() -> None:
    load(FIRST, "9.1")
    for version, language, said in (
        ("9.1", "en", "is loaded already"),
        ("9.0", "en", "which is newer than 9.0"),
        ("10.0", "fr", "The trial codes in 'en'"),
    ):
        with pytest.raises(BadDictionary, match=said):
            load(SECOND, version, language=language)
    newest = load(SECOND, "10.0")
    assert selectors.in_use() == newest


def test_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table refuses one row in the middle of the copy: dictionary and event go with it."""
    row = files.Row(1, "A", True, 2, "B", 3, "C", 4, "D", 5, "E")
    release = files.Release([row, row], "0" * 64)
    monkeypatch.setattr("safety.coding.loading.read_release", lambda *_, **__: release)
    with pytest.raises(psycopg.Error, match="term_"), transaction.atomic():
        load()
    assert not Dictionary.objects.exists()
    assert not Event.objects.filter(name="dictionary.loaded").exists()


def test_terms_are_only_ever_added(people: People) -> None:
    load()
    for statement in ("UPDATE coding_term SET name = 'x'", "DELETE FROM coding_dictionary"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert people


def test_what_the_demo_loads_says_that_it_is_invented() -> None:
    assert isinstance(DEMO, Invented)
    named = [*DEMO.socs.values(), *(one[0] for one in DEMO.pts.values())]
    named += [one[0] for one in DEMO.llts.values()]
    assert all(name.startswith("Invented") for name in named)
    assert load(DEMO, "0.1").terms == len(DEMO.llts)
