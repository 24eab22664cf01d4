"""Every table of the cut as ODM's ``ClinicalData``, one participant in memory at a time. Pure.

An item that is empty in the table is left out. The group of a row says who entered it; an item
says who changed it last where somebody has since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from exports.errors import UnfitForFormat
from exports.formats.cells import Cells
from exports.formats.odm import keys
from exports.formats.odm.acts import Done, Line, Signed
from exports.formats.odm.keys import OCCURRENCE, PARTICIPANT, VISIT, Source
from exports.formats.odm.metadata import Metadata
from exports.formats.xml_writer import UnwritableCharacterError, XmlWriter

# The columns that with the participant say which row of a table it is.
_ROW_KEYS = (VISIT, OCCURRENCE, "ae_number")
_NO_LINE: Mapping[tuple[str, ...], Line] = {}


@dataclass(frozen=True)
class Subject:
    """One participant: the rows of each table, who did what to them, and what was signed."""

    key: str
    site: str
    rows: Mapping[str, list[Cells]]
    lines: Mapping[str, Mapping[tuple[str, ...], Line]]
    signed: Mapping[tuple[str, ...], Signed]


class Clinical:
    """Writes one subject after another."""

    def __init__(self, out: XmlWriter, meta: Metadata, sites: frozenset[str]) -> None:
        self._out, self._meta, self._sites = out, meta, sites

    @cached_property
    def _repeatable(self) -> frozenset[str]:
        return frozenset(visit.code for visit in self._meta.visits if visit.repeatable)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(visit.code for visit in self._meta.visits)

    def subject(self, whose: Subject) -> None:
        """One ``SubjectData``."""
        with self._out.element("SubjectData", SubjectKey=whose.key):
            self._signature(whose.signed.get(("", "", "casebook")))
            if whose.site:
                oid = keys.location(whose.site, self._sites)
                self._out.empty("SiteRef", LocationOID=oid)
            for visit, occurrence in self._events(whose):
                self._event(whose, visit, occurrence)

    def _events(self, whose: Subject) -> Iterator[tuple[str, str]]:
        """The events this person has, in the protocol's order; that of the whole trial last."""
        found = {self._checked(table, row) for table, rows in whose.rows.items() for row in rows}
        order = [visit.code for visit in self._meta.visits]
        yield from sorted(
            found,
            key=lambda one: (not one[0], order.index(one[0]) if one[0] else 0, int(one[1] or 0)),
        )

    def _checked(self, table: str, row: Cells) -> tuple[str, str]:
        visit, occurrence = row.get(VISIT, ""), row.get(OCCURRENCE, "")
        if visit and visit not in self._known:
            raise UnfitForFormat(
                f"{table}.csv",
                VISIT,
                "names a visit the protocol does not plan, so ODM has no event",
            )
        if occurrence not in {"", "1"} and visit not in self._repeatable:
            raise UnfitForFormat(
                f"{table}.csv", OCCURRENCE, "counts a visit twice that ODM's event has once"
            )
        return visit, occurrence

    def _event(self, whose: Subject, visit: str, occurrence: str) -> None:
        repeat = occurrence if visit in self._repeatable else None
        with self._out.element(
            "StudyEventData", StudyEventOID=keys.event(visit), StudyEventRepeatKey=repeat
        ):
            self._signature(whose.signed.get((visit, occurrence, "visit")))
            for source in self._meta.sources:
                rows = [
                    row
                    for row in whose.rows.get(source.code, ())
                    if (row.get(VISIT, ""), row.get(OCCURRENCE, "")) == (visit, occurrence)
                ]
                if rows:
                    signed = whose.signed.get((visit, occurrence, source.code))
                    self._form(source, rows, whose.lines.get(source.code, _NO_LINE), signed)

    def _form(
        self,
        source: Source,
        rows: list[Cells],
        lines: Mapping[tuple[str, ...], Line],
        signed: Signed | None,
    ) -> None:
        with self._out.element("FormData", FormOID=source.form):
            self._signature(signed)
            for place, row in enumerate(rows, start=1):
                if place > 1 and not source.repeats:
                    raise UnfitForFormat(
                        source.file, PARTICIPANT, "has two rows where the form of ODM holds one"
                    )
                repeat = place if source.repeats else None
                with self._out.element(
                    "ItemGroupData", ItemGroupOID=source.group, ItemGroupRepeatKey=repeat
                ):
                    self._items(source, row, lines.get(_key(row)))

    def _items(self, source: Source, row: Cells, line: Line | None) -> None:
        if line is not None:
            self._audit(line.entered)
        for column in source.items:
            value = row[column.name]
            if not value:
                continue
            changed = None if line is None else line.changed.get(column.name)
            oid = source.item(column.name)
            try:
                if changed is None:
                    self._out.empty("ItemData", ItemOID=oid, Value=value)
                else:
                    with self._out.element("ItemData", ItemOID=oid, Value=value):
                        self._audit(changed)
            except UnwritableCharacterError as error:
                raise UnfitForFormat(
                    source.file, column.name, f"holds {error}, which XML cannot"
                ) from None

    def _audit(self, done: Done) -> None:
        with self._out.element("AuditRecord"):
            self._who(done)
            self._out.text("DateTimeStamp", done.at)
            if done.reason:
                self._out.text("ReasonForChange", done.reason)

    def _signature(self, signed: Signed | None) -> None:
        if signed is None:
            return
        with self._out.element("Signature"):
            self._who(signed.done)
            self._out.empty("SignatureRef", SignatureOID=f"SD.{signed.meaning}")
            self._out.text("DateTimeStamp", signed.done.at)

    def _who(self, done: Done) -> None:
        self._out.empty("UserRef", UserOID=keys.user(done.user))
        self._out.empty("LocationRef", LocationOID=keys.location(done.site, self._sites))


def _key(row: Cells) -> tuple[str, ...]:
    return tuple(row[name] for name in _ROW_KEYS if name in row)
