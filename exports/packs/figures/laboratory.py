"""Clinically significant laboratory values, where the protocol declares a form for them.

A form of laboratory values says of each value, in a column of its own that ends in
``_significant``, whether the investigator finds it clinically significant.
"""

from __future__ import annotations

from analysis.columns import texts
from analysis.tables import Table, in_words
from exports.packs.figures.facts import Facts, Setting
from exports.packs.figures.suppressing import EXPLANATION, LEAST, MARK, told

NONE = "No laboratory form is declared in the protocol: there are no laboratory values to list."
ENDING = "_significant"


def significant(facts: Facts, setting: Setting) -> list[str | Table]:
    """By value, how many of the randomized had a clinically significant one; or why none is."""
    if not setting.laboratory:
        return [NONE]
    rows = [row for form in setting.laboratory for row in _rows(facts, f"{form}.csv")]
    return [
        Table(
            "laboratory", "Clinically significant laboratory values",
            ("Value", "Participants", "Values"), tuple(rows),
            (f"Denominator: {told(len(facts.randomized))} randomized.",
             "Significant is what the investigator found so.", EXPLANATION),
        )
    ]  # fmt: skip


def _rows(facts: Facts, table: str) -> list[tuple[str, str, str]]:
    frame, inside = facts.cut.table(table, "participant"), {one.code for one in facts.randomized}
    found = []
    for column in (name for name in frame.columns if name.endswith(ENDING)):
        pairs = zip(texts(frame, "participant"), texts(frame, column), strict=True)
        hit = [who for who, flag in pairs if flag == "1" and who in inside]
        people = len(set(hit))
        values = str(len(hit)) if people >= LEAST else MARK
        found.append((in_words(column.removesuffix(ENDING)).capitalize(), told(people), values))
    return found
