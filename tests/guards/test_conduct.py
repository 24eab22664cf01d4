"""The guards on conduct bite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guards import conduct
from tests.guards.project import keys, lines, project


@pytest.mark.parametrize(
    "call", ["save()", "objects.create(a=1)", "filter().update(a=1)", "adelete()"]
)
@pytest.mark.parametrize("path", ["trial/views.py", "safety/views/desk.py", "exports/api.py"])
def test_it_finds_a_write_in_a_view(tmp_path: Path, path: str, call: str) -> None:
    tree = project(tmp_path, {path: f"def record(request):\n    thing.{call}\n"})

    assert keys(conduct.writes_in_views(tree)) == [f"{path}::record"]


@pytest.mark.parametrize("path", ["trial/services.py", "analysis/api.py", "tests/test_views.py"])
def test_it_leaves_writes_elsewhere(tmp_path: Path, path: str) -> None:
    tree = project(tmp_path, {path: "def save(thing):\n    thing.save()\n"})

    assert keys(conduct.writes_in_views(tree)) == []


@pytest.mark.parametrize(
    "source",
    [
        "from django.dispatch import receiver\n",
        "from django.dispatch import Signal\n",
        "import django.dispatch\nsaved = django.dispatch.Signal()\n",
        "from django.db.models.signals import post_save\npost_save.connect(act)\n",
        "from django.db.models import signals\nsignals.post_save.connect(act)\n",
        "from celery.signals import worker_ready as ready\n@ready.connect\ndef act(**_): ...\n",
    ],
)
def test_it_finds_a_signal_receiver(tmp_path: Path, source: str) -> None:
    assert keys(conduct.signal_receivers(project(tmp_path, {"safety/apps.py": source}))) != []


@pytest.mark.parametrize(
    "source",
    [
        "import psycopg\nwith psycopg.connect(url) as connection: ...\n",
        "import signal\nsignal.signal(signal.SIGTERM, stop)\n",
        "link.connect(address)\n",
    ],
)
def test_it_leaves_other_connections(tmp_path: Path, source: str) -> None:
    assert keys(conduct.signal_receivers(project(tmp_path, {"config/embedded.py": source}))) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# type: ignore[attr-defined]",
        "# type: ignore",
        "# noqa: S603, S607",
        "# noqa: S603 sic",
        "# nosec B603",
        "# pragma: no cover",
        "# type: ignore[misc]  # noqa: S603",
    ],
)
def test_it_finds_an_excuse_without_a_reason(tmp_path: Path, comment: str) -> None:
    tree = project(tmp_path, {"trial/a.py": f"x = 1\ny = 2  {comment}\n"})

    assert lines(conduct.bare_excuses(tree)) == [2]


def test_it_accepts_an_excuse_with_its_reason(tmp_path: Path) -> None:
    reasons = (
        "x = 1  # type: ignore[misc]  # the stubs lack this argument\n"
        "y = 2  # noqa: S603 - the command is ours and fixed\n"
        'z = "# noqa"\n'
    )
    assert lines(conduct.bare_excuses(project(tmp_path, {"trial/a.py": reasons}))) == []


def test_it_finds_unfinished_work(tmp_path: Path) -> None:
    files = {
        "a/a.py": "# TODO later\ndef f():\n    raise NotImplementedError\n",
        "a/b.py": 'def f():\n    raise NotImplementedError("later")\n',
        "static/a.js": "// FIXME\n",
        "templates/a.html": "<p>\n{# XXX #}",
    }
    found = conduct.unfinished_work(project(tmp_path, files))

    assert sorted((finding.path, finding.line) for finding in found) == [
        ("a/a.py", 1),
        ("a/a.py", 3),
        ("a/b.py", 2),
        ("static/a.js", 1),
        ("templates/a.html", 2),
    ]


def test_it_accepts_unfinished_work_with_an_issue(tmp_path: Path) -> None:
    files = {
        "a/a.py": "# TODO #12: units\ndef f():\n    raise NotImplementedError  # issue #12\n",
        "a/b.py": "try: ...\nexcept NotImplementedError: ...\n",
        "templates/a.html": "{# TODO #12 #}",
    }
    assert list(conduct.unfinished_work(project(tmp_path, files))) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pytest\n@pytest.mark.skip\ndef test_a(): ...\n",
        "import pytest\n@pytest.mark.skipif(True, reason='x')\ndef test_a(): ...\n",
        "import pytest\n@pytest.mark.xfail\ndef test_a(): ...\n",
        "import pytest\ndef test_a():\n    pytest.skip('no')\n",
        "import pytest\nlxml = pytest.importorskip('lxml')\n",
        "from pytest import skip\n",
        "import unittest\n@unittest.skipIf(True, 'x')\ndef test_a(): ...\n",
    ],
)
def test_it_finds_a_test_that_may_not_run(tmp_path: Path, source: str) -> None:
    assert len(keys(conduct.skipped_tests(project(tmp_path, {"tests/test_a.py": source})))) == 1


def test_it_leaves_other_words_skip_in_tests(tmp_path: Path) -> None:
    source = "def test_a(reader):\n    reader.skip(3)\n"

    assert keys(conduct.skipped_tests(project(tmp_path, {"tests/test_a.py": source}))) == []
