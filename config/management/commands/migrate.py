"""`manage.py migrate`: by the role that owns the tables, whoever the application is.

Afterwards the application's role is given its rights anew, so that a new table can be used; if it
could then still undo the audit floor, the command says so and fails, and nothing starts after it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.owner import as_owner
from config.servers.roles import faults, grant, owned


class Command(migrate.Command):
    """Django's own, as the owner of the tables, and then the rights."""

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Raises CommandError where the application's role could undo the audit floor."""
        alias: str = options["database"]
        if options["plan"] or options["check_unapplied"]:
            # Only read, which needs no owner.
            super().handle(*arguments, **options)
            return
        try:
            with as_owner(alias):
                _refuse(owned(_session(alias), _application()))
                _refuse_between_steps(alias)
                super().handle(*arguments, **options)
                _give_rights(alias)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error


def _refuse_between_steps(alias: str) -> None:
    """Django takes a migration that stands for several as done, or as never begun, not as begun."""
    done = set(MigrationRecorder(connections[alias]).applied_migrations())
    loader = MigrationLoader(None)
    for migration in loader.disk_migrations.values():
        steps = set(migration.replaces)
        if steps & done and steps - done:
            raise CommandError(
                "This database was made by an early build and stands between two of its steps. "
                "Nothing was changed. Keep it with the build that made it, or begin with an empty "
                "one (docs/runbook.md, Upgrading)."
            )


def _give_rights(alias: str) -> None:
    with transaction.atomic(using=alias):
        grant(_session(alias), _application())
    _refuse(faults(_session(alias), _application()))


def _refuse(found: list[str]) -> None:
    if found:
        raise CommandError(
            f"The application's role {_application()} could undo the audit trail: "
            f"{', '.join(found[:5])}{' …' if found[5:] else ''}. It must own nothing: see "
            '"Two roles" in docs/runbook.md.'
        )


def _application() -> str:
    name: str = settings.APPLICATION_ROLE
    return name


def _session(alias: str) -> Any:
    """The connection beneath Django's."""
    connections[alias].ensure_connection()
    return connections[alias].connection
