"""A cut over REST, from a server of our own on this machine."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from analysis.__main__ import main
from analysis.api import CutServer
from analysis.errors import CutRefused
from tests.analysis.conftest import Written, contents

pytestmark = pytest.mark.requirement("R-063", "R-064")

TOKEN = "the-token"


@dataclass
class Site:
    """A server that answers as the REST API does; `answers` replaces an answer by its path."""

    address: str
    cuts: dict[str, dict[str, bytes]] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def describe(self, cut: str) -> dict[str, Any]:
        files = self.cuts[cut]
        return {
            "id": cut,
            "cut": cut,
            "status": self.status.get(cut, "done"),
            "files": [
                {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "url": ""}
                for name, content in files.items()
            ],
            "manifest": json.loads(files["manifest.json"]),
        }

    def answer(self, path: str) -> tuple[int, bytes]:
        if path in self.answers:
            return self.answers[path]
        parts = path.removeprefix("/api/v1/").strip("/").split("/")
        match parts:
            case ["cuts"]:
                return self.page(list(self.cuts), more=True)
            case ["cuts?page=2"]:
                return self.page(list(self.cuts), more=False)
            case ["cuts", cut] if cut in self.cuts:
                return 200, json.dumps(self.describe(cut)).encode()
            case ["cuts", cut, "files", name] if name in self.cuts.get(cut, {}):
                return 200, self.cuts[cut][name]
            case _:
                return 404, b"{}"

    def page(self, cuts: list[str], *, more: bool) -> tuple[int, bytes]:
        shown = cuts[:1] if more else cuts[1:]
        following = f"{self.address}/api/v1/cuts?page=2" if more else None
        results = [self.describe(cut) for cut in shown]
        return 200, json.dumps({"next": following, "results": results}).encode()


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def site(light_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, body = 401, b"{}"
            else:
                status, body = served.answer(self.path)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Site(f"http://127.0.0.1:{server.server_address[1]}")
    served.cuts = {"CUT-0001": files_of(light_folder)}
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_reports_from_the_server_what_it_reports_from_the_folder(
    site: Site, bare_folder: Path, bare_report: Written, tmp_path: Path
) -> None:
    site.cuts = {"CUT-0001": files_of(bare_folder)}
    out = tmp_path / "out"

    assert main(["report", "--api", f"{site.address}/api/v1", "--token", TOKEN, str(out)]) == 0

    assert contents(out) == bare_report.files()


def test_it_finds_the_api_under_the_sites_address(site: Site, tmp_path: Path) -> None:
    CutServer(f"{site.address}/", TOKEN).download(tmp_path)

    assert site.asked[0] == "/api/v1/cuts/"
    assert files_of(tmp_path) == site.cuts["CUT-0001"]


def test_it_takes_the_newest_that_is_done(site: Site, tmp_path: Path) -> None:
    for cut in ("CUT-0003", "CUT-0002"):
        site.cuts[cut] = site.cuts["CUT-0001"]
    site.status["CUT-0003"] = "running"

    CutServer(site.address, TOKEN).download(tmp_path)

    assert "/api/v1/cuts/CUT-0002/files/manifest.json/" in site.asked
    assert "/api/v1/cuts?page=2" in site.asked


def test_it_takes_the_cut_it_is_told(site: Site, bare_folder: Path, tmp_path: Path) -> None:
    site.cuts = dict.fromkeys(("CUT-0001", "CUT-0002"), files_of(bare_folder))
    arguments = ["--api", site.address, "--token", TOKEN, "--cut", "CUT-0001"]

    assert main(["report", *arguments, str(tmp_path / "out")]) == 0

    assert "/api/v1/cuts/CUT-0001/files/nihss.csv/" in site.asked
    assert not [path for path in site.asked if "CUT-0002" in path]


def test_it_reads_the_token_from_standard_input(
    site: Site, bare_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.cuts = {"CUT-0001": files_of(bare_folder)}
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TOKEN}\n"))

    assert main(["report", "--api", site.address, "--token", "-", str(tmp_path / "out")]) == 0


def test_it_refuses_a_file_that_arrives_altered(site: Site, tmp_path: Path) -> None:
    content = site.cuts["CUT-0001"]["mrs.csv"].replace(b"1", b"2", 1)
    site.answers["/api/v1/cuts/CUT-0001/files/mrs.csv/"] = (200, content)

    with pytest.raises(CutRefused, match=r"mrs\.csv arrived altered"):
        CutServer(site.address, TOKEN).download(tmp_path)


def test_it_verifies_what_arrived_against_the_manifest(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = dict(site.cuts["CUT-0001"])
    files["mrs.csv"] = files["mrs.csv"].replace(b"complete", b"Complete", 1)
    site.cuts["CUT-0001"] = files

    arguments = ["report", "--api", site.address, "--token", TOKEN, str(tmp_path / "out")]
    assert main(arguments) == 2

    assert "Refused: mrs.csv was altered" in capsys.readouterr().err


def test_it_reports_a_wrong_token(site: Site, tmp_path: Path) -> None:
    with pytest.raises(CutRefused, match="answered 401"):
        CutServer(site.address, "another").download(tmp_path)


def test_it_reports_a_cut_that_is_not_there(site: Site, tmp_path: Path) -> None:
    with pytest.raises(CutRefused, match="answered 404"):
        CutServer(site.address, TOKEN).download(tmp_path, "CUT-0404")


def test_it_refuses_a_cut_that_is_not_done(site: Site, tmp_path: Path) -> None:
    site.status["CUT-0001"] = "failed"

    with pytest.raises(CutRefused, match="CUT-0001 is not done: its status is 'failed'"):
        CutServer(site.address, TOKEN).download(tmp_path, "CUT-0001")
    with pytest.raises(CutRefused, match="no finished data cut"):
        CutServer(site.address, TOKEN).download(tmp_path)


def test_it_follows_no_redirect(site: Site, tmp_path: Path) -> None:
    site.answers["/api/v1/cuts/CUT-0001/"] = (302, f"{site.address}/elsewhere".encode())

    with pytest.raises(CutRefused, match="answered 302"):
        CutServer(site.address, TOKEN).download(tmp_path, "CUT-0001")
    assert "/elsewhere" not in site.asked


def test_it_takes_its_token_to_no_other_server(site: Site, tmp_path: Path) -> None:
    page = {"next": "http://127.0.0.2:9/api/v1/cuts/", "results": []}
    site.answers["/api/v1/cuts/"] = (200, json.dumps(page).encode())

    with pytest.raises(CutRefused, match="points to another server"):
        CutServer(site.address, TOKEN).download(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["../escape.csv", "a/b/c.csv", "a/../b.csv", ".hidden", "a/.hidden", "", "/x", "c:evil.csv"],
)
def test_it_writes_only_plain_file_names(site: Site, tmp_path: Path, name: str) -> None:
    listed = site.describe("CUT-0001") | {"files": [{"name": name, "sha256": "0"}]}
    site.answers["/api/v1/cuts/CUT-0001/"] = (200, json.dumps(listed).encode())

    with pytest.raises(CutRefused, match="no plain file name"):
        CutServer(site.address, TOKEN).download(tmp_path, "CUT-0001")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"results": 3}'])
def test_it_refuses_an_answer_it_cannot_read(site: Site, tmp_path: Path, content: bytes) -> None:
    site.answers["/api/v1/cuts/"] = (200, content)

    with pytest.raises(CutRefused, match="answer"):
        CutServer(site.address, TOKEN).download(tmp_path)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "localhost:8000", "http://"])
def test_it_speaks_http_only(url: str) -> None:
    with pytest.raises(CutRefused, match="no http or https address"):
        CutServer(url, TOKEN)


@pytest.mark.parametrize("token", ["", "line\nbreak", "é"])
def test_it_refuses_what_is_no_token(token: str) -> None:
    with pytest.raises(CutRefused, match="token"):
        CutServer("http://127.0.0.1", token)


def test_it_says_when_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    with pytest.raises(CutRefused, match="out of reach"):
        CutServer("http://127.0.0.1:1", TOKEN).download(tmp_path)
