"""Whether the plan that ran is the plan of the database lock, in sentences."""

from __future__ import annotations

from analysis.plan_words import Change, as_data, changes, digest
from analysis.study import Study

MAY_CHANGE = "The database is not locked: the plan may still change."


def changes_since_lock(study: Study) -> tuple[Change, ...]:
    """What the plan that ran says otherwise than that of the lock; nothing before a lock."""
    locked = study.manifest.locked_plan
    return () if locked is None else changes(locked.data, as_data(study.plan))


def plan_in_brief(study: Study) -> str:
    """Version, digest, and how it stands to the lock, in a line."""
    own = digest(as_data(study.plan))
    return f"{study.plan.protocol}, version {study.plan.version}, SHA-256 {own}. {standing(study)}"


def standing(study: Study) -> str:
    """How the plan that ran stands to the database lock."""
    locked = study.manifest.locked_plan
    if locked is None:
        return MAY_CHANGE
    found = len(changes_since_lock(study))
    if not found:
        return f"It is the plan of the database lock of {locked.locked_at}, unchanged."
    many = f"{found} change{'s' if found > 1 else ''}"
    return (
        f"It is NOT the plan of the database lock of {locked.locked_at}: {many} since then; the "
        f"plan of the lock has the SHA-256 {locked.digest}."
    )


def warnings(study: Study) -> tuple[str, ...]:
    """What must stand before everything else: that the plan was changed after the lock."""
    locked, found = study.manifest.locked_plan, changes_since_lock(study)
    if locked is None or not found:
        return ()
    told = "; ".join(change.sentence for change in found[:3])
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    banner = (
        f"THE ANALYSIS PLAN WAS CHANGED AFTER THE DATABASE LOCK of {locked.locked_at}. "
        f"{told}{more}. Everything that changed stands with the plan at the end of this report."
    )
    return (banner,)
