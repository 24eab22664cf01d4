"""Each test has a folder of its own for its cuts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.exports.trial_data import Trial, make_trial
from tests.people import People


@pytest.fixture(autouse=True)
def cuts_dir(settings: Any, tmp_path: Path) -> Path:
    """Where the cuts of this test go."""
    settings.CUTS_DIR = tmp_path / "cuts"
    return tmp_path / "cuts"


@pytest.fixture
def committed_scene(request: pytest.FixtureRequest) -> Callable[[People], Trial] | None:
    """A small trial, for the tests that ask for it."""
    return make_trial if "trial" in request.fixturenames else None


@pytest.fixture
def trial(standing: Trial) -> Trial:
    """A small trial, committed."""
    return standing
