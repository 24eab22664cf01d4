"""Adverse events by system organ class and preferred term where coded, by category where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.events import AdverseEvent
from analysis.feasibility import Proportion, exact_interval
from analysis.manifest import Horizon
from analysis.rates import Rate, exact_rate, limits
from analysis.sets import AnalysisSet, Group
from analysis.tables import NOT_AVAILABLE, Table, fixed, percent

NOT_CODED = "Not coded"
NO_CATEGORY = "no category"


@dataclass(frozen=True)
class InClass:
    """Events of one class (and term, empty for the whole class) in one group by one horizon.

    The rate is over all the time of the group; a participant counts once in `share`.
    """

    horizon: Horizon
    analysis_set: AnalysisSet
    group: Group
    soc: str
    term: str
    rate: Rate
    share: Proportion


def classes(events: Sequence[AdverseEvent]) -> list[tuple[str, tuple[str, ...]]]:
    """Each class with its terms: the coded by falling number of events, then those not coded."""
    inside: dict[str, dict[str, int]] = {}
    for event in events:
        soc, term = place_of(event)
        inside.setdefault(soc, {}).setdefault(term, 0)
        inside[soc][term] += 1
    ordered = sorted(inside, key=lambda soc: (soc == NOT_CODED, -sum(inside[soc].values()), soc))
    return [
        (soc, tuple(sorted(inside[soc], key=lambda term: (-inside[soc][term], term))))
        for soc in ordered
    ]


def place_of(event: AdverseEvent) -> tuple[str, str]:
    """Class and term of an event; its category stands for the term where it is not coded."""
    if event.soc and event.term:
        return event.soc, event.term
    return NOT_CODED, event.category or NO_CATEGORY


def in_classes(
    events: Sequence[AdverseEvent],
    sets: Sequence[AnalysisSet],
    horizon: Horizon,
    years: Mapping[tuple[str, str], float],
) -> list[InClass]:
    """Counts of every class and term in every group; `years` by set and group up to the horizon."""
    inside = {code for chosen in sets for group in chosen.groups for code in group.members}
    counted = [e for e in events if e.within(horizon) and e.participant in inside]
    found = []
    for soc, terms in classes(counted):
        for term in ("", *terms):
            mine = [e for e in counted if place_of(e) in {(soc, one) for one in terms}]
            if term:
                mine = [e for e in mine if place_of(e)[1] == term]
            for chosen in sets:
                for group in chosen.groups:
                    of_group = [e for e in mine if e.participant in group.members]
                    people = len({e.participant for e in of_group})
                    share = exact_interval(people, group.size)
                    rate = exact_rate(len(of_group), years[chosen.code, group.code])
                    found.append(InClass(horizon, chosen, group, soc, term, rate, share))
    return found


def classes_table(found: Sequence[InClass], sets: Sequence[AnalysisSet], horizon: Horizon) -> Table:
    """Events and participants with the exact interval by class and term, sets side by side."""
    rows: dict[tuple[str, str], list[str]] = {}
    for one in found:
        rows.setdefault((one.soc, one.term), []).extend(
            (str(one.rate.events), _people(one.share), _per_year(one.rate))
        )
    heads = [
        f"{chosen.title}, {group.label} (n = {group.size}): {what}"
        for chosen in sets
        for group in chosen.groups
        for what in ("AEs", "participants (%, 95 % CI)", "per person-year (95 % CI)")
    ]
    return Table(
        f"adverse_events_by_class_{horizon.days}",
        f"Adverse events by class and term, by {horizon.label} from inclusion",
        ("Class and term", *heads),
        tuple((f"  {term}" if term else soc, *cells) for (soc, term), cells in rows.items()),
        (
            "A participant with several events of a class or term counts once in it.",
            "Intervals: Clopper-Pearson for participants, exact Poisson (Garwood) for rates.",
            "Nothing here is adjusted for the number of rows.",
            f"{NOT_CODED}: the event's category stands in place of a coded term.",
        ),
    )


def _people(share: Proportion) -> str:
    """ "4 (26.7 %, 8 to 55)"."""
    if share.low is None or share.high is None:
        return str(share.successes)
    ends = limits(100 * share.low, 100 * share.high, 0)
    return f"{share.successes} ({percent(share.successes, share.trials)} %, {ends})"


def _per_year(rate: Rate) -> str:
    """ "0.13 (0.00 to 0.70)"."""
    ends = limits(rate.low, rate.high)
    return f"{fixed(rate.value, 2)} ({ends})" if rate.value is not None else NOT_AVAILABLE
