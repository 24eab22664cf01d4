"""Verification: every sealed row against its seal, every row of the data against its history.

One pass in one snapshot with flat memory. It changes nothing and trusts no function of the
database beyond PostgreSQL's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from psycopg import sql

from audit import floor
from audit.chain import SEALS, Chain, Span, check_noted, walk_chain
from audit.findings import MOST, Finding, Findings, Kind, Report
from audit.seal_log import Noted
from audit.tables import (
    BEFORE_ALL,
    Connection,
    SealedTable,
    TableDigest,
    by_column,
    column_digests,
    columns_of,
    fix_rendering,
    row_digest,
    rows,
    sealed_tables,
    stream,
)

Tick = Callable[[int, int], None]
"""Called now and then with the rows done and the rows there are."""
_TICK = 1000


class Leaf(NamedTuple):
    """What a seal keeps of one row."""

    key: int
    seal: int
    digest: bytes
    columns: bytes


@contextmanager
def one_snapshot(connection: Connection) -> Iterator[None]:
    """A transaction that sees one instant and can change nothing."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def verify(
    connection: Connection,
    *,
    noted: Iterable[Noted] = (),
    expected: Iterable[Noted] = (),
    older: bool = False,
    upto: int = 0,
    tick: Tick = lambda _done, _total: None,
) -> Report:
    """Walk everything; to be called inside ``one_snapshot``.

    ``noted`` are the seals of the log, ``expected`` those read off a cut or a report. ``older``
    says that the database may be older than the log: a restored copy. Each seal ``upto`` a number
    must be in the log.
    """
    findings = Findings()
    fix_rendering(connection)
    chain = walk_chain(connection, findings)
    check_noted(connection, chain, noted, findings, where="seals.log", may_lack=older, upto=upto)
    check_noted(connection, chain, expected, findings, where="whoever asks")
    walk = Walk(connection, chain, findings, tick)
    tables = sealed_tables()
    for table in tables:
        walk.table(table)
    walk.unknown({table.name for table in tables})
    floor.check_rows(connection, findings)
    floor.check_triggers(connection, findings)
    return Report(
        seals=chain.seals,
        newest=chain.newest,
        newest_hash=chain.newest_hash,
        rows=walk.done,
        waiting=walk.waiting,
        findings=tuple(findings.sorted()),
        total=findings.total(),
    )


class Walk:
    """Goes through the tables, one after the other, each in the order of its keys."""

    def __init__(
        self, connection: Connection, chain: Chain, findings: Findings, tick: Tick
    ) -> None:
        self.connection = connection
        self.chain = chain
        self.findings = findings
        self.tick = tick
        self.done = 0
        self.waiting = 0

    def table(self, table: SealedTable) -> None:
        """Compare one table with its leaves, and the leaves with the seals."""
        present = columns_of(self.connection, table.name)
        spans = self._spans(table, present)
        compare = TableWalk(table, present, self.findings)
        leaves = _Digested(self.connection, table, self.findings)
        pending = next(leaves, None)
        after = BEFORE_ALL
        for span in spans:
            without = sorted(set(present) - set(span.columns))
            compare.begin(span)
            found = rows(self.connection, table, after=after, upto=span.last, without=without)
            for key, text in found:
                while pending is not None and pending.key < key:
                    compare.gone(pending)
                    pending = self._next(leaves)
                if pending is not None and pending.key == key:
                    compare.row(pending, text)
                    pending = self._next(leaves)
                else:
                    compare.uncovered(key)
            after = span.last
        while pending is not None:
            compare.gone(pending)
            pending = self._next(leaves)
        leaves.finish()
        compare.finish()
        self.waiting += self._count(table, after)

    def unknown(self, known: set[str]) -> None:
        """Tables that were sealed and that the program does not know."""
        for name in sorted(set(self.chain.spans) - known):
            says = "it was sealed, and this version of the program has no such table"
            self.findings.add(Finding(name, None, "", Kind.DELETED, says))

    def _spans(self, table: SealedTable, present: Sequence[str]) -> list[Span]:
        """Where a seal was robbed of its content its rows are still compared with their hashes."""
        spans = self.chain.spans.get(table.name, [])
        found = self.connection.execute(
            'SELECT max(key) FROM audit_sealedrow WHERE "table" = %s', [table.name]
        ).fetchone()
        last = found[0] if found else None
        if last is not None and (not spans or spans[-1].last < last):
            spans = [*spans, Span(spans[-1].columns if spans else tuple(present), last)]
        return spans

    def _next(self, leaves: Iterator[Leaf]) -> Leaf | None:
        self.done += 1
        if self.done % _TICK == 0:
            self.tick(self.done, self.chain.rows)
        return next(leaves, None)

    def _count(self, table: SealedTable, after: int) -> int:
        statement = sql.SQL("SELECT count(*) FROM {} WHERE {} > %s").format(
            sql.Identifier(table.name), sql.Identifier(table.key)
        )
        row = self.connection.execute(statement, [after]).fetchone()
        return int(row[0]) if row else 0


