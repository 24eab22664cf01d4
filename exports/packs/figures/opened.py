"""The tables of the open pack: pooled, no arm, and no count under three."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from analysis.columns import texts
from analysis.labels import labelled
from analysis.tables import Table, percent
from exports.packs.figures import counting, quality
from exports.packs.figures.facts import WITHHELD, Event, Facts, Setting
from exports.packs.figures.suppressing import EXPLANATION, LEAST, MARK, held_back, parts, told, two
from safety.coding.grouping import Group

HELD = "Held back together"
REST = "All others together"
# Before a preferred term, under its system organ class.
INDENT, LEVELS = "  ", "system organ class and preferred term"
OTHER = "Other, or what only some participants can have"


def split(
    name: str, caption: str, head: str, counts: Mapping[str, int], of: str, *notes: str
) -> Table:
    """A known total by its parts, the small ones together; parts of nobody are left out."""
    found = {label: count for label, count in counts.items() if count}
    total, labels = sum(found.values()), list(found)
    hidden = held_back(list(found.values()))
    if len(hidden) == len(labels) > 1 and (most := _nearly_all(found, total)):
        return _from_below(name, caption, head, (most, total), (f"Denominator: {of}.", *notes))
    rows = [
        (label, str(found[label]), percent(found[label], total))
        for place, label in enumerate(labels)
        if place not in hidden
    ]
    together = sum(found[labels[place]] for place in hidden)
    if hidden:
        rows.append((HELD, told(together), percent(together, total) if together >= LEAST else MARK))
    rows.append(("All", told(total), "100.0" if total >= LEAST else MARK))
    remarks = (f"Denominator: {of}.", *notes, *([EXPLANATION] * bool(hidden)))
    return Table(name, caption, (head, "n", "%"), tuple(rows), remarks)


def _nearly_all(found: Mapping[str, int], total: int) -> str:
    """The one part that is everything but a number too small to be told; empty without one."""
    label = max(found, key=lambda one: found[one])
    enough = total - LEAST + 1 >= LEAST
    return label if enough and total - found[label] < LEAST else ""


def _from_below(
    name: str, caption: str, head: str, whole: tuple[str, int], notes: tuple[str, ...]
) -> Table:
    label, total = whole
    most, few = two(total, total)
    rows = ((label, most, MARK), (REST, few, MARK), ("All", str(total), "100.0"))
    return Table(name, caption, (head, "n", "%"), rows, (*notes, EXPLANATION))


def screening(facts: Facts) -> Table:
    """Everybody approached: who was randomized, and why the others were not."""
    frame = facts.cut.table("screening.csv", "outcome", "reason", "participant")
    randomized = {person.code for person in facts.randomized}
    counts: Counter[str] = Counter()
    rows = zip(
        texts(frame, "outcome"), labelled(facts.cut, "screening.csv", "reason"),
        texts(frame, "participant"), strict=True,
    )  # fmt: skip
    for outcome, reason, who in rows:
        if who:
            counts["Randomized" if who in randomized else "Consented, not randomized"] += 1
        else:
            words = outcome.replace("_", " ").capitalize() or "Not concluded"
            counts[f"{words}: {reason}" if reason else words] += 1
    return split(
        "screening", "Participant flow: everybody approached", "Outcome", _by_size(counts),
        "everybody in the screening log",
    )  # fmt: skip


def enrolment(facts: Facts, setting: Setting) -> list[Table]:
    """The randomized against the plan, by site and by quarter of the year."""
    days = counting.randomized_on(facts)
    sites = Counter(person.site for person in facts.randomized)
    quarters = Counter(
        f"{day.year} quarter {(day.month - 1) // 3 + 1}" for _, day in sorted(days.items())
    )
    of = "everybody randomized"
    return [
        _pace(facts, setting),
        split("enrolment_site", "Enrolment by site", "Site", dict(sorted(sites.items())), of),
        split(
            "enrolment_period", "Enrolment by period", "Period", dict(sorted(quarters.items())), of
        ),
    ]


def _pace(facts: Facts, setting: Setting) -> Table:
    days = counting.randomized_on(facts).values()
    planned = facts.manifest.protocol.planned or 0
    by_now = MARK
    if setting.months and days:
        passed = counting.months_since(min(days), facts.as_of)
        by_now = told(int(planned * min(passed / setting.months, 1)))
    rows = (
        ("Randomized by the cut-off", told(len(facts.randomized))),
        ("Planned by the cut-off, at an even pace", by_now),
        ("Planned in all", told(planned)),
    )
    pace = "The protocol declares no planned pace."
    if setting.months:
        ours = ": this product's default, no source names it" if setting.ours else ""
        pace = f"Planned pace: all within {setting.months} months of the first randomization{ours}."
    return Table("enrolment_pace", "Enrolment against plan", ("Number", "n"), rows, (pace,))


def status(facts: Facts) -> Table:
    """Where the randomized stand."""
    found = Counter(counting.statuses(facts).values())
    counts = {label: found[label] for label in counting.STATUSES}
    return split("status", "Participant status", "Status", counts, "everybody randomized")


def baseline(facts: Facts) -> list[Table]:
    """Numbers with median and quartiles; then one table for each characteristic."""
    rows = []
    for words, values in counting.measures(facts):
        known = [values[one.code] for one in facts.randomized if one.code in values]
        few = len(known) < LEAST
        rows.append((words, told(len(known)), MARK if few else counting.middle(known)))
    numbers = Table(
        "baseline", "Baseline: numbers", ("Measure", "n", "Median (quartiles)"), tuple(rows),
        (f"Of {told(len(facts.randomized))} randomized; n has the measure.",),
    )  # fmt: skip
    return [numbers, *(_characteristic(facts, *each) for each in counting.characteristics(facts))]


def _characteristic(facts: Facts, words: str, values: Mapping[str, str]) -> Table:
    known = Counter(values[one.code] for one in facts.randomized if one.code in values)
    stem = words.lower().replace(" ", "_")
    return split(
        f"baseline_{stem}", f"Baseline: {words[:1].lower()}{words[1:]}", words,
        dict(sorted(known.items())), "the randomized of whom it is known",
    )  # fmt: skip


def exposure(whole: Facts) -> list[Table]:
    """Who was given the product and why others were not, over both arms together; and how much.

    The tables that are not made behind the veil: pooled, they tell nobody's arm.
    """
    randomized = whole.randomized
    given = sum(person.infused_on is not None for person in randomized)
    reasons = Counter(one.reason_not_treated for one in randomized if one.reason_not_treated)
    rest = len(randomized) - given - sum(reasons.values())
    counts = {"Infusion given": given}
    counts |= {f"Not given: {reason}": n for reason, n in _by_size(reasons).items()}
    counts["No infusion planned, or not yet due"] = rest
    return [
        split(
            "exposure", "Exposure and feasibility, pooled", "Treatment", counts,
            "everybody randomized, both arms together",
        ),
        _doses(whole),
    ]  # fmt: skip


def _doses(whole: Facts) -> Table:
    rows = tuple(
        (words, told(len(values)), counting.middle(values) if len(values) >= LEAST else MARK)
        for words, values in counting.doses(whole)
    )
    return Table(
        "doses", "Infusions given: numbers", ("Measure", "n", "Median (quartiles)"), rows,
        ("n: the infused of whom it is known.",),
    )  # fmt: skip


def _of(facts: Facts) -> str:
    return f"{told(len(facts.randomized))} randomized"


def events_by_category(facts: Facts, *, serious: bool) -> Table:
    """Participants and events by category, or by SOC and PT where coded; the small ones together.

    What is held back among all events is held back among the serious ones: one less the other.
    """
    of = len(facts.randomized)
    everything = _of_randomized(facts)
    chosen = [event for event in everything if event.serious or not serious]
    rows = _rows(_grouped(chosen), _small(_grouped(everything)) if serious else frozenset(), of)
    for label, mine in _grouped(chosen).items():
        place = next((at for at, row in enumerate(rows) if row[0] == label), None)
        if place is not None:
            whole = [event for event in everything if _heading(event).soc == label]
            also = _small(_terms(whole)) if serious else frozenset()
            rows[place + 1 : place + 1] = [
                (INDENT + row[0], *row[1:]) for row in _rows(_terms(mine), also, of)
            ]
    rows.append(_category_row("Any", chosen, of))
    kind = ("sae", "Serious adverse events") if serious else ("ae", "Adverse events")
    held = any(HELD in row[0] for row in rows)
    return Table(
        f"{kind[0]}_by_category", f"{kind[1]} by {LEVELS if _coded(chosen) else 'category'}",
        ("Category", "Participants", "% of randomized", "Events"), tuple(rows),
        (f"Denominator: {_of(facts)}.", *([EXPLANATION] * held)),
    )  # fmt: skip


def _rows(
    by: Mapping[str, Sequence[Event]], also: Collection[str], of: int
) -> list[tuple[str, ...]]:
    hidden = _small(by, also)
    rows = [_category_row(label, by[label], of) for label in by if label not in hidden]
    if hidden:
        rest = [event for label in hidden for event in by[label]]
        rows.append(_category_row(HELD, rest, of))
    return rows


def _terms(events: Iterable[Event]) -> dict[str, list[Event]]:
    """The coded events by preferred term."""
    found: dict[str, list[Event]] = {}
    for event in events:
        if _heading(event).coded:
            found.setdefault(_heading(event).pt, []).append(event)
    return dict(sorted(found.items()))


def _coded(events: Iterable[Event]) -> bool:
    return any(_heading(event).coded for event in events)


def _small(
    by: Mapping[str, Sequence[Event]], also: Collection[str] = frozenset()
) -> frozenset[str]:
    """The categories that are not printed on their own."""
    labels = list(by)
    few = {place for place, label in enumerate(labels)
           if label in also or _people(by[label]) < LEAST}  # fmt: skip
    return frozenset(
        labels[place] for place in held_back([len(by[label]) for label in labels], few)
    )


def _category_row(label: str, events: Sequence[Event], of: int) -> tuple[str, ...]:
    people = _people(events)
    if people < LEAST or len(events) < LEAST:
        return label, MARK, MARK, MARK
    return label, str(people), percent(people, of), str(len(events))


def events_by_grade(facts: Facts) -> Table:
    """Participants by category and the worst grade they had in it."""
    chosen, grades = _of_randomized(facts), facts.grades
    by = _grouped(chosen)
    hidden = _small(by)
    shown = [*((label, by[label]) for label in by if label not in hidden), ("Any", chosen)]
    rows = [_grade_row(label, events, grades) for label, events in shown]
    return Table(
        "ae_by_grade", "Adverse events by category and worst grade: participants",
        ("Category", *grades, "Any grade"), tuple(rows if len(chosen) >= LEAST else ()),
        (f"Denominator: {_of(facts)}. Categories held back in the table before are not here.",
         EXPLANATION),
    )  # fmt: skip


def _grade_row(label: str, events: Sequence[Event], grades: Sequence[str]) -> tuple[str, ...]:
    worst = Counter(counting.worst(events, grades).values())
    counts = [worst[place] for place in range(len(grades))]
    return label, *parts(counts), told(sum(counts))


def listing(facts: Facts, *, serious: bool) -> Table:
    """One line an event, without what could tell a count that is held back elsewhere."""
    chosen = [event for event in _of_randomized(facts) if event.serious is serious]
    outcomes = _rare([event.outcome for event in chosen])
    rows = [
        (event.participant, event.number, event.onset,
         MARK if event.outcome in outcomes else event.outcome)
        for event in chosen
    ]  # fmt: skip
    few = _people(chosen) < LEAST
    note = (
        f"{len(chosen)} events. No term, category, grade or causality stands here: beside the "
        "tables it could tell a count that is held back."
    )
    return Table(
        "sae_listing" if serious else "ae_listing",
        f"Listing: adverse events, {'serious' if serious else 'not serious'}",
        ("Participant", "Event", "Onset", "Outcome"), () if few else tuple(rows),
        (f"Fewer than {LEAST} participants: not listed.",) if few else (note, EXPLANATION),
    )  # fmt: skip


def deaths(facts: Facts) -> Table:
    """Who died and when; not listed while they are few."""
    found = [one for one in facts.randomized if one.died_on is not None]
    rows = tuple((one.code, one.site, str(one.died_on)) for one in found)
    few = len(found) < LEAST
    return Table(
        "deaths",
        "Listing: deaths",
        ("Participant", "Site", "Died, first possible day"),
        () if few else rows,
        (f"Fewer than {LEAST} deaths: not listed." if few else f"{len(found)} deaths.",),
    )


def _of_randomized(facts: Facts) -> list[Event]:
    inside = {person.code for person in facts.randomized}
    return [event for event in facts.events if event.participant in inside]


def _heading(event: Event) -> Group:
    return event.group(OTHER if event.code == WITHHELD else event.category)


def _grouped(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(_heading(event).soc, []).append(event)
    return dict(sorted(found.items()))


def _rare(values: Sequence[str]) -> set[str]:
    counts = Counter(values)
    labels = sorted(counts)
    return {labels[place] for place in held_back([counts[label] for label in labels])}


def _people(events: Iterable[Event]) -> int:
    return counting.persons(event.participant for event in events)


def _by_size(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def tables(facts: Facts, whole: Facts, setting: Setting) -> list[Table]:
    """Every table of the open pack; ``facts`` are veiled, ``whole`` serves the exposure alone."""
    return [
        screening(facts), *enrolment(facts, setting), status(facts), *baseline(facts),
        *exposure(whole), *quality.tables(facts, setting),
        events_by_category(facts, serious=False), events_by_grade(facts),
        events_by_category(facts, serious=True), listing(facts, serious=True), deaths(facts),
        listing(facts, serious=False),
    ]  # fmt: skip
