"""Datasets and codebook over REST: what the files hold, page by page, and who may."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from exports.datasets import pages
from exports.datasets import selectors as datasets
from exports.models import DataCut
from exports.tokens import CREATE, READ
from tests.builders import saved
from tests.exports.test_api import Caller, caller, problem
from tests.exports.trial_data import Trial, folder_of, frozen, make_trial
from tests.people import People
from trial.csv_cells import unguarded


@pytest.fixture(scope="session")
def _files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cuts")


@pytest.fixture
def cuts_dir(settings: Any, _files: Path) -> Path:
    """The files of the cuts of all tests here: they are made once."""
    settings.CUTS_DIR = _files
    return _files


def with_a_cut(people: People) -> tuple[Trial, DataCut]:
    """A small trial, and a blinded cut of it."""
    return make_trial(people), frozen(people)


@pytest.fixture
def committed_scene() -> Callable[[People], tuple[Trial, DataCut]]:
    """Made once for all tests here."""
    return with_a_cut


@pytest.fixture
def trial(standing: tuple[Trial, DataCut]) -> Trial:
    """The trial of the cut."""
    return standing[0]


@pytest.fixture
def cut(standing: tuple[Trial, DataCut]) -> DataCut:
    """A blinded cut."""
    return standing[1]


def address(cut: DataCut, *name: str) -> str:
    """Of the datasets, or of one."""
    return reverse("api-dataset" if name else "api-datasets", args=[cut.code, *name])


def pages_of(program: Caller, place: str | None) -> Iterator[dict[str, Any]]:
    """Every page from an address on."""
    while place:
        answer = program.get(place)
        assert answer.status_code == 200, answer.content
        yield answer.json()
        place = answer.json()["next"]


def rows_of(program: Caller, place: str) -> list[dict[str, Any]]:
    """Every row."""
    return [row for page in pages_of(program, place) for row in page["results"]]


def as_in_file(cut: DataCut, name: str, kinds: dict[str, str]) -> list[dict[str, Any]]:
    """The rows of a file, read another way than the product's."""
    text = (folder_of(cut) / f"{name}.csv").read_bytes().decode()
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    read: dict[str, Callable[[str], Any]] = {
        "integer": int, "decimal": float, "boolean": {"0": False, "1": True}.get,
        "number": int, "date": str, "datetime": str,
    }  # fmt: skip
    return [
        {name: read.get(kinds[name], unguarded)(cell) if cell else None
         for name, cell in row.items()}
        for row in rows
    ]  # fmt: skip


@pytest.mark.requirement("R-063")
def test_every_dataset_holds_what_its_file_holds(cut: DataCut, committed_people: People) -> None:
    program = caller(committed_people.stan, READ)
    listed = program.get(address(cut)).json()["results"]
    tables = [row["file"] for row in cut.manifest["tables"]] if cut.manifest else []
    assert [one["file"] for one in listed] == tables[:-2]
    kinds: dict[str, dict[str, str]] = {}
    for column in rows_of(program, reverse("api-codebook", args=[cut.code])):
        whole = column["values"] and all(isinstance(one["value"], int) for one in column["values"])
        kind = "number" if whole else column["type"]
        kinds.setdefault(column["dataset"], {})[column["column"]] = kind
    for one in listed:
        found = rows_of(program, one["url"] + "?page_size=2")
        assert found == as_in_file(cut, one["dataset"], kinds[one["dataset"]]), one["dataset"]
        assert len(found) == one["row_count"]
        keys = [tuple(row[name] for name in one["key"]) for row in found]
        assert len(set(keys)) == len(keys), one["dataset"]
    assert sum(one["row_count"] for one in listed) > 20


@pytest.mark.requirement("R-061")
def test_the_codebook_says_what_columns_and_codes_mean(
    cut: DataCut, committed_people: People
) -> None:
    program = caller(committed_people.stan, READ)
    place = reverse("api-codebook", args=[cut.code])
    whole = rows_of(program, place)
    assert rows_of(program, f"{place}?page_size=7") == whole
    assert rows_of(program, f"{place}?dataset=mrs") == [c for c in whole if c["dataset"] == "mrs"]
    (grade,) = [c for c in whole if (c["dataset"], c["column"]) == ("mrs", "grade")]
    assert [one["value"] for one in grade["values"]] == list(range(7))
    assert all(isinstance(one["label"], str) for one in grade["values"])
    assert program.get(f"{place}?dataset=nothing").status_code == 404


