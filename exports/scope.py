"""How much of the trial a cut holds: which forms, whose data, and up to which day.

One place says it for every table; docs/data-cuts.md has it in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from exports.models import DataCut
from exports.tables import Row, Table
from safety.models import AdverseEvent
from trial.clock import day_at
from trial.models import Consent, Participant, Site
from trial.partial_dates import PartialDate

Keeps = Callable[[Row], bool]


@dataclass(frozen=True)
class Scope:
    """What was asked for; everything, of everybody, up to the instant of the cut, where nothing.

    ``forms`` and ``sites`` are codes, empty for all; ``until`` is the last day, at each site.
    """

    forms: tuple[str, ...] = ()
    randomized: bool = False
    sites: tuple[str, ...] = ()
    until: date | None = None

    @property
    def everybody(self) -> bool:
        """Whether nobody is left out."""
        return not (self.randomized or self.sites or self.until)

    def people(self) -> Q:
        """Whose data, asked of participants."""
        found = Q()
        if self.sites:
            found &= Q(site__code__in=self.sites)
        if self.randomized:
            found &= Q(randomized_on__isnull=False)
        if self.until is not None:
            consents = Consent.objects.filter(participant=OuterRef("pk"))
            found &= Q(Exists(consents.filter(consented_on__lte=self.until)))
            if self.randomized:
                found &= Q(randomized_on__lte=self.until)
        return found

    def theirs(self) -> Q:
        """Whose data, asked of whatever belongs to a participant."""
        if self.everybody:
            return Q()
        return Q(participant__in=Participant.objects.filter(self.people()).order_by().values("pk"))

    def visits(self) -> Q:
        """Which visits: what was planned for a day after the last, or took place then, is left."""
        return self.theirs() & self._visits("")

    def records(self) -> Q:
        """Which records: of a form without a day of its own its visit's counts."""
        found = self.theirs()
        if self.forms:
            found &= Q(form__in=self.forms)
        if self.until is not None:
            undated = Q(assessed_on__isnull=True) & self._visits("visit__")
            found &= Q(assessed_on__lte=self.until) | undated
        return found

    def _visits(self, path: str) -> Q:
        if self.until is None:
            return Q()
        days = (f"{path}planned_on__lte", f"{path}actual_on__lte")
        return reduce(or_, (Q(**{day: self.until}) for day in days))

    def queries(self) -> Q:
        """Which queries: those of the forms in the cut and of no form, opened by the last day."""
        found = self.theirs() & self._by_the_day("opened_at")
        return found & (Q(form__in=self.forms) | Q(form="")) if self.forms else found

    def _by_the_day(self, instant: str) -> Q:
        """The instant lies on or before the last day at the site of the participant."""
        if self.until is None:
            return Q()
        found = Q(pk__in=())
        for site in Site.objects.all():
            after = datetime.combine(self.until + timedelta(1), time(), ZoneInfo(site.timezone))
            found |= Q(participant__site=site, **{f"{instant}__lt": after})
        return found

    def by(self, day: date | None) -> date | None:
        """The day, None if it was yet to come."""
        return None if self.until and day and day > self.until else day

    def by_partly(self, day: str | None) -> str | None:
        """The same of a date known in part: by its earliest reading."""
        late = self.until and day and PartialDate.parse(day).earliest > self.until
        return None if late else day


def scope_of(cut: DataCut) -> Scope:
    """What a cut was asked for."""
    randomized = cut.population == DataCut.RANDOMIZED
    return Scope(tuple(cut.forms), randomized, tuple(cut.sites), cut.cut_off)


def words(cut: DataCut) -> str:
    """What a cut holds, for people."""
    found = [
        f"forms {', '.join(cut.forms)}" if cut.forms else "all forms",
        cut.get_population_display().lower(),
        f"at {', '.join(cut.sites)}" if cut.sites else "at all sites",
    ]
    if cut.cut_off is not None:
        found.append(f"up to and including {cut.cut_off.isoformat()}")
    return "; ".join(found)


def narrowed(table: Table, scope: Scope, keeps: Callable[[Scope], Keeps]) -> Table:
    """The table with the rows that the scope keeps; ``keeps`` is asked in the snapshot."""
    if scope.everybody:
        return table

    def rows() -> Iterator[Row]:
        return filter(keeps(scope), table.rows())

    return replace(table, rows=rows, count=lambda: sum(1 for _ in rows()))


def whose(scope: Scope) -> Keeps:
    """Rows about people in the scope."""
    known = _known(scope)
    return lambda row: row["participant"] in known


def events(scope: Scope) -> Keeps:
    """Rows about their adverse events that began by the last day."""
    known = _events(scope)
    return lambda row: (row["participant"], row["ae_number"]) in known


def events_by(column: str) -> Callable[[Scope], Keeps]:
    """The same, and the row's own instant or day lies on or before the last day."""

    def keeps(scope: Scope) -> Keeps:
        known, sites = _events(scope), _known(scope)

        def keep(row: Row) -> bool:
            if (row["participant"], row["ae_number"]) not in known:
                return False
            day = _day(row[column], sites[str(row["participant"])])
            return scope.until is None or day is None or day <= scope.until

        return keep

    return keeps


def _known(scope: Scope) -> dict[str, Site]:
    found = Participant.objects.filter(scope.people()).select_related("site")
    return {one.code: one.site for one in found}


def _events(scope: Scope) -> set[tuple[str, int]]:
    known = _known(scope)
    found = AdverseEvent.objects.values_list("participant__code", "number", "onset")
    return {
        (code, number)
        for code, number, onset in found
        if code in known and (not onset or scope.by_partly(onset) is not None)
    }


def _day(value: Any, site: Site) -> date | None:
    if isinstance(value, datetime):
        return day_at(value, site)
    return PartialDate.parse(value).earliest if value else None
