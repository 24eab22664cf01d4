"""The client on a bad line: what it asks again, what it never does, and how a file goes on."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hermes_client import Altered, Client, Cut, HermesError, Problem, Unreachable, Unreadable

pytestmark = pytest.mark.requirement("R-063")

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FILE = "/api/v1/cuts/CUT-0001/files/parquet/a.parquet/"
CUT = {
    "cut": "CUT-0001", "status": "done", "as_of": "2027-03-12T10:14:01Z",
    "files": [{"name": "parquet/a.parquet", "sha256": SHA256, "bytes": len(CONTENT)}],
}  # fmt: skip


@dataclass
class Answer:
    """What the server says: status, body, headers; ``breaks`` bytes early if it does."""

    body: bytes = b"{}"
    status: int = 200
    breaks: int = 0


@dataclass
class Server:
    """Gives the answers in their order, the last one for ever."""

    address: str = ""
    answers: list[Answer] = field(default_factory=list)
    ranges: bool = True
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def client(self, **given: float) -> Client:
        """A client without patience."""
        return Client(self.address, "hermes_x", **{"pause": 0.0, "attempts": 3, **given})  # type: ignore[arg-type]  # numbers by name


def handler(server: Server) -> type[BaseHTTPRequestHandler]:
    """A handler of this server's requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            server.asked.append((self.command, self.path, wanted))
            answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
            body, status = answer.body, answer.status
            tagged = self.headers.get("If-Range") == f'"{SHA256}"'
            if wanted and server.ranges and tagged and status == 200:
                body, status = body[int(wanted[6:-1]) :], 206
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - answer.breaks])

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *args: object) -> None:
            """Keep the test's output clean."""

    return Handler


@pytest.fixture(scope="module")
def port() -> Iterator[Callable[[Server], str]]:
    """Lets a server answer at an address; one socket for all tests."""
    current: list[type[BaseHTTPRequestHandler]] = []

    def newest(*given: Any) -> BaseHTTPRequestHandler:
        return current[-1](*given)

    http = ThreadingHTTPServer(("127.0.0.1", 0), newest)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()

    def serve(server: Server) -> str:
        current.append(handler(server))
        return f"http://127.0.0.1:{http.server_port}"

    yield serve
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def server(port: Callable[[Server], str], monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server to be told what to answer."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    found = Server()
    found.address = port(found)
    return found


def as_json(value: object) -> Answer:
    """An answer in JSON."""
    return Answer(json.dumps(value).encode())


def test_what_changes_nothing_is_asked_again(server: Server) -> None:
    server.answers = [Answer(b"{}", 503), Answer(b'{"x": 1}', breaks=3), as_json(CUT)]
    assert server.client().cut("CUT-0001").code == "CUT-0001"
    assert len(server.asked) == 3


def test_it_gives_up_in_the_end(server: Server) -> None:
    server.answers = [Answer(b"[1, 2, 3]", breaks=5)]
    with pytest.raises(Unreachable, match="out of reach"):
        server.client().cut("CUT-0001")
    assert len(server.asked) == 3
    server.answers = [Answer(b"busy", 503)]
    with pytest.raises(Problem) as refused:
        server.client().cut("CUT-0001")
    assert (refused.value.status, len(server.asked)) == (503, 6)


def test_a_cut_is_asked_for_once_whatever_happens(server: Server) -> None:
    for answer, error in ((Answer(b"{}", breaks=1), Unreachable), (Answer(b"{}", 503), Problem)):
        server.answers = [answer]
        server.asked.clear()
        with pytest.raises(error):
            server.client().make_cut("interim", blinded=True)
        assert [method for method, *_ in server.asked] == ["POST"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
def test_a_refusal_is_no_bad_line(server: Server, status: int) -> None:
    told = {"code": "x-y", "detail": "No.", "errors": {"visit": ["Which?"]}, "reference": "ab"}
    server.answers = [Answer(json.dumps(told).encode(), status)]
    with pytest.raises(Problem) as refused:
        server.client().cut("CUT-0001")
    found = refused.value
    assert (found.status, found.code, found.reference) == (status, "x-y", "ab")
    assert found.errors == {"visit": ["Which?"]}
    assert str(found).endswith(f"answered {status}: No. visit: Which?")
    assert len(server.asked) == 1


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_a_file_goes_on_where_the_line_broke(server: Server, tmp_path: Path, ranges: bool) -> None:
    server.ranges = ranges
    server.answers = [Answer(CONTENT, breaks=len(CONTENT) - 4000), Answer(CONTENT, 503),
                      Answer(CONTENT)]  # fmt: skip
    path = server.client().download(Cut.of(CUT), "parquet/a.parquet", tmp_path)
    assert path == tmp_path / "parquet" / "a.parquet"
    assert path.read_bytes() == CONTENT
    assert server.asked == [("GET", FILE, ""), *[("GET", FILE, "bytes=4000-")] * 2]
    assert [one.name for one in path.parent.iterdir()] == ["a.parquet"]


def test_another_run_goes_on_and_a_third_asks_nothing(server: Server, tmp_path: Path) -> None:
    server.answers = [Answer(CONTENT, breaks=100)]
    with pytest.raises(Unreachable):
        server.client(attempts=1).download_all(Cut.of(CUT), tmp_path)
    assert not (tmp_path / "parquet" / "a.parquet").exists()
    server.answers = [Answer(CONTENT)]
    server.client().download_all(Cut.of(CUT), tmp_path)
    assert server.asked[-1][2] == f"bytes={len(CONTENT) - 100}-"
    server.client().download_all(Cut.of(CUT), tmp_path)
    assert len(server.asked) == 2


def test_what_arrives_altered_is_not_kept(server: Server, tmp_path: Path) -> None:
    server.answers = [Answer(CONTENT[::-1])]
    with pytest.raises(Altered, match="SHA-256"):
        server.client().download_all(Cut.of(CUT), tmp_path)
    assert list((tmp_path / "parquet").iterdir()) == []
    # A part of something else, even one that is too long, is not built upon.
    (tmp_path / "parquet" / "a.parquet.part").write_bytes(b"x" * (len(CONTENT) + 1))
    server.answers = [Answer(CONTENT)]
    server.client().download_all(Cut.of(CUT), tmp_path)
    assert (tmp_path / "parquet" / "a.parquet").read_bytes() == CONTENT


@pytest.mark.parametrize(
    "answer", [Answer(b"<html>"), Answer(b"[]"), as_json({"results": 3}),
               as_json({"results": [], "next": "http://127.0.0.2:9/api/v1/cuts/"})],
)  # fmt: skip
def test_what_is_no_answer_of_the_api_is_said(server: Server, answer: Answer) -> None:
    server.answers = [answer]
    with pytest.raises(Unreadable):
        list(server.client().cuts())
    assert len(server.asked) == 1


def test_what_makes_no_sense_is_refused_before_it_is_sent(server: Server) -> None:
    for url, token in (("file:///etc/passwd", "x"), ("http://", "x"), (server.address, "a\nb")):
        with pytest.raises(HermesError):
            Client(url, token)
    with pytest.raises(TypeError, match="visit"):
        list(server.client().rows("CUT-0001", "nihss", visit="V0"))
    assert server.asked == []