@pytest.mark.requirement("R-063")
def test_rows_of_a_visit_a_site_or_a_participant(
    trial: Trial, cut: DataCut, committed_people: People
) -> None:
    program = caller(committed_people.stan, READ)
    place = address(cut, "visits")
    everything = rows_of(program, place)

    def chosen(query: str) -> list[dict[str, Any]]:
        return rows_of(program, f"{place}?page_size=3&{query}")

    assert chosen("visit=V0&visit=M6") == [r for r in everything if r["visit"] in {"V0", "M6"}]
    lyon = [r for r in everything if r["participant"].startswith("LYO")]
    assert chosen("site=LYO") == lyon != []
    code = trial.lost.code
    assert chosen(f"participant={code}") == [r for r in everything if r["participant"] == code]
    assert chosen(f"participant={code}&site=LYO") == []
    assert chosen("site=XXX") == []
    screened = rows_of(program, address(cut, "screening") + "?site=GRE")
    assert {row["site"] for row in screened} == {"GRE"}


@pytest.mark.requirement("R-063")
def test_what_cannot_be_asked_is_a_400_that_names_it(
    cut: DataCut, committed_people: People
) -> None:
    program = caller(committed_people.stan, READ)
    cursor = parse_qs(urlsplit(next(pages_of(program, address(cut, "visits") + "?page_size=1"))
                               ["next"]).query)["cursor"][0]  # fmt: skip
    wrong = {
        "visits/?visit=M66": "visit", "participants/?visit=V0": "visit", "visits/?vist=V0": "vist",
        "visits/?page_size=0": "page_size", "visits/?page_size=5001": "page_size",
        "visits/?page_size=x": "page_size", "visits/?changed_since=CUT-0009": "changed_since",
        "visits/?changed_since=%00": "changed_since", "visits/?changed_since=": "changed_since",
        "visits/?cursor=x": "cursor", "visits/?cursor=%00": "cursor",
        f"visits/?cursor={cursor[:-2]}": "cursor", f"mrs/?cursor={cursor}": "cursor",
        f"visits/?visit=V0&cursor={cursor}": "cursor", "?x=1": "x",
        # A visit that only one arm has is, in a blinded cut, one that does not exist.
        "vitals/?visit=BMA": "visit",
    }  # fmt: skip
    for query, field in wrong.items():
        answer = program.get(address(cut) + query)
        assert answer.status_code == 400, query
        assert (answer.status_code, set(problem(answer)["errors"])) == (400, {field}), query
    assert program.get(address(cut, "visits") + f"?cursor={cursor}").status_code == 200
    # Given to somebody else it would read without a line in the trail.
    other = caller(committed_people.dora, READ)
    assert other.get(address(cut, "visits") + f"?cursor={cursor}").status_code == 400
    for name in ("codebook", "value_labels", "allocation", "..", "%00", "VISITS", "visits.csv"):
        assert program.get(f"{address(cut)}{name}/").status_code == 404, name


@pytest.mark.requirement("R-063")
def test_what_changed_since_an_earlier_cut(
    trial: Trial, cut: DataCut, committed_people: People
) -> None:
    saved(trial.elsewhere, "V0", "mrs", committed_people, grade=4)
    later, unblinded = frozen(committed_people), frozen(committed_people, blinded=False)
    program, uma = caller(committed_people.stan, READ), caller(committed_people.uma, READ)
    page, last = pages_of(program, f"{address(later, 'mrs')}?changed_since={cut.code}")
    assert page["changed_since"] == last["changed_since"] == cut.code
    assert [(row["participant"], row["grade"]) for row in page["results"]] == [
        (trial.elsewhere.code, 4)
    ]
    assert (page["gone"], last["results"], last["gone"]) == ([], [], [])
    none = f"{address(later, 'participants')}?changed_since={cut.code}"
    assert rows_of(program, none) == []
    # Of an unblinded cut the blinded learn nothing, not even that it is there.
    told = problem(program.get(f"{address(later, 'mrs')}?changed_since={unblinded.code}"))
    absent = problem(program.get(f"{address(later, 'mrs')}?changed_since=CUT-0009"))
    assert told == {**absent, "errors": told["errors"]}
    assert "CUT-0003 before" in str(told["errors"])
    refused = uma.get(f"{address(unblinded, 'mrs')}?changed_since={cut.code}")
    assert (refused.status_code, problem(refused)["code"]) == (409, "not-comparable")
    backwards = program.get(f"{address(cut, 'mrs')}?changed_since={later.code}")
    assert backwards.status_code == 400