class TableWalk:
    """What is wrong with the rows of one table."""

    def __init__(self, table: SealedTable, present: Sequence[str], findings: Findings) -> None:
        self.table = table
        self.findings = findings
        self._present = frozenset(present)
        self._columns: tuple[str, ...] = ()
        self._lost: frozenset[str] = frozenset()
        self._sealed: dict[bytes, int] = {}
        self._altered: list[tuple[int, bytes]] = []

    def begin(self, span: Span) -> None:
        """The rows that follow were sealed with these columns."""
        self._columns = span.columns
        lost = frozenset(span.columns) - self._present
        for name in sorted(lost - self._lost):
            says = "the column was sealed, and the table has none of this name"
            self.findings.add(Finding(self.table.name, None, name, Kind.DELETED, says))
        self._lost = lost

    def row(self, leaf: Leaf, text: str) -> None:
        """A row and its leaf."""
        if not self._lost and row_digest(self.table.name, text) == leaf.digest:
            return
        kept = [name for name in self._columns if name not in self._lost]
        digests = column_digests(text, kept)
        now, then = by_column(digests, kept), by_column(leaf.columns, self._columns)
        fields = [name for name in kept if now[name] != then.get(name)]
        if not fields and self._lost:
            return
        self._remember(leaf, now, then)
        for name in fields or [""]:
            self._add(leaf.key, name, self._kind(name), _ALTERED, leaf.seal)

    def gone(self, leaf: Leaf) -> None:
        """A leaf without its row."""
        self._add(leaf.key, "", Kind.DELETED, "it was sealed and is not there", leaf.seal)

    def uncovered(self, key: int) -> None:
        """A row among the sealed ones without a leaf."""
        says = "it stands among sealed rows, and no seal covers it: it was put there afterwards"
        self._add(key, "", Kind.INSERTED, says, None)

    def finish(self) -> None:
        """Rows that changed places are told as such."""
        for key, now in self._altered:
            other = self._sealed.get(now)
            if other is not None and other > key:
                self.findings.swap(self.table.name, key, other)

    def _add(self, key: int, name: str, kind: Kind, says: str, seal: int | None) -> None:
        self.findings.add(Finding(self.table.name, key, name, kind, says, seal))

    def _kind(self, name: str) -> Kind:
        if name in self.table.dates:
            return Kind.RE_DATED
        return Kind.MOVED if name in self.table.places else Kind.CHANGED

    def _remember(self, leaf: Leaf, now: Any, then: Any) -> None:
        if len(self._altered) < MOST:
            key = self.table.key
            self._sealed[_all_but(then, key)] = leaf.key
            self._altered.append((leaf.key, _all_but(now, key)))


_ALTERED = "it is not what was sealed"


def _all_but(digests: Any, column: str) -> bytes:
    return b"".join(digests[name] for name in sorted(digests) if name != column)


class _Digested:
    """The leaves of a table in the order of their keys, each seal's compared with the seal."""

    def __init__(self, connection: Connection, table: SealedTable, findings: Findings) -> None:
        self.table = table
        self.findings = findings
        self._leaves = _leaves(connection, table.name)
        self._seals = _said(connection, table.name)
        self._seal: int | None = None
        self._digest = TableDigest()

    def __iter__(self) -> Iterator[Leaf]:
        return self

    def __next__(self) -> Leaf:
        leaf = next(self._leaves, None)
        if leaf is None:
            raise StopIteration
        if leaf.seal != self._seal:
            self._close()
            self._seal, self._digest = leaf.seal, TableDigest()
        self._digest.add(leaf.key, leaf.digest, leaf.columns)
        return leaf

    def finish(self) -> None:
        """The last seal, and those whose rows are gone altogether."""
        self._close()
        for number, _ in self._seals:
            self._wrong(number)

    def _close(self) -> None:
        """Compare the leaves since the last change of seal with what that seal says of them."""
        if self._seal is None:
            return
        found = self._digest.content()
        for number, said in self._seals:
            right = {name: said.get(name) for name in found} == found
            if number != self._seal or not right:
                self._wrong(number)
            if number >= self._seal:
                return
        self._wrong(self._seal)

    def _wrong(self, number: int) -> None:
        says = f"its list of the rows of {self.table.name} is not the one it was made with"
        self.findings.add(Finding(SEALS, number, "", Kind.SEAL_ALTERED, says, number))


def _leaves(connection: Connection, table: str) -> Iterator[Leaf]:
    statement = sql.SQL(
        'SELECT key, seal_id, digest, columns FROM audit_sealedrow WHERE "table" = {} ORDER BY key'
    ).format(sql.Literal(table))
    for key, seal, digest, columns in stream(connection, f"leaves_of_{table}", statement):
        yield Leaf(key, seal, bytes(digest), bytes(columns))


def _said(connection: Connection, table: str) -> Iterator[tuple[int, dict[str, Any]]]:
    statement = sql.SQL(
        "SELECT number, (content -> {0})::text FROM audit_seal WHERE content ? {0} ORDER BY number"
    ).format(sql.Literal(table))
    for number, text in stream(connection, f"seals_of_{table}", statement):
        said = json.loads(text)
        yield number, said if isinstance(said, dict) else {}
