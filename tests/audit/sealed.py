"""A sealed trial in a database of its own, and copies of it to tamper with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from audit.findings import Finding, Report
from audit.seal_log import Noted
from audit.verification import verify


@dataclass(frozen=True)
class Sealed:
    """The copy's address for its superuser, and the seals as the log has them."""

    copy: str
    noted: tuple[Noted, ...]


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
