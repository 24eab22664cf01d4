"""The rules that follow from how items are asked, written out so that a database can check them.

An instrument may declare its own rule with ``structure="untestable"`` or ``"branching"`` to give
these rules its code and words; otherwise they are called UNTESTABLE and BRANCH.
"""

from collections.abc import Mapping

from outcomes.scales.items import Item, Question
from outcomes.scales.rules import HARD, Cond, Rule, Structure

_DEFAULT = {
    "untestable": Rule(
        "UNTESTABLE", HARD, "Scored or untestable with a reason, not both.", structure="untestable"
    ),
    "branching": Rule(
        "BRANCH", HARD, "An answer to a question that is not asked.", structure="branching"
    ),
}


def structure_rule(rules: tuple[Rule, ...], structure: Structure) -> Rule:
    """The instrument's own rule for the structure, or the default one."""
    return next((rule for rule in rules if rule.structure == structure), _DEFAULT[structure])


def ask_chain(item: Question, by_name: Mapping[str, Question]) -> tuple[Cond, ...]:
    """Everything that must hold for the item to be asked, the earliest question first."""
    if item.ask_if is None:
        return ()
    return (*ask_chain(by_name[item.ask_if.item], by_name), item.ask_if)


def branching_rules(by_name: Mapping[str, Question], base: Rule) -> tuple[Rule, ...]:
    """One rule for each earlier answer that keeps an item from being asked: it stays blank."""
    return tuple(
        Rule(
            base.code, base.severity, base.message, origin=base.origin,
            when=(cond.opposite(),), then=(Cond(item.name, "blank"),),
            part=f"{item.name}_after_{cond.item}",
        )
        for item in by_name.values()
        for cond in ask_chain(item, by_name)
    )  # fmt: skip


def untestable_rules(items: tuple[Item, ...], base: Rule) -> tuple[Rule, ...]:
    """Marked, unscored and with an allowed reason; and no reason without the mark."""
    return tuple(
        Rule(
            base.code, base.severity, base.message, origin=base.origin,
            when=when, then=then, part=f"{item.name}_{part}".rstrip("_"),
        )
        for item in items
        for part, when, then in _untestable_conditions(item)
    )  # fmt: skip


def _untestable_conditions(
    item: Item,
) -> tuple[tuple[str, tuple[Cond, ...], tuple[Cond, ...]], ...]:
    marked = Cond(item.untestable_column, "==", True)
    reason = item.reason_column
    allowed = (
        Cond(item.name, "blank"),
        Cond(reason, "answered"),
        Cond(reason, "in", item.untestable),
    )
    return (
        ("", (marked,), allowed),
        ("reason", (Cond(reason, "answered"),), (marked,)),
    )
