"""The counts of adverse events from several anchors, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.event_rates import Counted, Split
from analysis.rates import Rate, RateRatio, limits
from analysis.tables import Table, count_percent, fixed, p_value

RATIO = ("Rate ratio", "Ratio, 95 % CI", "p")
EXACT = (
    "Rates: exact Poisson intervals (Garwood 1936). Rate ratio: exact conditional interval and p "
    "(Przyborowski and Wilenski 1940); no p is adjusted. Events of one participant are taken as "
    "independent, which makes intervals and p too small where few participants have many events."
)


def anchors_table(counted: Sequence[Counted]) -> Table:
    """Rates by anchor, horizon, set and group, with the ratio to the reference group."""
    horizons = list(dict.fromkeys(one.horizon for one in counted))
    ordered = sorted(counted, key=lambda one: (horizons.index(one.horizon), one.serious))
    rows = [
        (
            *(one.horizon.label, "Serious" if one.serious else "All", one.anchor.title),
            *(one.analysis_set.title, one.group.label, str(one.n), str(one.rate.events)),
            *(count_percent(one.participants, one.n), *_rate(one.rate), *_ratio(one.ratio)),
        )
        for one in ordered
    ]
    return Table(
        "adverse_events_by_anchor",
        "Adverse events counted from inclusion, from the infusion and from a landmark",
        (
            *("By", "Events", "Counted from", "Analysis", "Group", "n", "AEs"),
            *("Participants (%)", "Person-years", "Per person-year", "Rate, 95 % CI", *RATIO),
        ),
        tuple(rows),
        (
            "n: participants of the group under observation on the day the count starts.",
            "Rate ratio: the group against the reference group of its analysis.",
            EXACT,
        ),
        stub=5,
    )


def split_table(found: Sequence[Split]) -> Table:
    """Everybody randomized, infused against not yet or never infused."""
    rows = []
    for one in found:
        names = (one.horizon.label, "Serious" if one.serious else "All")
        cells = (str(one.infused.events), *_rate(one.infused), *_ratio(one.ratio))
        rows.append((*names, "infused", *cells))
        rest = (str(one.not_infused.events), *_rate(one.not_infused), "", "", "")
        rows.append((*names, "not yet or never infused", *rest))
    unknown = {one.horizon.label: one.unknown for one in found if not one.serious and one.unknown}
    left = "; ".join(f"{count} by {label}" for label, count in unknown.items())
    return Table(
        "adverse_events_split",
        "Adverse events split at the infusion (Mantel and Byar): everybody randomized",
        ("By", "Events", "Time", "AEs", "Person-years", "Per person-year", "Rate, 95 % CI", *RATIO),
        tuple(rows),
        (
            "Time and events count as not infused up to the infusion and as infused after it.",
            *((f"Left out, phase unknown: {left}.",) if left else ()),
            EXACT,
        ),
        stub=3,
    )


def _rate(rate: Rate) -> tuple[str, str, str]:
    return fixed(rate.years, 1), fixed(rate.value, 2), limits(rate.low, rate.high)


def _ratio(ratio: RateRatio | None) -> tuple[str, str, str]:
    if ratio is None:
        return "", "", ""
    return fixed(ratio.value, 2), limits(ratio.low, ratio.high), p_value(ratio.p)
