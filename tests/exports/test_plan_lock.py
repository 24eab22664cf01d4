"""The analysis plan is written down at the database lock and travels with every later cut."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from analysis.cut import read_cut
from analysis.plan_status import changes_since_lock
from analysis.plan_words import as_data, digest
from analysis.plans import DECLARED
from analysis.plans.isis_hermes import PLAN
from analysis.study import analyse
from audit.models import Event
from audit.trail import PlainWords
from exports import plan_lock
from tests.builders import enrolled, saved
from tests.exports.trial_data import Trial, folder_of, frozen
from tests.people import AT, People
from trial import services
from trial.models import Lock

pytestmark = pytest.mark.requirement("R-065")
LATER = AT + timedelta(hours=1)
CHANGED = replace(PLAN, alpha=0.1)


def lock_trial(people: People, hours: int = 0) -> Lock:
    at = AT + timedelta(hours=hours)
    return services.lock(override_reason="End of the trial", actor=people.dora, at=at)


def test_a_lock_of_the_trial_writes_the_plan_down(people: People) -> None:
    assert plan_lock.as_locked() is None
    made = lock_trial(people)

    told = Event.objects.get(name=plan_lock.NAME)
    assert (told.subject_id, told.actor, told.reveals_arm) == (str(made.pk), people.dora, False)
    assert told.data["digest"] == digest(as_data(PLAN))
    found = plan_lock.as_locked()
    assert found is not None
    # As it comes back from the database it has the digest it was given.
    assert digest(found["plan"]) == found["digest"] == told.data["digest"]
    assert found["locked_at"] == AT.strftime("%Y-%m-%dT%H:%M:%SZ")
    _, about = PlainWords().act(told.name, told.data)
    assert "plan kept whole in the log" in about
    assert len(about) < 200


def test_a_narrower_lock_writes_nothing_down(people: People) -> None:
    record = saved(enrolled(people), "V0", "mrs", people, grade=2)
    services.lock(record=record, override_reason="Site closed", actor=people.dora, at=AT)

    assert plan_lock.as_locked() is None


def test_the_first_lock_counts(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lock_trial(people)
    services.ask_unlock(lock=first, reason="A late form", actor=people.dora, at=LATER)
    services.lift(lock=first, actor=people.mona, at=LATER)
    monkeypatch.setitem(DECLARED, "ISIS-HERMES", CHANGED)
    lock_trial(people, hours=2)

    digests = Event.objects.filter(name=plan_lock.NAME).order_by("pk")
    assert [one.data["digest"] for one in digests] == [
        digest(as_data(PLAN)),
        digest(as_data(CHANGED)),
    ]
    found = plan_lock.as_locked()
    assert found is not None
    assert found["digest"] == digest(as_data(PLAN))


def test_every_later_cut_carries_it_and_the_report_compares(
    trial: Trial, committed_people: People
) -> None:
    before = frozen(committed_people)
    lock_trial(committed_people)
    after = frozen(committed_people, blinded=False)

    assert json.loads((folder_of(before) / "manifest.json").read_bytes())["analysis_plan"] is None
    cut = read_cut(folder_of(after))
    locked = cut.manifest.locked_plan
    assert locked is not None
    assert locked.digest == digest(as_data(PLAN))
    assert changes_since_lock(analyse(cut)) == ()
    changed = changes_since_lock(analyse(cut, CHANGED))
    assert [change.sentence for change in changed] == ["Plan, level of the tests: 0.05 → 0.1"]
