"""The cuts that every test of a CDISC format reads: made once, then files only."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.exports.cdisc import harness
from tests.exports.cdisc.scene import another_trial, furnished, other_arms
from tests.people import make_people
from tests.stage import Stage


@pytest.fixture(scope="session")
def _made(
    _stage: Stage, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, harness.Cut]:
    _stage.clear()
    folder = tmp_path_factory.mktemp("cdisc")
    found = {}
    for name, module, scene in (
        ("isis_hermes", "trial.protocols.isis_hermes", furnished),
        ("three_arms", "tests.protocols.three_arms", another_trial),
        ("other_arms", "tests.protocols.three_arms", other_arms),
    ):
        with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
            patch.setenv("HERMES_PROTOCOL", module)
            # What must not be part of another act may yet be part of a test, as in Django's own.
            block: Any = transaction.atomic()
            block._from_testcase = True
            with block:
                people = make_people()
                scene(people)
                for words, blinded in (("blinded", True), ("open", False)):
                    frozen = harness.frozen(people, folder / f"{name}_{words}", blinded=blinded)
                    found[f"{name} {words}"] = harness.Cut(module, frozen)
                transaction.set_rollback(True)
    return found


CUTS = (
    "isis_hermes blinded", "isis_hermes open", "three_arms blinded", "three_arms open",
)  # fmt: skip


@pytest.fixture(params=CUTS)
def each(
    request: pytest.FixtureRequest, _made: dict[str, harness.Cut], monkeypatch: pytest.MonkeyPatch
) -> harness.Cut:
    """Each cut in turn, its own protocol in force."""
    cut = _made[request.param]
    monkeypatch.setenv("HERMES_PROTOCOL", cut.protocol)
    return cut


@pytest.fixture
def blinded(_made: dict[str, harness.Cut]) -> harness.Cut:
    """The blinded cut of this trial."""
    return _made["isis_hermes blinded"]


@pytest.fixture
def unblinded(_made: dict[str, harness.Cut]) -> harness.Cut:
    """The unblinded cut of this trial."""
    return _made["isis_hermes open"]


@pytest.fixture
def twins(
    _made: dict[str, harness.Cut], monkeypatch: pytest.MonkeyPatch
) -> tuple[harness.Cut, harness.Cut]:
    """The blinded cuts of two trials that differ in the arms alone."""
    first, second = (_made[f"{name} open"].frozen.folder for name in ("three_arms", "other_arms"))
    arms = [(folder / "allocation.csv").read_text() for folder in (first, second)]
    assert arms[0] != arms[1]
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    return _made["three_arms blinded"], _made["other_arms blinded"]
