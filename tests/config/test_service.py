"""A part under supervision: what it says is shown, its end is noticed, a hopeless one given up."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.embedded import EmbeddedError
from config.servers.processes import alive, never, wait_until
from config.servers.service import Patience, Service


@pytest.fixture
def part(capsys: pytest.CaptureFixture[str]) -> Callable[[str], Service]:
    def make(program: str) -> Service:
        return Service("part", [sys.executable, "-c", program], Path.cwd(), os.environ, 5.0)

    return make


def restarted(service: Service) -> bool:
    service.tend()
    return service.process is not None


def has_spoken(service: Service) -> bool:
    service.show()
    return bool(service.last_lines)


def finish(service: Service) -> None:
    assert wait_until(service.ended, patience=30.0, cancelled=never)
    service.make_end()


def test_it_shows_whole_lines_under_its_name(
    part: Callable[[str], Service], capsys: pytest.CaptureFixture[str]
) -> None:
    service = part(r"import sys; sys.stdout.write('one\ntwo\n\xff'); sys.stderr.write('last')")
    service.start()
    finish(service)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["part    | one", "part    | two"]
    assert "last" in lines[2]


def test_it_starts_again_what_ended(part: Callable[[str], Service]) -> None:
    service = part("import sys; sys.exit(3)")
    service.start()
    first = service.process
    assert first is not None
    first.wait()
    service.tend()
    assert service.process is None
    assert wait_until(lambda: restarted(service), patience=30.0, cancelled=never)
    assert service.process is not first
    service.make_end()


def test_it_gives_up_what_keeps_ending(part: Callable[[str], Service]) -> None:
    service = part("print('no such module'); raise SystemExit(1)")
    service._ends.ends = 4
    service.start()
    assert service.process is not None
    service.process.wait()
    with pytest.raises(EmbeddedError, match=r"(?s)part ended 5 times in a row.*no such module"):
        service.tend()


def test_it_waits_longer_each_time_and_forgets_after_a_good_start() -> None:
    patience = Patience("part", started=time.monotonic())
    waits = [patience.next_start() - time.monotonic() for _ in range(4)]
    assert [round(wait) for wait in waits] == [1, 2, 4, 8]
    patience.started -= 3600
    patience.next_start()
    assert patience.ends == 1


def test_it_ends_with_everything_it_started(part: Callable[[str], Service]) -> None:
    program = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    service = part(program)
    service.start()
    assert wait_until(lambda: has_spoken(service), patience=30.0, cancelled=never)
    child = int(service.last_lines[-1])
    assert alive(child)
    service.make_end()
    assert wait_until(lambda: not alive(child), patience=30.0, cancelled=never)
