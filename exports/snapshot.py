"""The files of a cut, all read at one instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from audit import sealing
from exports import catalogue, codebook, folders, manifest, plan_lock
from exports.claims import Claim
from exports.errors import IncompleteCut
from exports.formats import copied_csv, registry, tidy_csv
from exports.manifest import Seen
from exports.models import DataCut
from exports.output import HashedFile, WrittenFile
from exports.readers import writing as readers
from exports.scope import scope_of
from exports.tables import Table
from randomization import selectors
from trial import locks
from trial.models import Lock

# What a format puts aside lies here until it is written; no part of the cut.
ASIDE = ".aside"


@dataclass(frozen=True)
class Frozen:
    """A cut that has been written: the instant it shows, its manifest, and that as a file."""

    as_of: datetime
    manifest: dict[str, Any]
    file: WrittenFile


@contextmanager
def one_instant() -> Iterator[datetime]:
    """Everything read inside is the database as it stood at the instant given.

    Nothing can be written inside. Whatever was committed by that instant is seen; PostgreSQL
    takes the snapshot right after reading its clock.

    Raises:
        RuntimeError: a transaction is under way already, whose earlier snapshot would count.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT statement_timestamp()")
        yield cursor.fetchone()[0]


def write(cut: DataCut, folder: Path, claim: Claim) -> Frozen:
    """Write every file of a cut into an empty folder, the trail behind it sealed first.

    Raises:
        IncompleteCut: rows would be left out.
        UnfitCellError: a value is not what its column declares.
        NotDelegated: whoever asked may not know the arms any more.
        CutStopped: the cut is not being made any more.
        OSError: the disk is full, or not there.
    """
    sealing.seal_if_settled(at=timezone.now())
    with one_instant() as as_of:
        seen = Seen(
            as_of,
            sealing.newest(),
            selectors.commitment(),
            plan=plan_lock.as_locked(),
            lock=_lock_of(cut),
        )
        catalogue.check_nothing_left_out()
        tables = catalogue.tables(blinded=cut.blinded, reader=cut.requested_by, scope=scope_of(cut))
        claim.expect(sum(table.count() for table in tables))
        files = [write_table(folder / table.file, table, claim.tick) for table in tables]
        for form in registry.chosen(cut.formats):
            form.read(folder / ASIDE / form.code, cut)
    described = [
        tidy_csv.write(folder / extra.file, extra.columns, extra.rows(), _nothing)
        for extra in codebook.tables(tables)
    ]
    others = [
        *readers.write(folder, tables, [file.rows or 0 for file in files], cut.formats),
        *_other_formats(cut, folder, tables, files, as_of=as_of, claim=claim),
    ]
    return _finish(cut, folder, files, described, others, seen=seen)


def _lock_of(cut: DataCut) -> Lock | None:
    """The lock a final cut is made under.

    Raises:
        IncompleteCut: it was lifted meanwhile.
    """
    if cut.lock_id is None:
        return None
    lock = Lock.objects.filter(locks.WHOLE_TRIAL, pk=cut.lock_id).select_related("locked_by")
    if not (found := lock.first()):
        raise IncompleteCut("The trial was unlocked before its final cut was made.")
    return found


def write_table(path: Path, table: Table, tick: Callable[[], None]) -> WrittenFile:
    """Write the CSV file of a table; by the server itself where the table is a query.

    Raises:
        UnfitCellError: a value is not what its column declares.
        OSError: the disk is full, or not there.
    """
    if table.select is not None:
        return copied_csv.write(path, table.columns, table.select(), tick)
    return tidy_csv.write(path, table.columns, table.rows(), tick)


def _other_formats(
    cut: DataCut,
    folder: Path,
    tables: Sequence[Table],
    files: Sequence[WrittenFile],
    *,
    as_of: datetime,
    claim: Claim,
) -> list[WrittenFile]:
    if not cut.formats:
        return []
    from exports.formats import frozen  # noqa: PLC0415 - it brings 100 MB of libraries, which web, worker and beat start without: test_supervisor holds them to it

    at_hand = frozen.Frozen(
        folder,
        folder / ASIDE,
        cut.code,
        as_of,
        cut.blinded,
        [
            frozen.FrozenTable(table, folder / table.file, file.rows or 0)
            for table, file in zip(tables, files, strict=True)
        ],
        claim.look,
    )
    written = [one for form in registry.chosen(cut.formats) for one in form.write(at_hand)]
    folders.discard(folder / ASIDE)
    return written


def _finish(
    cut: DataCut,
    folder: Path,
    tables: Sequence[WrittenFile],
    described: Sequence[WrittenFile],
    others: Sequence[WrittenFile],
    *,
    seen: Seen,
) -> Frozen:
    data = manifest.build(
        cut,
        seen=seen,
        made_at=timezone.now(),
        tables=(*tables, *described),
        files=sorted(others, key=lambda file: file.name),
        counts={file.name.removesuffix(".csv"): file.rows or 0 for file in tables},
    )
    with HashedFile(folder / manifest.NAME) as out:
        out.add(manifest.as_bytes(data))
        own = out.finish()
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o440)
    return Frozen(seen.as_of, data, own)


def _nothing() -> None:
    """The codebook does not count towards the progress."""
