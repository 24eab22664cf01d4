"""Sealing: the rows of the trail that are settled, hashed into the next link of the chain.

A row is settled once no row can appear before it any more. Every statement that adds to the trail
holds a shared lock from before its first key is drawn until its transaction has ended. The sealer
notes the newest key of each table, then who holds that lock, and waits until those have ended:
whatever comes later draws later keys. It never asks for the lock, so it keeps nobody waiting.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from audit import seal_log
from audit.events import record_event
from audit.models import Seal
from audit.tables import (
    BEFORE_ALL,
    Connection,
    SealedTable,
    TableDigest,
    column_digests,
    columns_of,
    fix_rendering,
    row_digest,
    rows,
    sealed_tables,
)

log = logging.getLogger("hermes.seal")

LOG_BEGUN = "audit.seal-log-begun"
_HOW_TO_GO_ON = (
    'Bring its copy back, or begin a new one: manage.py audit_seal --new-log "why". '
    "Verify first, by a seal on paper: docs/runbook.md"
)

PATIENCE = 10.0  # seconds
ROWS_PER_SEAL = 100_000
# Any numbers that no other advisory lock of the product uses; the first is hermes_seal_gate().
_GATE, _SEALERS = 4851003, 4851004
_LOOK_AGAIN = 0.05  # seconds
_HOLDERS = """
    SELECT virtualtransaction FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND objsubid = 1
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
"""


class NotSettled(Exception):  # noqa: N818 - nothing failed: the next sealing covers it
    """A transaction that writes to the trail goes on for longer than the sealer waits."""


def seal(
    *, at: datetime, patience: float = PATIENCE, rows_per_seal: int = ROWS_PER_SEAL
) -> Seal | None:
    """Seal everything that is settled; the newest seal, None where nothing was ever sealed.

    A long backlog becomes several seals, each in a transaction of its own. Nothing new, no seal.

    Raises:
        NotSettled: nothing was sealed now, for a transaction would not end.
        RuntimeError: called inside a transaction.
    """
    tables = sealed_tables()
    marks = _settled(tables, patience)
    while _seal_some(tables, marks, at, rows_per_seal):
        pass
    return newest()


def seal_if_settled(*, at: datetime, patience: float = PATIENCE) -> Seal | None:
    """As ``seal``; where a transaction would not end the newest seal is an older one."""
    try:
        return seal(at=at, patience=patience)
    except NotSettled as waiting:
        log.warning("%s", waiting)
        return newest()


def newest() -> Seal | None:
    """The newest seal."""
    return Seal.objects.order_by("-number").first()


def seal_hash(
    *, number: int, previous: str, sealed_at: datetime, version: str, content: Any
) -> str:
    """The hash of a seal: SHA-256 of what it says, as JSON with sorted keys."""
    said = {
        "number": number,
        "previous": previous,
        "sealed_at": sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "version": version,
        "content": content,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _settled(tables: Sequence[SealedTable], patience: float) -> dict[str, int]:
    """The key of each table up to which every row is there for good."""
    if connection.in_atomic_block:
        raise RuntimeError(
            "Sealing waits for others to commit: it cannot be part of a transaction."
        )
    marks = _newest_keys(tables)
    writing = _holders()
    until = time.monotonic() + patience
    while writing := writing & _holders():
        if time.monotonic() >= until:
            raise NotSettled(
                f"{len(writing)} transactions were still writing after {patience:g} s: "
                "what waits is sealed the next time."
            )
        time.sleep(_LOOK_AGAIN)
    return marks


def _holders() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [_GATE])
        return {name for (name,) in cursor.fetchall()}


def _newest_keys(tables: Sequence[SealedTable]) -> dict[str, int]:
    parts = [
        sql.SQL("SELECT {}, max({}) FROM {}").format(
            sql.Literal(table.name), sql.Identifier(table.key), sql.Identifier(table.name)
        )
        for table in tables
    ]
    return _keys(parts)


def _sealed_keys(tables: Sequence[SealedTable]) -> dict[str, int]:
    parts = [
        sql.SQL('SELECT {0}, max(key) FROM audit_sealedrow WHERE "table" = {0}').format(
            sql.Literal(table.name)
        )
        for table in tables
    ]
    return _keys(parts)


def _keys(parts: Sequence[sql.Composed]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        return {name: key for name, key in cursor.fetchall() if key is not None}


def _seal_some(
    tables: Sequence[SealedTable], marks: Mapping[str, int], at: datetime, limit: int
) -> bool:
    """One more seal, whole or not at all; False when nothing is left to seal."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            # Sealers wait for each other, nobody else for them.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEALERS])
        _note()
        before = newest()
        number = before.number + 1 if before else 1
        content = _seal_tables(tables, marks, number, limit)
        if not content:
            return False
        link = Seal(
            number=number,
            previous_hash=before.hash if before else "",
            sealed_at=at,
            version=settings.VERSION,
            content=content,
        )
        link.hash = seal_hash(
            number=number,
            previous=link.previous_hash,
            sealed_at=at,
            version=link.version,
            content=content,
        )
        link.save(force_insert=True)
    log.info("seal %d is %s", number, link.hash)
    return True


