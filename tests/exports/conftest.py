"""Each test has a folder of its own for its cuts."""

from __future__ import annotations

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
def trial(committed_people: People) -> Trial:
    """A small trial, committed."""
    return make_trial(committed_people)
