"""A sealed trial in a database of its own, and copies of it to tamper with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from audit.findings import Finding, Report
from audit.seal_log import Noted
from audit.sealing import seal_hash
from audit.tables import (
    SealedTable,
    TableDigest,
    column_digests,
    fix_rendering,
    row_digest,
    rows,
    sealed_tables,
)
from audit.verification import verify


@dataclass(frozen=True)
class Sealed:
    """The copy's address for its superuser, the seals as the log has them, and its folder."""

    copy: str
    noted: tuple[Noted, ...]
    state: Path


class Tampered:
    """A copy of a sealed trial in the hands of a superuser, no trigger firing."""

    def __init__(self, connection: psycopg.Connection[Any], noted: tuple[Noted, ...]) -> None:
        self.connection = connection
        self.noted = noted

    def run(self, statement: str, *parameters: Any) -> int:
        """Do it; how many rows it touched."""
        return self.connection.execute(statement.encode(), parameters).rowcount

    def one(self, query: str, *parameters: Any) -> Any:
        """The first row of a query."""
        return self.connection.execute(query.encode(), parameters).fetchone()

    def verified(self, **how: Any) -> Report:
        """What a verification says of it now."""
        return verify(self.connection, **{"noted": self.noted, **how})

    def reseal(self, first: int = 1) -> None:
        """What a superuser who knows the program would do: leaves and seals made anew from here."""
        fix_rendering(self.connection)
        tables = {table.name: table for table in sealed_tables()}
        query = "SELECT number, sealed_at, version, content FROM audit_seal ORDER BY number"
        previous = ""
        for number, sealed_at, version, content in self.connection.execute(query).fetchall():
            if number >= first:
                for name, said in content.items():
                    said.update(self._leaves(tables[name], said))
            digest = seal_hash(
                number=number, previous=previous, sealed_at=sealed_at, version=version,
                content=content,
            )  # fmt: skip
            self.run(
                "UPDATE audit_seal SET previous_hash = %s, hash = %s, content = %s"
                " WHERE number = %s",
                previous, digest, Jsonb(content), number,
            )  # fmt: skip
            previous = digest

    def _leaves(self, table: SealedTable, said: Any) -> dict[str, Any]:
        whole = TableDigest()
        found = rows(self.connection, table, after=said["first"] - 1, upto=said["last"])
        for key, text in list(found):
            digest, parts = row_digest(table.name, text), column_digests(text, said["columns"])
            whole.add(key, digest, parts)
            self.run(
                'UPDATE audit_sealedrow SET digest = %s, columns = %s'
                ' WHERE "table" = %s AND key = %s',
                digest, parts, table.name, key,
            )  # fmt: skip
        return whole.content()

    def findings(self) -> list[Finding]:
        """All of them, the first first."""
        return list(self.verified().findings)


@contextmanager
def copy_of(dsn: str, template: str, name: str) -> Iterator[str]:
    """A copy of a database that nobody uses; dropped at the end."""
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as superuser:
        superuser.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        try:
            yield make_conninfo(dsn, dbname=name)
        finally:
            superuser.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def tampered(sealed: Sealed) -> Iterator[Tampered]:
    """The sealed copy and its superuser, in a transaction that is undone at the end."""
    options = (
        "-c session_replication_role=replica -c default_transaction_isolation=repeatable\\ read"
    )
    with psycopg.connect(sealed.copy, options=options) as superuser:
        yield Tampered(superuser, sealed.noted)
        superuser.rollback()
