"""What changed after a verification: item, old and new, who and why, read from the histories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from accounts.models import User
from monitoring.models.sdv import WHOLE, SdvMark
from monitoring.sdv import items_of
from monitoring.verification import HEAD, Kept, Standing, standings
from trial import registry, worklist
from trial.models import Record
from trial.registry import FormSpec
from trial.templatetags.hermes import day, state_words

Row = Mapping[str, Any]
_STAMP = (
    "history_id", "history_act", "history_changed", "history_date", "history_change_reason",
    "history_user__full_name",
)  # fmt: skip
_HEAD_WORDS = {"status": "State", "assessed_on": "Assessed on", "not_done_reason": "Why not done"}


@dataclass(frozen=True)
class Changed:
    """One item changed since it was verified; ``item`` is empty for the form's own head.

    ``new`` says "again" of what was changed and changed back.
    """

    record: Kept
    mark: SdvMark
    item: str
    label: str
    old: str
    new: str
    actor: str
    at: datetime
    reason: str


def lost(records: QuerySet[Record]) -> list[Standing]:
    """The records among these of which a change took a verification away."""
    later = SdvMark.objects.filter(withdrawn=False).exclude(version=F("record__version"))
    return [one for one in standings(records.filter(pk__in=later.values("record"))) if one.lost]


def readable(user: User) -> QuerySet[Record]:
    """Every record this person may know of, drafts included: a change may have made it one."""
    return Record.objects.filter(visit__in=worklist.visible_visits(user))


def changes(found: Sequence[Standing]) -> list[Changed]:
    """What changed in these records since their lost marks, the newest first."""
    heads = _histories(Record, "id", [one.record.pk for one in found], (*HEAD, "version"))
    by_form: dict[str, list[int]] = defaultdict(list)
    for one in found:
        by_form[one.record.form].append(one.record.pk)
    lines: list[Changed] = []
    for form, keys in by_form.items():
        spec = registry.form(form)
        answers = _histories(spec.model, "record_id", keys, spec.columns)
        for one in found:
            if one.record.form == form:
                past = _Past(spec, heads[one.record.pk], answers[one.record.pk])
                lines.extend(past.since(one))
    return sorted(lines, key=lambda line: (line.at, line.record.pk), reverse=True)


def _histories(
    model: type[Any], key: str, keys: Sequence[int], columns: Sequence[str]
) -> dict[int, list[Row]]:
    rows = (
        model.history.filter(**{f"{key}__in": keys})
        .order_by("history_id")
        .values(key, *_STAMP, *columns)
    )
    found: dict[int, list[Row]] = {pk: [] for pk in keys}
    for row in rows:
        found[row[key]].append(row)
    return found


@dataclass(frozen=True)
class _Past:
    """The versions of one record and of its answers, in the order they were written."""

    spec: FormSpec
    heads: Sequence[Row]
    answers: Sequence[Row]

    def since(self, one: Standing) -> Iterator[Changed]:
        """Each changed item once, whatever number of marks it took away."""
        told: set[str] = set()
        for name in one.lost:
            for line in self._since(one.record, one.dropped[name]):
                if line.label not in told and not (line.item and one.holds(line.item)):
                    told.add(line.label)
                    yield line

    def _since(self, record: Kept, mark: SdvMark) -> Iterator[Changed]:
        items = items_of(self.spec.columns)
        seen, later = self._split(mark.version)
        for item in items if mark.item == WHOLE else (mark.item,):
            label = self.spec.labels[item]
            old, new = (answer_words(self.spec, item, row) for row in (seen, (later or [seen])[-1]))
            if _touched(later, items[item]):
                yield _line(record, mark, item, (label, old, new), _last(later, items[item]))
        if mark.item == WHOLE:
            yield from self._head(record, mark)

    def _head(self, record: Kept, mark: SdvMark) -> Iterator[Changed]:
        later = [row for row in self.heads if row["version"] > mark.version]
        seen = next(row for row in self.heads if row["version"] == mark.version)
        for name, label in _HEAD_WORDS.items():
            old, new = (_head_word(name, row[name]) for row in (seen, (later or [seen])[-1]))
            if _touched(later, (name,)):
                yield _line(record, mark, "", (label, old, new), _last(later, (name,)))

    def _split(self, version: int) -> tuple[Row, list[Row]]:
        """The answers as they stood at a version, and every later state of them."""
        acts = {row["history_act"] for row in self.heads if row["version"] <= version}
        seen = [row for row in self.answers if row["history_act"] in acts]
        return (seen[-1] if seen else {}), [row for row in self.answers if row not in seen]


def _touched(rows: Sequence[Row], columns: Sequence[str]) -> bool:
    """Whether one of these rows changed one of these columns, be it changed back since."""
    return any({*columns} & {*row["history_changed"]} for row in rows)


def _last(rows: Sequence[Row], columns: Sequence[str]) -> Row:
    """The newest row that changed one of these columns."""
    return next((row for row in reversed(rows) if {*columns} & {*row["history_changed"]}), rows[-1])


def _line(record: Kept, mark: SdvMark, item: str, words: tuple[str, str, str], row: Row) -> Changed:
    return Changed(
        record=record,
        mark=mark,
        item=item,
        label=words[0],
        old=words[1] or "no answer",
        new=f"{words[2] or 'no answer'}{' again' if words[1] == words[2] else ''}",
        actor=row["history_user__full_name"] or "",
        at=row["history_date"],
        reason=row["history_change_reason"],
    )


def answer_words(spec: FormSpec, item: str, answers: Mapping[str, Any]) -> str:
    """An item's answer in words; one that could not be tested says so and why."""
    value, *companions = (answers.get(name) for name in items_of(spec.columns)[item])
    if companions and companions[0] is True:
        why = companions[1] if len(companions) > 1 else ""
        return f"untestable: {why}" if why else "untestable"
    return spec.words(item, value)


def _head_word(name: str, value: Any) -> str:
    if name == "status":
        return state_words(value)
    return day(value) if name == "assessed_on" and value else str(value or "")
