"""The tables of the closed pack: by arm, masked as A and B unless the board voted for the arms.

Status, baseline, exposure and times to an event are by allocation; adverse events are by the
treatment received, as the trial's published counts are. With unequal allocation the size of a
group gives its arm away whatever it is called: percentages stand with intervals, and the pack
says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.people import Participant
from analysis.tables import Table, percent
from exports.packs.figures import counting
from exports.packs.figures.facts import Event, Facts, Setting, happened
from exports.packs.figures.intervals import difference, in_points, percent_with_interval
from exports.packs.figures.opened import INDENT, LEVELS
from exports.packs.figures.survival import Observed
from safety import stopping
from safety.coding.grouping import Group as Heading
from safety.stopping import RELATED

OTHER = "Other, or what only one group can have"
VEILED, NARRATIVE = "held back: might tell the arm", "Narrative"
Chosen = Callable[[Event], bool]


@dataclass(frozen=True)
class Group:
    """One group: its words, and the codes of its participants."""

    label: str
    members: frozenset[str]

    @property
    def size(self) -> int:
        """The denominator of everything told about the group."""
        return len(self.members)


@dataclass(frozen=True)
class Arms:
    """The trial by arm, twice: as allocated and as treated; ``masked`` as A and B."""

    facts: Facts
    setting: Setting
    masked: bool

    @property
    def allocated(self) -> tuple[Group, ...]:
        """Everybody by the arm of the allocation."""
        return self._groups(lambda person: person.arm)

    @property
    def treated(self) -> tuple[Group, ...]:
        """Everybody by the treatment received; until the infusion that is none."""
        return self._groups(lambda person: person.received)

    def _groups(self, of: Callable[[Participant], str | None]) -> tuple[Group, ...]:
        found = [
            Group(
                self._label(arm.code, arm.label),
                frozenset(one.code for one in self.facts.randomized if of(one) == arm.code),
            )
            for arm in self.facts.manifest.protocol.arms
        ]
        return tuple(sorted(found, key=lambda group: group.label) if self.masked else found)

    def _label(self, code: str, label: str) -> str:
        return f"Group {self.setting.masks[code]}" if self.masked else label

    def category(self, event: Event) -> str:
        """The category in words; masked, what only one arm can have hides among the others."""
        hides = self.masked and event.code in self.setting.revealing | {"other"}
        return OTHER if hides and self.setting.revealing else event.category

    def heading(self, event: Event) -> Heading:
        """Under what it is counted: SOC and PT where it is coded and may be told apart."""
        category = self.category(event)
        return Heading(OTHER, "") if category == OTHER else event.group(category)


def heads(groups: Sequence[Group], *columns: str) -> tuple[str, ...]:
    """The columns of each group, its size in the head of the first."""
    return tuple(
        f"{group.label} (N={group.size}): {words}" for group in groups for words in columns
    )


def status(arms: Arms) -> Table:
    """Where the randomized stand, by allocation."""
    found = counting.statuses(arms.facts)
    rows = tuple((label, *_shares([label], found, arms.allocated)) for label in counting.STATUSES)
    return Table("status", "Participant status by allocation",
                 ("Status", *heads(arms.allocated, "n", "% (95 % CI)")), rows,
                 ("Denominator: everybody allocated to the group.",))  # fmt: skip


def _shares(wanted: Iterable[str], of: dict[str, str], groups: Sequence[Group]) -> tuple[str, ...]:
    words = set(wanted)
    cells: list[str] = []
    for group in groups:
        count = sum(of.get(code) in words for code in group.members)
        cells += [str(count), percent_with_interval(count, group.size)]
    return tuple(cells)


def baseline(arms: Arms) -> list[Table]:
    """Numbers and characteristics by allocation."""
    groups = arms.allocated
    numbers = []
    for words, values in counting.measures(arms.facts):
        cells: list[str] = []
        for group in groups:
            known = [values[code] for code in sorted(group.members) if code in values]
            cells += [str(len(known)), counting.middle(known)]
        numbers.append((words, *cells))
    rows = []
    for words, answers in counting.characteristics(arms.facts):
        inside = {code: answers[code] for group in groups for code in group.members
                  if code in answers}  # fmt: skip
        for value in sorted(set(inside.values())):
            rows.append((words, value, *_of_known(value, inside, groups)))
    return [
        Table("baseline", "Baseline by allocation: numbers",
              ("Measure", *heads(groups, "n", "median (quartiles)")), tuple(numbers),
              ("n has the measure.",)),
        Table("baseline_words", "Baseline by allocation: characteristics",
              ("Characteristic", "Value", *heads(groups, "n of known", "%")), tuple(rows),
              ("Denominator: the participants of the group of whom it is known.",), stub=2),
    ]  # fmt: skip


def _of_known(value: str, answers: dict[str, str], groups: Sequence[Group]) -> tuple[str, ...]:
    cells: list[str] = []
    for group in groups:
        known = [answers[code] for code in group.members if code in answers]
        count = known.count(value)
        cells += [f"{count} of {len(known)}", percent(count, len(known))]
    return tuple(cells)


def exposure(arms: Arms) -> list[Table]:
    """Received against allocated; the reasons only where the arms are named."""
    people = {person.code: person for person in arms.facts.randomized}
    rows = []
    for group in arms.allocated:
        same = sum(people[code].received == people[code].arm for code in group.members)
        rows.append((group.label, str(same), str(group.size),
                     percent_with_interval(same, group.size)))  # fmt: skip
    found = [Table("exposure", "Exposure: received what was allocated",
                   ("Allocated to", "Received it", "Allocated", "% (95 % CI)"), tuple(rows),
                   ("Denominator: everybody allocated to the group.",))]  # fmt: skip
    reasons = Counter(one.reason_not_treated for one in people.values() if one.reason_not_treated)
    lines = tuple((reason, str(count), percent(count, sum(reasons.values())))
                  for reason, count in sorted(reasons.items()))  # fmt: skip
    missed = Table(
        "not_treated",
        "Why cells were not given",
        ("Reason", "n", "%"),
        lines,
        ("Denominator: participants with a reason; one arm alone can have one.",),
    )
    given = Table(
        "doses",
        "Infusions given: numbers",
        ("Measure", "n", "Median (quartiles)"),
        tuple(
            (words, str(len(values)), counting.middle(values))
            for words, values in counting.doses(arms.facts)
        ),
        ("n: the infused of whom it is known; one arm alone can have one.",),
    )
    return found if arms.masked else [*found, missed, given]


def events(arms: Arms, name: str, caption: str, chosen: Chosen) -> Table:
    """By category, or by SOC and PT where coded, and by the treatment received."""
    found = [event for event in _of_treated(arms) if chosen(event)]
    rows = [_row("Any", found, arms.treated)]
    named = {event: arms.heading(event) for event in found}
    for soc in sorted({group.soc for group in named.values()}):
        mine = [event for event in found if named[event].soc == soc]
        rows.append(_row(soc, mine, arms.treated))
        for term in sorted({named[event].pt for event in mine if named[event].coded}):
            inside = [event for event in mine if named[event].pt == term]
            rows.append(_row(f"{INDENT}{term}", inside, arms.treated))
    coded = any(group.coded for group in named.values())
    return _events_table(arms, name, f"{caption} by {LEVELS if coded else 'category'}", rows)


def by_grade(arms: Arms) -> Table:
    """By grade and by the treatment received; an event counts in the grade it has."""
    found = _of_treated(arms)
    rows = [_row("Any", found, arms.treated)]
    rows += [_row(grade, [one for one in found if one.severity == grade], arms.treated)
             for grade in arms.facts.grades]  # fmt: skip
    return _events_table(arms, "ae_by_grade", "Adverse events by grade", rows)


def _of_treated(arms: Arms) -> list[Event]:
    inside = {code for group in arms.treated for code in group.members}
    return [event for event in arms.facts.events if event.participant in inside]


def _events_table(arms: Arms, name: str, caption: str, rows: Sequence[tuple[str, ...]]) -> Table:
    last = ("Difference, points (95 % CI)",) if len(arms.treated) == 2 else ()
    kind = "Grade" if name == "ae_by_grade" else "Category"
    return Table(
        name, caption,
        (kind, *heads(arms.treated, "participants", "% (95 % CI)", "events"), *last), tuple(rows),
        (("Denominator: everybody by the treatment received. Percent of participants with an exact "
         "interval; the difference is the first group less the second (Newcombe)."),),
    )  # fmt: skip


def _row(label: str, found: Sequence[Event], groups: Sequence[Group]) -> tuple[str, ...]:
    cells, counts = [label], []
    for group in groups:
        mine = [event for event in found if event.participant in group.members]
        people = counting.persons(event.participant for event in mine)
        counts.append((people, group.size))
        cells += [str(people), percent_with_interval(people, group.size), str(len(mine))]
    if len(groups) == 2:
        cells.append(in_points(difference(*counts)))
    return tuple(cells)


def discontinuations(arms: Arms) -> Table:
    """Who left the trial, or was lost, by allocation."""
    left = (counting.WITHDREW, counting.LOST)
    found = counting.statuses(arms.facts)
    rows = tuple((label, *_shares([label], found, arms.allocated)) for label in left)
    return Table("discontinuations", "Discontinuations by allocation",
                 ("Kind", *heads(arms.allocated, "n", "% (95 % CI)")),
                 (("Any", *_shares(left, found, arms.allocated)), *rows),
                 ("Denominator: everybody allocated to the group.",))  # fmt: skip


def listing(arms: Arms) -> Table:
    """Every serious event with its narrative, by treatment received."""
    rows = []
    for group in arms.treated:
        mine = [e for e in arms.facts.events if e.serious and e.participant in group.members]
        for event in mine:
            term = event.term if arms.category(event) != OTHER else VEILED
            rows.append((group.label, event.participant, event.number, term, event.onset,
                         event.severity, event.relation, event.outcome,
                         event.narrative or "–"))  # fmt: skip
    notes = [f"{len(rows)} serious events."]
    if arms.masked:
        notes.append("A narrative is in the words of the site: it may name the treatment.")
    return Table("sae_listing", "Listing: serious adverse events",
                 ("Group", "Participant", "Event", "Term", "Onset", "Grade", "Relation",
                  "Outcome", NARRATIVE), tuple(rows), tuple(notes), stub=2)  # fmt: skip


def deaths(arms: Arms) -> Table:
    """Who died, by allocation."""
    people = {person.code: person for person in arms.facts.randomized}
    fatal = [event for event in arms.facts.events if event.death]
    rows = [
        (group.label, code, str(people[code].died_on),
         *_ends([event for event in fatal if event.participant == code], arms))
        for group in arms.allocated
        for code in sorted(group.members)
        if people[code].died_on is not None
    ]  # fmt: skip
    return Table(
        "deaths", "Listing: deaths",
        ("Group", "Participant", "Died, first possible day", "Fatal events", NARRATIVE),
        tuple(rows), (f"{len(rows)} deaths. By allocation.",), stub=2,
    )  # fmt: skip


def _ends(fatal: Sequence[Event], arms: Arms) -> tuple[str, str]:
    """The terms of the events somebody died of, and their narratives."""
    if not fatal:
        return "none is reported", "–"
    terms = (event.term if arms.category(event) != OTHER else VEILED for event in fatal)
    return "; ".join(terms), " ".join(event.narrative for event in fatal if event.narrative) or "–"


def times(arms: Arms, *, death: bool) -> list[tuple[str, list[Observed]]]:
    """Days from randomization to the first SAE, or to death, by allocation.

    By allocation, because whoever was infused had to live and stay until the infusion. Watching
    ends with death, withdrawal, loss or the cut-off; a partial date counts by its earliest day;
    an event of before the randomization is no event.
    """
    starts = counting.randomized_on(arms.facts)
    first: dict[str, int] = {}
    for event in arms.facts.events:
        days = (event.first - starts[event.participant]).days if event.participant in starts else -1
        if event.serious and days >= 0:
            first[event.participant] = min(days, first.get(event.participant, days))
    people = {person.code: person for person in arms.facts.randomized}
    return [
        (group.label, [_observed(people[code], arms.facts, starts, first, death=death)
                       for code in sorted(group.members)])
        for group in arms.allocated
    ]  # fmt: skip


def _observed(
    person: Participant, facts: Facts, starts: Mapping[str, date], first: Mapping[str, int], *,
    death: bool,
) -> Observed:  # fmt: skip
    start = starts[person.code]
    ends = [facts.as_of, person.died_on, person.withdrawn_on, person.lost_on]
    last = max(min((day - start).days for day in ends if day is not None), 0)
    if death:
        return Observed(last, person.died_on is not None and (person.died_on - start).days <= last)
    if person.code in first and first[person.code] <= last:
        return Observed(first[person.code], event=True)
    return Observed(last, event=False)


def boundaries(arms: Arms) -> list[Table]:
    """Where the trial stands on each rule by the cut, and the rule's whole table."""
    facts, setting = arms.facts, arms.setting
    treated = {place: one.infused_on for place, one in enumerate(facts.people)
               if one.infused_on is not None}  # fmt: skip
    rows, found = [], happened(facts)
    for rule in setting.rules:
        now = stopping.standing(rule, treated, found)
        reached = "–" if now.boundary is None else ("REACHED" if now.crossed else "not reached")
        rows.append((rule.label, str(now.events), str(now.treated),
                     "none" if now.boundary is None else str(now.boundary), reached))  # fmt: skip
    note = "Denominator: participants treated by the cut-off. A participant counts once a rule."
    stands = Table(
        "stopping", "Stopping boundaries: where the trial stands",
        ("Rule", "With an event", "Treated", "Pause at", "State"), tuple(rows), (note,),
    )  # fmt: skip
    return [stands] if setting.rules else []


def tables(arms: Arms) -> list[Table]:
    """Every table of the closed pack, in its order."""
    special = arms.setting.special
    kinds: list[tuple[str, str, Chosen]] = [
        ("ae_by_category", "Adverse events", lambda _: True),
        ("sae_by_category", "Serious adverse events", lambda e: e.serious),
        ("related", "Adverse events possibly related or more,", lambda e: e.causality in RELATED),
        ("special_interest", "Events of special interest", lambda e: e.code in special),
    ]
    return [
        status(arms), *baseline(arms), *exposure(arms), *(events(arms, *kind) for kind in kinds),
        by_grade(arms), discontinuations(arms), listing(arms), deaths(arms), *boundaries(arms),
    ]  # fmt: skip
