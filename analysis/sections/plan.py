"""The whole analysis plan in words, with its digest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis.document import Block, Paragraph, Section
from analysis.plan import Plan
from analysis.plan_status import changes_since_lock, standing
from analysis.plan_words import ABSENT, Change, Line, as_data, digest, lines
from analysis.plans import is_declared
from analysis.study import Study
from analysis.tables import Table

DERIVED = (
    "No plan is declared for this protocol: this one is derived from the description of the "
    "protocol in the cut, every outcome as secondary."
)


def section(study: Study) -> Section:
    """What the plan says, entry by entry: everything in this report was run from it."""
    data = as_data(study.plan)
    declared = is_declared(study.plan)
    own = digest(data)
    blocks: list[Block] = [
        Paragraph(
            f"Everything in this report was run from this plan: {study.plan.protocol}, version "
            f"{study.plan.version}, SHA-256 of its canonical form {own}."
        )
    ]
    if not declared:
        blocks.append(Paragraph(DERIVED, remark=True))
    locked, changed = study.manifest.locked_plan, changes_since_lock(study)
    blocks.append(Paragraph(standing(study), remark=bool(changed)))
    if changed:
        blocks.append(changes_table(changed))
    told: dict[str, Any] = {"digest": own, "declared": declared, "plan": data}
    told["locked"] = locked and {"digest": locked.digest, "at": locked.locked_at}
    told["changes_since_lock"] = [change.sentence for change in changed]
    numbers = {"analysis_plan": told}
    blocks.append(plan_table(study.plan))
    return Section("plan", "Analysis plan", tuple(blocks), numbers)


def changes_table(changed: Sequence[Change]) -> Table:
    """What the plan of the lock said, and what the plan that ran says."""
    rows = tuple(
        (one.head, one.of, one.item, one.was or ABSENT, one.now or ABSENT) for one in changed
    )
    columns = ("Part", "Of", "What", "Was at the lock", "Is")
    return Table(
        "analysis_plan_changes", "Changes of the plan since the lock", columns, rows, (), 3
    )


def plan_table(plan: Plan) -> Table:
    """A row for each entry of the plan."""
    entries: dict[tuple[str, str], list[Line]] = {}
    for line in lines(as_data(plan)):
        entries.setdefault((line.head, line.of), []).append(line)
    rows = tuple(
        (head, of, "; ".join(f"{line.item}: {line.said}" for line in told))
        for (head, of), told in entries.items()
    )
    return Table("analysis_plan", "The analysis plan", ("Part", "Of", "It says"), rows, stub=2)
