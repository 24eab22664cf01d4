"""The analysis sets: by treatment received, by allocation, or pooled when the cut is blinded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.cut import Cut
from analysis.manifest import Arm, Protocol
from analysis.people import Participant
from analysis.plan import AnalysisSet as Planned

AS_TREATED = "randomized participants by the treatment they received, whatever their allocation"
INTENTION_TO_TREAT = (
    "randomized participants by the arm they were allocated to, whatever they received"
)
POOLED = "pooled"
"""The code of the one set of a blinded cut."""
SHORT = 13
"""Characters of a group's label that fit beside a figure."""


@dataclass(frozen=True)
class Group:
    """One group of an analysis set. `members` are participant codes in order."""

    code: str
    label: str
    experimental: bool
    members: tuple[str, ...]

    @property
    def size(self) -> int:
        """The number of participants: the denominator of everything told about the group."""
        return len(self.members)


@dataclass(frozen=True)
class AnalysisSet:
    """One way to divide the randomized participants. Experimental groups come first.

    `code` and title are the plan's, or "pooled" in a blinded cut.
    """

    code: str
    title: str
    explanation: str
    groups: tuple[Group, ...]

    @property
    def described(self) -> str:
        """Title and explanation, as a caption needs them."""
        return f"{self.title.lower()}: {self.explanation}"

    @property
    def reference(self) -> Group:
        """The group the others are compared with: the first control, else the last group."""
        controls = [group for group in self.groups if not group.experimental]
        return controls[0] if controls else self.groups[-1]

    @property
    def compares(self) -> bool:
        """Whether there is anything to compare: at least two groups with somebody in them."""
        return sum(group.size > 0 for group in self.groups) > 1

    def short_label(self, group: Group) -> str:
        """The group's label beside a figure; arm codes for all where one label is too long."""
        fits = all(len(each.label) <= SHORT for each in self.groups)
        return group.label if fits else group.code


def analysis_sets(
    cut: Cut, people: Sequence[Participant], planned: Sequence[Planned]
) -> tuple[AnalysisSet, ...]:
    """The sets of the plan in its order, or everybody pooled where the cut is blinded.

    The groups are derived from the allocation and treatment tables, never from anything else.
    """
    randomized = [person for person in people if person.randomized]
    if cut.manifest.blinded:
        return (_pooled(randomized),)
    protocol = cut.manifest.protocol
    arms = _ordered(protocol.arms)
    labels = treatment_labels(protocol)
    allocated = [person for person in people if person.arm is not None]
    as_treated = tuple(
        _group(arm, labels[arm.code], [p for p in allocated if p.received == arm.code])
        for arm in arms
    )
    by_arm = tuple(
        _group(arm, arm.label, [p for p in allocated if p.arm == arm.code]) for arm in arms
    )
    made = {
        "received": (AS_TREATED, as_treated),
        "allocated": (INTENTION_TO_TREAT, by_arm),
    }
    return tuple(AnalysisSet(one.code, one.title, *made[one.grouped_by]) for one in planned)


def treatment_labels(protocol: Protocol) -> dict[str, str]:
    """Names of the as-treated groups by arm code.

    With one experimental arm and one control they are "Treated" and "Control"; otherwise the
    arms' own labels.
    """
    experimental = [arm for arm in protocol.arms if arm.experimental]
    if len(protocol.arms) == 2 and len(experimental) == 1:
        return {arm.code: "Treated" if arm.experimental else "Control" for arm in protocol.arms}
    return {arm.code: arm.label for arm in protocol.arms}


def _pooled(randomized: Sequence[Participant]) -> AnalysisSet:
    members = tuple(person.code for person in randomized)
    everybody = Group("all", "All randomized", experimental=False, members=members)
    return AnalysisSet(
        POOLED, "Pooled", "all randomized participants together: the cut is blinded", (everybody,)
    )


def _group(arm: Arm, label: str, people: Sequence[Participant]) -> Group:
    return Group(arm.code, label, arm.experimental, tuple(person.code for person in people))


def _ordered(arms: Sequence[Arm]) -> list[Arm]:
    return sorted(arms, key=lambda arm: not arm.experimental)
