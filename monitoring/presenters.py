"""The trail in the trial's own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from accounts.models import User
from audit.entries import CHANGED, Entry, Model, Row
from audit.trail import Line, PlainWords, lines_of
from monitoring.queries.selectors import answered_by_act
from safety import wording
from safety.models import AdverseEvent
from safety.selectors import EXPORTED
from trial import protocol, registry
from trial.models import Site
from trial.registry import FormSpec
from trial.watch_plan import Watch

# An act taken down much later than it was done is worth a remark.
LATE = timedelta(minutes=5)
FEW = 6
# So many entries of a long trail share one look at the queries.
TOGETHER = 200
ABBREVIATED = {"ae": "adverse event", "sae": "serious adverse event"}


class TrialWords(PlainWords):
    """Labels from the forms' declarations and the protocol, where they say more than the model."""

    def __init__(self) -> None:
        plan = protocol.current()
        self._specs: Mapping[Model, FormSpec] = {spec.model: spec for spec in registry.forms()}
        self._codes: Mapping[tuple[str, str], Mapping[str, str]] = {
            ("trial.ScreeningEntry", "reason"): plan.screen_failures,
            ("randomization.NotTreated", "reason"): plan.not_treated_reasons,
        }
        self._criteria = {criterion.code: criterion.text for criterion in plan.criteria}

    def title(self, model: Model) -> str:
        """The short title of a form; otherwise what the model says."""
        spec = self._specs.get(model)
        return spec.short if spec else super().title(model)

    def subject(self, model: Model, about: Row) -> str:
        """The visit first, then what is particular to the row."""
        rest = {path.split("__")[-1]: value for path, value in about.items()}
        visit = _visit(rest)
        form = rest.pop("form", None)
        if form and model not in self._specs:
            rest["form"] = registry.form(form).short if form in registry.codes() else form
        if "criterion" in rest:
            rest["criterion"] = self._criteria.get(rest["criterion"], rest["criterion"])
        return " · ".join(filter(None, (visit, super().subject(model, rest))))

    def field(self, model: Model, name: str) -> str:
        """The label of an item; otherwise what the model says."""
        if spec := self._specs.get(model):
            return spec.labels.get(name, name)
        return wording.label(name) if _of_event(model, name) else super().field(model, name)

    def value(self, model: Model, name: str, value: Any) -> str:
        """The words of an option; otherwise what the model says."""
        if spec := self._specs.get(model):
            return spec.words(name, value)
        if isinstance(value, dict):
            return f"{len(value)} facts, kept whole"
        codes = self._codes.get((model._meta.label, name), {})
        if value in codes:
            return codes[value]
        if _of_event(model, name) and value not in (None, ""):
            return wording.words(name, value, "UTC")
        return super().value(model, name, value)

    def act(self, name: str, data: Row) -> tuple[str, str]:
        """The act's name as words, its abbreviations written out, and its facts."""
        first, dot, rest = name.partition(".")
        return super().act(ABBREVIATED.get(first, first) + dot + rest, data)


def _visit(about: dict[str, Any]) -> str:
    """Takes the visit out of what the row is about: "M6", or "UNS 2" for a second one."""
    if "occurrence" not in about:
        return ""
    code, occurrence = about.pop("code"), about.pop("occurrence")
    if not code:
        return ""
    return f"{code} {occurrence}" if occurrence and occurrence > 1 else str(code)


def _of_event(model: Model, name: str) -> bool:
    return model is AdverseEvent and name in EXPORTED


@dataclass(frozen=True)
class Group:
    """The lines of one saved row, or of one act; ``zone`` is its site's, if it has one.

    ``answers`` has the codes of the queries the change put right.
    """

    head: Line
    lines: tuple[Line, ...]
    recorded_late: datetime | None
    zone: str = ""
    answers: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines of the table: all, or one that stands for them."""
        return self.lines[:1] if self.folded else self.lines

    @property
    def folded(self) -> bool:
        """Whether so many fields are better unfolded by the reader."""
        return len(self.lines) > FEW


def groups(found: Iterable[Entry], reader: User, place: Site | None = None) -> Iterator[Group]:
    """Entries in words, for one reader; those in which only counters changed are left out.

    Times are those of ``place``, where the whole trail is of one site; else of the participant's.
    """
    words = TrialWords()
    zones = dict(Site.objects.values_list("code", "timezone"))
    remaining = iter(found)
    while some := list(islice(remaining, TOGETHER)):
        queries = answered_by_act(reader, {entry.act_id for entry in some if entry.act_id})
        for entry in some:
            if lines := tuple(lines_of(entry, words)):
                site = place.code if place else entry.participant.partition("-")[0]
                told = queries.get(entry.act_id, []) if entry.act_id else []
                answers = tuple(told) if entry.kind == CHANGED else ()
                yield Group(lines[0], lines, _late(entry), zones.get(site, ""), answers)


def _late(entry: Entry) -> datetime | None:
    return entry.recorded_at if entry.recorded_at - entry.at > LATE else None


def limits(name: str, watch: Watch) -> str:
    """What counts as unusual here, in words."""
    first, last = watch.night
    said = {
        "late-entry": f"more than {watch.late_entry_days} days after the assessment",
        "bursts": f"{watch.burst_saves} saves or more in {watch.burst_minutes} minutes",
        "night": f"from {first}:00 to {last}:00",
        "recorded-late": f"more than {watch.recorded_minutes} minutes later",
    }.get(name, "")
    return f"{said}{' (our default)' if watch.ours else ''}" if said else ""
