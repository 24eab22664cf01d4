"""Who is in which analysis, and who is not and why."""

from __future__ import annotations

from analysis.document import Block, Section, bullets
from analysis.membership import analysed, analysed_table, members_table, memberships
from analysis.study import Study


def section(study: Study) -> Section | None:
    """The rules of the sets, everybody's place in them, and who is analysed for each outcome.

    Nothing where the plan asks for nothing that is analysed in a set.
    """
    if not (study.series or study.tallies or study.feasibility):
        return None
    placed = memberships(list(study.people.values()), study.sets)
    counted = analysed(study.series, study.sets, study.fits)
    labels = {arm.code: arm.label for arm in study.manifest.protocol.arms}
    blocks: list[Block] = [
        bullets(f"{chosen.title}: {chosen.explanation}." for chosen in study.sets),
        members_table(placed, study.people, study.sets, labels),
    ]
    if study.series:
        blocks.append(analysed_table(counted))
    numbers = {
        "analysis_sets": [
            {
                "participant": one.participant,
                "analysis_set": one.analysis_set.code,
                "group": one.group.code if one.group else None,
                "reason": one.reason,
            }
            for one in placed
        ],
        "analysed": [
            {
                "participant": one.participant,
                "outcome": one.outcome.code,
                "analysis_set": one.analysis_set.code,
                "group": one.group.code,
                "reason": one.reason,
            }
            for one in counted
        ],
    }
    return Section("sets", "Analysis sets", tuple(blocks), numbers, wide=True)
