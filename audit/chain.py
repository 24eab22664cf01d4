"""The first look of a verification: is the chain of seals whole, and is it the one noted?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import sql

from audit.findings import Finding, Findings, Kind
from audit.seal_log import Noted
from audit.sealing import seal_hash
from audit.tables import Connection, stream

SEALS = "audit_seal"
_ALL = "SELECT number, previous_hash, hash, sealed_at, version, content::text FROM audit_seal"


@dataclass
class Span:
    """Rows of one table, up to a key, that were sealed with the same columns."""

    columns: tuple[str, ...]
    last: int


@dataclass
class Chain:
    """What the seals say, summed up: for each table its spans in order, and how many rows."""

    seals: int = 0
    rows: int = 0
    newest: int = 0
    newest_hash: str = ""
    spans: dict[str, list[Span]] = field(default_factory=dict)

    def add(self, tables: Mapping[str, Any]) -> None:
        """Take in the content of the next seal."""
        for name, said in tables.items():
            spans = self.spans.setdefault(name, [])
            columns, last = tuple(said["columns"]), int(said["last"])
            if not spans or spans[-1].columns != columns:
                spans.append(Span(columns, last))
            spans[-1].last = max(spans[-1].last, last)
            self.rows += int(said["count"])


def walk_chain(connection: Connection, findings: Findings) -> Chain:
    """Follow the seals from the first on; each hashes to what it says and names the one before."""
    chain = Chain()
    expected, previous = 1, ""
    for number, before, digest, sealed_at, version, text in _seals(connection):
        if number != expected:
            _missing(findings, expected, number - 1)
        content = json.loads(text)
        facts = (number, before, sealed_at, version, content)
        if _hash(*facts) != digest:
            says = "what it says does not hash to the hash it bears"
            findings.add(Finding(SEALS, number, "hash", Kind.SEAL_ALTERED, says, number))
        elif number == expected and before != previous:
            says = f"it does not follow seal {number - 1} as that one is now"
            findings.add(Finding(SEALS, number, "previous_hash", Kind.SEAL_ALTERED, says, number))
        _take_in(chain, number, content, findings)
        chain.seals, chain.newest, chain.newest_hash = chain.seals + 1, number, digest
        expected, previous = number + 1, digest
    return chain


def check_noted(connection: Connection, chain: Chain, noted: Iterable[Noted], findings: Findings,
                *, where: str, may_lack: bool = False, upto: int = 0) -> None:  # fmt: skip
    """Compare the seals with those noted elsewhere.

    ``may_lack``: the database may be older than the note, as a restored backup is. Every seal
    ``upto`` a number must be noted.
    """
    known = set()
    for one in noted:
        known.add(one.number)
        if one.number > chain.newest:
            if not may_lack:
                says = f"{where} knows it, and it is not there: the end of the chain was cut off"
                findings.add(Finding(SEALS, one.number, "", Kind.CHAIN_CUT, says, one.number))
            continue
        found = connection.execute("SELECT hash FROM audit_seal WHERE number = %s", [one.number])
        row = found.fetchone()
        if row is not None and not row[0].startswith(one.hash.lower()):
            says = f"{where} knows it with the hash {one.hash}, and it has {row[0]}"
            findings.add(Finding(SEALS, one.number, "hash", Kind.SEAL_ALTERED, says, one.number))
    for number in range(1, min(upto, chain.newest) + 1):
        if number not in known:
            says = f"{where} does not know it: a chain made anew would look the same"
            findings.add(Finding(SEALS, number, "", Kind.NOT_NOTED, says, number))


def _seals(connection: Connection) -> Iterator[tuple[int, str, str, datetime, str, str]]:
    yield from stream(connection, "seals", sql.SQL(_ALL + " ORDER BY number").format())


def _hash(number: int, before: str, sealed_at: datetime, version: str, content: Any) -> str:
    return seal_hash(
        number=number, previous=before, sealed_at=sealed_at, version=version, content=content
    )


def _missing(findings: Findings, first: int, last: int) -> None:
    for number in range(first, min(last, first + 100) + 1):
        says = "it is missing from the middle of the chain"
        findings.add(Finding(SEALS, number, "", Kind.CHAIN_CUT, says, number))


def _take_in(chain: Chain, number: int, content: Any, findings: Findings) -> None:
    try:
        chain.add(content)
    except (KeyError, TypeError, ValueError, AttributeError):
        says = "its content is none that a sealing writes"
        findings.add(Finding(SEALS, number, "content", Kind.SEAL_ALTERED, says, number))
