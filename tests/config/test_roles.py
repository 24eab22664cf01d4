"""Who migrates, who serves, and how both come to be: `manage.py migrate`, compose, its script."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from config.embedded import EmbeddedPostgres
from config.owner import as_owner
from config.servers.folders import PORT
from config.servers.roles import APPLICATION, OWNER, faults, grant
from config.servers.software import postgres_programs
from tests.config.test_embedded import ONE_ROLE

BASE = Path(__file__).resolve().parents[2]
MAKE_ONE_ROLE = ("DROP DATABASE hermes", "DROP ROLE hermes_owner", "DROP ROLE hermes")


@pytest.fixture
def superuser(superuser_dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(superuser_dsn, autocommit=True) as session:
        yield session


def role_of_the_session() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


@pytest.mark.requirement("R-031")
def test_migrating_gives_every_table_its_rights_anew(
    committed: None, superuser: psycopg.Connection
) -> None:
    superuser.execute("GRANT ALL ON audit_event TO hermes")
    superuser.execute("REVOKE ALL ON trial_record FROM hermes")
    superuser.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    assert len(faults(superuser, APPLICATION)) > 2
    call_command("migrate", verbosity=0)
    assert faults(superuser, APPLICATION) == []
    assert role_of_the_session() == APPLICATION


@pytest.mark.requirement("R-031")
def test_nothing_is_migrated_while_the_application_owns_something(
    committed: None, superuser: psycopg.Connection
) -> None:
    superuser.execute("ALTER TABLE django_session OWNER TO hermes")
    try:
        with pytest.raises(CommandError, match="undo the audit trail: it owns django_session"):
            call_command("migrate", verbosity=0)
    finally:
        superuser.execute("ALTER TABLE django_session OWNER TO hermes_owner")
        with superuser.transaction():
            grant(superuser, APPLICATION)


@pytest.mark.requirement("R-031")
def test_nobody_migrates_without_the_owners_address(committed: None, settings: Settings) -> None:
    settings.DATABASE_OWNER = {}
    with pytest.raises(CommandError, match=r"Set HERMES_OWNER_URL .*cannot migrate"):
        call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0, check_unapplied=True)
    call_command("migrate", verbosity=0, plan=True)
    assert role_of_the_session() == APPLICATION


def test_a_database_between_two_steps_of_an_early_build_is_left_as_it_is(
    committed: None, superuser: psycopg.Connection
) -> None:
    superuser.execute("DELETE FROM django_migrations WHERE app = 'trial' AND name LIKE '0007%'")
    with pytest.raises(CommandError, match="stands between two of its steps"):
        call_command("migrate", verbosity=0)


def test_a_process_is_the_owner_only_for_as_long_as_it_migrates(committed: None) -> None:
    with as_owner():
        with as_owner():
            assert role_of_the_session() == OWNER
        assert role_of_the_session() == OWNER
    assert role_of_the_session() == APPLICATION


@pytest.mark.requirement("R-031")
def test_compose_gives_the_owner_to_the_service_that_migrates_and_to_no_other() -> None:
    compose: dict[str, Any] = yaml.safe_load((BASE / "docker-compose.yml").read_text())
    given = {
        name
        for name, service in compose["services"].items()
        if "owner" in f"{service.get('environment')}{service.get('secrets')}".lower()
    }
    # The database itself is told the password, to make the role with.
    assert given == {"migrate", "postgres"}
    assert compose["services"]["postgres"]["secrets"] == [
        "postgres_password", "database_password", "owner_password"
    ]  # fmt: skip
    assert "migrate" in compose["services"]["migrate"]["command"]


@pytest.mark.requirement("R-031")
@pytest.mark.parametrize("found", ["nothing", "one role"])
def test_the_script_of_compose_makes_both_roles_or_takes_over(
    postgres: EmbeddedPostgres, tmp_path: Path, found: str
) -> None:
    for name in ("database_password", "owner_password"):
        (tmp_path / name).write_text(f"{name}123\n")
    with postgres:
        _leave(postgres, found)
        for _ in range(2):
            run_script(postgres, tmp_path)
        with psycopg.connect(postgres.dsn(role=OWNER)) as owner:
            grant(owner, APPLICATION)
            assert faults(owner, APPLICATION) == []
        with psycopg.connect(postgres.dsn(role="postgres")) as superuser:
            rows = superuser.execute(
                "SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, "
                "rolpassword LIKE 'SCRAM-SHA-256%' FROM pg_authid WHERE rolname ~ '^hermes' "
                "ORDER BY rolname"
            ).fetchall()
    assert rows == [(name, True, False, False, False, True) for name in (APPLICATION, OWNER)]


def _leave(postgres: EmbeddedPostgres, found: str) -> None:
    """What the script meets: an empty volume, or what the earlier release made."""
    statements, database = (
        (MAKE_ONE_ROLE, "postgres") if found == "nothing" else (ONE_ROLE, "hermes")
    )
    dsn = postgres.dsn(role="postgres", database=database)
    with psycopg.connect(dsn, autocommit=True) as superuser:
        for statement in statements:
            superuser.execute(statement.encode())


def run_script(postgres: EmbeddedPostgres, secrets: Path) -> None:
    """Run it as the image does, against the embedded server."""
    programs = postgres_programs()
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "SECRETS": str(secrets),
        "PGHOST": str(postgres.folders.socket),
        "PGPORT": PORT,
    }
    done = subprocess.run(
        ["bash", str(BASE / "deploy" / "postgres" / "roles.sh")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
