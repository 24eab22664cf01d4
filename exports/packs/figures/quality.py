"""Data quality as the open pack tells it: what was due and came, queries, verification.

These are counts of visits, forms, queries and items. Each stands as the rule for small cells has
it; a part that is too small to be told is told from below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from analysis.tables import Table, percent
from exports.packs.figures import counting
from exports.packs.figures.facts import Facts, Setting
from exports.packs.figures.suppressing import EXPLANATION, LEAST, MARK, parts, told, two

# Days a live query has waited at the cut-off: words, and the last day of the band.
AGES = (
    ("Waiting up to 7 days", 7),
    ("Waiting 8 to 30 days", 30),
    ("Waiting more than 30 days", None),
)
CLOSED = "Closed"
_DUE = (
    "Denominator: visits of the randomized whose window had ended by the cut-off, or that took "
    "place; after death, withdrawal or loss none is due."
)


def tables(facts: Facts, setting: Setting) -> list[Table]:
    """Every table about the quality of the data; without those the cut has no file for."""
    return [
        visits(facts, setting), forms(facts, setting), outcomes(facts, setting),
        *([queries(facts)] if facts.queries is not None else []),
        *([verification(facts)] if facts.marks is not None else []),
        deviations(facts, setting),
    ]  # fmt: skip


def _pair(label: str, part: int, whole: int) -> tuple[str, ...]:
    """A line: what was due, what came, what did not, and the share that came."""
    came, lacks = two(part, whole)
    exact = came.isdigit() and lacks.isdigit()
    return label, told(whole), came, lacks, percent(part, whole) if exact else MARK


def visits(facts: Facts, setting: Setting) -> Table:
    """Per planned visit: due, done, not done, and done outside the window."""
    found = counting.visits_due(facts, setting)
    outside = parts([late for *_, late in found])
    rows = tuple(
        (*_pair(label, done, due), late)
        for (label, due, done, _), late in zip(found, outside, strict=True)
    )
    heads = ("Visit", "Due", "Done", "Not done", "% done", "Done outside the window")
    return Table("visits", "Visits due and done", heads, rows, (_DUE, EXPLANATION))


def forms(facts: Facts, setting: Setting) -> Table:
    """Per required form: due, received complete, not received."""
    rows = tuple(
        _pair(setting.titles.get(form, form), complete, due)
        for form, due, complete, _ in counting.forms_due(facts, setting)
    )
    heads = ("Form", "Due", "Received complete", "Not received", "% received")
    note = "A form that was said to be not done counts as not received."
    return Table("forms", "Required forms due and received", heads, rows, (_DUE, note, EXPLANATION))


def outcomes(facts: Facts, setting: Setting) -> Table:
    """Per outcome measure of the protocol: where it is required, and where its value is missing."""
    rows = tuple(
        _pair(label, there, due) for label, due, there in counting.outcomes_due(facts, setting)
    )
    heads = ("Outcome measure", "Due", "Measured", "Missing", "% measured")
    note = "Measured: the form is complete and the score is there."
    return Table("outcomes", "Missing outcome measures", heads, rows, (_DUE, note, EXPLANATION))


def queries(facts: Facts) -> Table:
    """The queries: closed, or live by how long they have waited."""
    found = facts.queries or ()
    counts: Counter[str] = Counter()
    for query in found:
        counts[CLOSED if query.closed else _age((facts.as_of - query.opened).days)] += 1
    labels = [*(words for words, _ in AGES), CLOSED]
    cells = parts([counts[label] for label in labels])
    rows = [
        (label, cell, MARK if cell == MARK else percent(counts[label], len(found)))
        for label, cell in zip(labels, cells, strict=True)
    ]
    rows.append(("All", told(len(found)), "100.0" if len(found) >= LEAST else MARK))
    took = [float((query.since - query.opened).days) for query in found if query.closed]
    note = f"A closed query took {counting.middle(took)} days (median, quartiles)."
    return Table(
        "queries", "Queries by age at the cut-off", ("State", "n", "%"), tuple(rows),
        ("Denominator: every query but those only whoever knows the arms may see.",
         *([note] if len(took) >= LEAST else []), EXPLANATION),
    )  # fmt: skip


def _age(days: int) -> str:
    return next(words for words, last in AGES if last is None or days <= last)


def verification(facts: Facts) -> Table:
    """How much of what the plan asks to verify against the source is verified as it stands."""
    found = [mark for mark in facts.marks or () if mark.planned]
    items = sum(mark.planned for mark in found)
    rows = (
        _pair("Items", sum(mark.verified for mark in found), items),
        _pair("Forms, everything planned in them",
              sum(mark.verified == mark.planned for mark in found), len(found)),
    )  # fmt: skip
    return Table(
        "sdv", "Source data verification",
        ("What", "Planned", "Verified as it stands", "To verify", "% verified"), rows,
        ("Denominator: what the plan asks of the complete forms.",
         "A value changed since it was verified counts as not verified.", EXPLANATION),
    )  # fmt: skip


def deviations(facts: Facts, setting: Setting) -> Table:
    """Who was randomized against a criterion, and what was not done as planned."""
    inside = len(facts.randomized)
    unfit = sum(person.eligible is False for person in facts.randomized)
    due = counting.visits_due(facts, setting)
    all_due, done = sum(one[1] for one in due), sum(one[2] for one in due)
    late = sum(one[3] for one in due)
    missed = sum(one.status == "missed" for one in counting.expected(facts, setting))
    wanted = counting.forms_due(facts, setting)
    rows: Sequence[tuple[str, int, str]] = (
        ("Randomized though a criterion is not met", unfit, f"{told(inside)} randomized"),
        ("Visits outside their window", late, f"{told(done)} visits done"),
        ("Visits said to be missed", missed, f"{told(all_due)} visits due"),
        ("Required forms said to be not done", sum(one[3] for one in wanted),
         f"{told(sum(one[1] for one in wanted))} forms due"),
    )  # fmt: skip
    return Table(
        "deviations", "What was not as the protocol wants it", ("Deviation", "n", "of"),
        tuple((words, told(count), of) for words, count, of in rows), (EXPLANATION,),
    )  # fmt: skip
