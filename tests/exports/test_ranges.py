"""A download that broke off goes on where it stopped, and never with bytes of something else."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from audit.models import Event
from exports import ranges, zipping
from exports.models import DataCut
from exports.ranges import Part, Sent
from exports.tokens import READ
from tests.exports.test_api import token
from tests.exports.test_pages import signed_in
from tests.exports.trial_data import Trial, contents, folder_of, frozen
from tests.people import People

HUNDRED = Sent("x.csv", "text/csv", "abc", 100)


def asking(**headers: str) -> HttpRequest:
    """A request with these headers."""
    return RequestFactory().get("/", headers=headers)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("bytes=0-0", Part(0, 1, 100)),
        ("bytes=40-", Part(40, 100, 100)),
        ("BYTES=40-59", Part(40, 60, 100)),
        ("bytes=40-4000", Part(40, 100, 100)),
        ("bytes=-1", Part(99, 100, 100)),
        ("bytes=-400", Part(0, 100, 100)),
        ("bytes=99-", Part(99, 100, 100)),
        ("bytes=100-", None),
        ("bytes=4000-5000", None),
        ("bytes=-0", None),
        *((value, Part(0, 100, 100)) for value in (
            "", "bytes=", "bytes=-", "bytes=60-40", "bytes=a-b", "bytes=0-1,4-5", "rows=0-1",
            "bytes=1", "bytes=٣-", "bytes=" + "9" * 400 + "-",
        )),
    ],
)  # fmt: skip
def test_one_range_is_understood_and_whatever_is_none_is_the_whole(
    value: str, part: Part | None
) -> None:
    assert ranges.asked(asking(Range=value), HUNDRED) == part


@pytest.mark.parametrize(
    ("known", "start"), [('"abc"', 40), ('"other"', 0), ('W/"abc"', 0), ("Sun, 1 Nov 2026", 0)]
)
def test_the_rest_of_another_version_is_the_whole(known: str, start: int) -> None:
    found = ranges.asked(asking(Range="bytes=40-", **{"If-Range": known}), HUNDRED)
    assert found == Part(start, 100, 100)


def test_of_an_empty_file_there_is_no_part() -> None:
    nothing = Sent("x.csv", "text/csv", "abc", 0)
    assert ranges.asked(asking(Range="bytes=0-"), nothing) is None
    assert ranges.asked(asking(Range="bytes=-5"), nothing) is None
    assert ranges.asked(asking(), nothing) == Part(0, 0, 0)


@pytest.fixture
def cut(trial: Trial, committed_people: People) -> DataCut:
    """A finished cut."""
    return frozen(committed_people)


def program(people: People) -> Client:
    """A program with a token."""
    return Client(headers={"Authorization": f"Bearer {token(people.stan, READ)}"})


def in_parts(get: Any, address: str, size: int) -> bytes:
    """A file taken in three parts, each asked for as a client goes on after a break."""
    found, tag = b"", ""
    for stop in (size // 3, size // 2, None):
        wanted = f"bytes={len(found)}-{'' if stop is None else stop}"
        answer = get(address, headers={"Range": wanted, **({"If-Range": tag} if tag else {})})
        assert answer.status_code == 206
        assert answer["Content-Range"].startswith(f"bytes {len(found)}-")
        assert answer["Content-Range"].endswith(f"/{size}")
        part = b"".join(answer.streaming_content)
        assert answer["Content-Length"] == str(len(part))
        found, tag = found + part, answer["ETag"]
    return found


@pytest.mark.requirement("R-062")
def test_files_and_the_zip_are_taken_in_parts_and_the_trail_says_so(
    cut: DataCut, committed_people: People
) -> None:
    stan = signed_in(committed_people.stan)
    whole = (folder_of(cut) / "visits.csv").read_bytes()
    page, rest = (
        reverse(name, args=[cut.code, "visits.csv"]) for name in ("cut-file", "api-cut-file")
    )
    assert in_parts(stan.get, page, len(whole)) == whole
    assert in_parts(program(committed_people).get, rest, len(whole)) == whole
    zipped: Any = stan.get(reverse("cut-zip", args=[cut.code]))
    content = b"".join(zipped.streaming_content)
    assert zipped["Content-Length"] == str(len(content))
    assert zipped["Accept-Ranges"] == "bytes"
    assert in_parts(stan.get, zipped.request["PATH_INFO"], len(content)) == content
    told = [row.data.get("part", "whole") for row in Event.objects.filter(name="cut.downloaded")]
    assert len(told) == 10
    assert told.count("whole") == 1
    assert f"bytes 0-{len(whole) // 3}/{len(whole)}" in told


@pytest.mark.requirement("R-062")
def test_a_part_that_is_not_there_is_a_416_and_no_download(
    cut: DataCut, committed_people: People
) -> None:
    size = len((folder_of(cut) / "visits.csv").read_bytes())
    for get, address in (
        (signed_in(committed_people.stan).get, "cut-file"),
        (program(committed_people).get, "api-cut-file"),
    ):
        answer = get(
            reverse(address, args=[cut.code, "visits.csv"]), headers={"Range": f"bytes={size}-"}
        )
        assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{size}")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "no-such-part"
    assert not Event.objects.filter(name="cut.downloaded").exists()


def archive_of(folder: Path, files: dict[str, bytes]) -> zipping.Archive:
    """An archive of these files."""
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_bytes(content)
    return zipping.Archive("CUT-0001", {name: folder / name for name in files})


FILES = {"a.csv": b"x,y\n1,2\n", "empty.csv": b"", "parquet/é.bin": bytes(range(256)) * 700}


@pytest.mark.requirement("R-062")
@pytest.mark.parametrize("wide", [False, True])
def test_the_zip_is_read_by_others_and_as_long_as_it_said(
    wide: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if wide:
        monkeypatch.setattr(zipping, "_TOO_LARGE", 1000)
    made = archive_of(tmp_path / "files", FILES)
    content = b"".join(made.read())
    assert len(content) == len(made)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        read = {info.filename: archive.read(info) for info in archive.infolist()}
    assert read == {f"CUT-0001/{name}": found for name, found in FILES.items()}
    (tmp_path / "cut.zip").write_bytes(content)
    for tool in (["unzip", "-tq"], ["bsdtar", "-tf"]):
        if shutil.which(tool[0]):
            subprocess.run([*tool, str(tmp_path / "cut.zip")], check=True, capture_output=True)


def test_any_part_of_the_zip_is_that_part(tmp_path: Path) -> None:
    files = FILES | {"parquet/é.bin": b"0123456789" * 9}
    made = archive_of(tmp_path, files)
    whole = b"".join(made.read())
    for start in range(0, len(whole), 7):
        for stop in (start + 1, start + 40, len(whole)):
            assert b"".join(made.read(start, min(stop, len(whole)))) == whole[start:stop]


def test_the_zip_holds_every_file_of_the_cut(cut: DataCut) -> None:
    paths = {name: folder_of(cut) / name for name in contents(cut)}
    content = b"".join(zipping.Archive(cut.code, paths).read())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {name.removeprefix("CUT-0001/"): archive.read(name) for name in archive.namelist()} \
            == contents(cut)  # fmt: skip