def _seal_tables(
    tables: Sequence[SealedTable], marks: Mapping[str, int], number: int, limit: int
) -> dict[str, Any]:
    raw: Connection = connection.connection
    fix_rendering(raw)
    done = _sealed_keys(tables)
    content = {}
    for table in tables:
        after, upto = done.get(table.name, BEFORE_ALL), marks.get(table.name, BEFORE_ALL)
        if upto > after and limit > 0:
            found = rows(raw, table, after=after, upto=upto, limit=limit)
            sealed = _seal_rows(raw, table, found, number)
            if sealed["count"]:
                content[table.name] = sealed
                limit -= sealed["count"]
    return content


def _seal_rows(
    raw: Connection, table: SealedTable, found: Iterator[tuple[int, str]], number: int
) -> dict[str, Any]:
    columns = columns_of(raw, table.name)
    whole = TableDigest()
    for block in _blocks(found, 2000):
        command = 'COPY audit_sealedrow (seal_id, "table", key, digest, columns) FROM STDIN'
        with raw.cursor() as cursor, cursor.copy(command) as copy:
            for key, text in block:
                digest, parts = row_digest(table.name, text), column_digests(text, columns)
                whole.add(key, digest, parts)
                copy.write_row((number, table.name, key, digest, parts))
    return {**whole.content(), "columns": columns}


def _blocks(found: Iterator[tuple[int, str]], size: int) -> Iterator[list[tuple[int, str]]]:
    block = []
    for one in found:
        block.append(one)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def begin_log(*, at: datetime, reason: str) -> None:
    """Put the log of seals aside and note every seal there is in a new one; the trail says so.

    Raises:
        OSError: the disk is full, or not there.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEALERS])
        last = newest()
        data = {"seal": last.number if last else 0, "hash": last.hash if last else ""}
        record_event(
            name=LOG_BEGUN, actor=None, at=at, system="audit_seal", data=data, reason=reason
        )
        aside = seal_log.put_aside(at)
        _append_from(1)
    log.warning("%s is begun anew, the one before is %s", seal_log.path(), aside or "not there")


def _note() -> None:
    """Write into the log what follows its last line: also seals that a crash kept out.

    Asked before each seal, while no other sealer is at it, so the log lacks one seal at most. A log
    that is gone, or that ends otherwise than the chain, is left as it is: what the chain says now
    may be a forgery, and must not come to be noted by itself.
    """
    try:
        wrong = _continue_log()
    except OSError:
        log.exception("the seals could not be noted in %s", seal_log.path())
        return
    if wrong:
        log.critical("%s is not continued: %s. %s", seal_log.path(), wrong, _HOW_TO_GO_ON)


def _continue_log() -> str:
    """Append what follows; a sentence where nothing can follow."""
    last, noted = newest(), seal_log.newest()
    if last is None and noted is None:
        return ""
    if noted is None:
        if last is not None and last.number > 1:
            return f"it is gone or empty, and there are seals up to {last.number}"
        _append_from(1)
        return ""
    if not Seal.objects.filter(number=noted.number, hash=noted.hash).exists():
        return f"its last line is seal {noted.number}:{noted.hash[:12]}, which is not in the chain"
    _append_from(noted.number + 1)
    return ""


def _append_from(number: int) -> None:
    for one in Seal.objects.filter(number__gte=number).order_by("number").iterator():
        seal_log.append(one.number, one.hash, one.sealed_at)