@pytest.mark.requirement("R-063")
def test_a_page_that_is_known_is_not_sent_again(cut: DataCut, committed_people: People) -> None:
    program = caller(committed_people.stan, READ)
    places = [address(cut), address(cut, "mrs"), address(cut, "mrs") + "?page_size=1",
              reverse("api-codebook", args=[cut.code])]  # fmt: skip
    tags = [program.get(place)["ETag"] for place in places]
    assert len(set(tags)) == len(tags)
    assert [program.get(place)["ETag"] for place in places] == tags
    noted = Event.objects.filter(name="cut.read").count()
    for place, tag in zip(places, tags, strict=True):
        assert program.get(place, If_None_Match=tag).status_code == 304
        assert program.get(place + ("&" if "?" in place else "?") + "nothing=1",
                           If_None_Match=tag).status_code == 400  # fmt: skip
    assert Event.objects.filter(name="cut.read").count() == noted


@pytest.mark.requirement("R-060")
def test_reading_rows_is_in_the_trail_once(cut: DataCut, committed_people: People) -> None:
    program = caller(committed_people.stan, READ)
    assert len(list(pages_of(program, address(cut, "visits") + "?page_size=5"))) > 2
    program.head(address(cut, "visits"))
    event = Event.objects.get(name="cut.read")
    assert (event.actor, event.reveals_arm) == (committed_people.stan, False)
    assert event.data["file"] == "visits.csv"


@pytest.mark.requirement("R-017")
def test_an_unblinded_cuts_datasets_do_not_exist_for_the_blinded(
    cut: DataCut, committed_people: People
) -> None:
    unblinded = frozen(committed_people, blinded=False)
    told = rows_of(caller(committed_people.uma, READ), address(unblinded, "allocation"))
    assert [row["arm"] for row in told] == ["cells"]
    assert Event.objects.get(name="cut.read").reveals_arm

    def refused(user: User) -> set[int]:
        program = caller(user, READ)
        places = [address(unblinded), address(unblinded, "allocation"), address(unblinded, "mrs"),
                  reverse("api-codebook", args=[unblinded.code])]  # fmt: skip
        return {program.get(place).status_code for place in places}

    for user in committed_people.blinded():
        assert refused(user) <= {403, 404}, user
    assert refused(committed_people.stan) == {404}


@pytest.mark.requirement("R-063")
def test_a_cut_without_files_says_so(
    cut: DataCut, committed_people: People, tmp_path: Path, settings: Any
) -> None:
    program = caller(committed_people.stan, READ, CREATE)
    waiting = program.post("/api/v1/cuts/", {"purpose": "x", "blinded": True}).json()["url"]
    for name in ("datasets/", "datasets/mrs/", "codebook/"):
        answer = program.get(waiting + name)
        assert (answer.status_code, problem(answer)["code"]) == (409, "not-done")
    settings.CUTS_DIR = tmp_path / "elsewhere"
    for place in (address(cut), address(cut, "mrs"), reverse("api-codebook", args=[cut.code])):
        answer = program.get(place)
        assert (answer.status_code, problem(answer)["code"]) == (410, "files-gone")


@pytest.mark.requirement("R-062")
def test_a_page_reads_no_more_than_it_needs(
    cut: DataCut, committed_people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SCANNED", 4)
    program = caller(committed_people.stan, READ)
    found = list(pages_of(program, address(cut, "visits") + "?visit=M24"))
    assert len(found) > 3
    assert {row["visit"] for page in found for row in page["results"]} == {"M24"}
    assert datasets.find(cut, "visits")[0].key == ("participant", "visit", "occurrence")
