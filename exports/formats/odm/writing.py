"""Writes ``odm/odm.xml``: one snapshot of the trial in CDISC ODM-XML 1.3.2.

A snapshot and no transactional file: the cut shows one instant, and so does this; the act behind
each value stands beside it as its audit record, and the whole history stays in the trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from exports.errors import IncompleteCut
from exports.formats.frozen import Frozen
from exports.formats.odm import admin, cells, keys, metadata
from exports.formats.odm.acts import (
    SIGNATURES,
    ByParticipant,
    People,
    lines_of,
    signatures_of,
)
from exports.formats.odm.cells import BySubject
from exports.formats.odm.clinical import Clinical, Subject
from exports.formats.odm.metadata import Metadata
from exports.formats.odm.signed import in_snapshot
from exports.formats.odm.trail import instant
from exports.formats.xml_writer import UnwritableCharacterError, XmlWriter
from exports.output import HashedFile, WrittenFile
from trial import protocol
from trial.models import Signature

__all__ = ["CODE", "in_snapshot", "write"]

CODE = FOLDER = "odm"
FILE = "odm.xml"
NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"


def write(frozen: Frozen) -> Iterator[WrittenFile]:
    """The file.

    Raises:
        UnfitForFormat: a column holds what ODM has no place for.
        IncompleteCut: a name or a reason for change holds a character that XML cannot.
        CutStopped: the cut is not being made any more.
    """
    folder = frozen.folder / FOLDER
    folder.mkdir()
    plan = protocol.current()
    sources = tuple(
        keys.source(plan, one.table.file, one.table.title, one.table.columns, one.path)
        for one in frozen.tables
    )
    measured = {one.code: cells.measure(one) for one in sources}
    visits = tuple(one for one in plan.visits if not (frozen.blinded and one.reveals_arm))
    meta = Metadata(plan, visits, sources, {code: sizes for code, (sizes, _) in measured.items()})
    ordered = {code: in_order for code, (_, in_order) in measured.items()}
    with HashedFile(folder / FILE, FOLDER) as out:
        try:
            _document(XmlWriter(out.add), frozen, meta, ordered)
        except UnwritableCharacterError as error:
            raise IncompleteCut(
                f"A name, a label or a reason for change holds {error}, which ODM cannot hold."
            ) from None
        yield out.finish()


def _document(out: XmlWriter, frozen: Frozen, meta: Metadata, ordered: dict[str, bool]) -> None:
    people = People.read(frozen.aside / CODE)
    study, version = keys.study(meta.plan)
    as_of = instant(frozen.as_of)
    with out.element(
        "ODM",
        xmlns=NAMESPACE,
        FileType="Snapshot",
        Granularity="All",
        FileOID=f"{meta.plan.code}.{frozen.code}",
        # Both are the cut's instant, so that the same cut is the same file.
        CreationDateTime=as_of,
        AsOfDateTime=as_of,
        ODMVersion="1.3.2",
        SourceSystem="hermes-ecrf",
        SourceSystemVersion=settings.VERSION,
        Description="Blinded: nothing here tells an arm" if frozen.blinded else None,
    ):
        metadata.write(out, meta)
        admin.write(out, meta.plan, people, dict(Signature.MEANINGS), as_of[:10])
        with out.element("ClinicalData", StudyOID=study, MetaDataVersionOID=version):
            sites = frozenset(place.code for place in people.places)
            clinical = Clinical(out, meta, sites)
            for one in _subjects(frozen, meta, ordered):
                frozen.look()
                clinical.subject(one)


def _subjects(frozen: Frozen, meta: Metadata, ordered: dict[str, bool]) -> Iterator[Subject]:
    """Everybody with all rows about them, in rising order of their keys."""
    aside: Path = frozen.aside / CODE
    tables = {one.code: BySubject(one, ordered=ordered[one.code]) for one in meta.sources}
    lines = {code: ByParticipant(aside, code) for code in tables}
    signatures = ByParticipant(aside, SIGNATURES)
    while True:
        waiting = [table.waiting for table in tables.values() if table.waiting is not None]
        if not waiting:
            return
        key = min(waiting)
        rows = {code: found for code, table in tables.items() if (found := table.take(key))}
        yield Subject(
            key,
            next((row["site"] for table in rows.values() for row in table if "site" in row), ""),
            rows,
            {code: lines_of(lines[code].take(key)) for code in rows},
            signatures_of(signatures.take(key)),
        )
