"""Fixtures for every test: the database as its superuser, and tests that really commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test.utils import override_settings, setup_databases
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from config.owner import as_owner
from config.servers.folders import PORT
from config.servers.processes import never, wait_until
from config.servers.roles import APPLICATION, OWNER
from tests.people import People, make_people
from tests.session import MIGRATED
from tests.stage import Scene, Stage, scene_of

Rows = dict[str, bytes]
_PATIENCE = 180.0  # seconds; a slow machine is not a failing one
_STAGE = pytest.StashKey[Stage]()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """The test database of this worker; it goes with the run's server.

    Made by the owner, as a copy of the one that `manage.py migrate` migrated; the tests are the
    application, so that all of them together prove that its rights suffice.

    pytest-django's own makes none when every test of the run is `committed`, which it does not
    know: those would write to the database that is not for tests.
    """
    migrated = settings.STATE_DIR / MIGRATED
    assert wait_until(migrated.exists, patience=_PATIENCE, cancelled=never)
    assert not (wrong := migrated.read_text()), wrong
    connection.settings_dict["TEST"]["TEMPLATE"] = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), as_owner():
        setup_databases(verbosity=0, interactive=False)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hashing is slow on purpose; thousands of tests sign and sign in."""
    with override_settings(PASSWORD_HASHERS=["tests.hashers.QuickArgon2"]):
        yield


@pytest.fixture(scope="session")
def superuser_dsn(django_db_setup: None) -> str:
    """This worker's test database, as the superuser whom no trigger of ours binds."""
    return _dsn("postgres")


@pytest.fixture(scope="session")
def owner_dsn(django_db_setup: None) -> str:
    """This worker's test database, as the role that owns its tables and migrates."""
    return _dsn(OWNER)


def _dsn(role: str) -> str:
    settings = connection.settings_dict
    return f"postgresql://{role}@/{settings['NAME']}?host={settings['HOST']}&port={PORT}"


@pytest.fixture
def unwritable(owner_dsn: str) -> Iterator[Callable[[str], None]]:
    """Breaks a table: nothing can be added to it until the end of the test, not even a trail."""
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        broken: list[sql.Composed] = []

        def break_(table: str) -> None:
            names = sql.Identifier(table), sql.Identifier(APPLICATION)
            owner.execute(sql.SQL("REVOKE INSERT ON {} FROM {}").format(*names))
            broken.append(sql.SQL("GRANT INSERT ON {} TO {}").format(*names))

        yield break_
        for mended in broken:
            owner.execute(mended)


@pytest.fixture(scope="session")
def _first_rows(put_back: Restorer) -> Rows:
    """What the migrations themselves wrote."""
    return put_back.rows()


@pytest.fixture
def committed(
    request: pytest.FixtureRequest,
    put_back: Restorer,
    _first_rows: Rows,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Real commits, seen by threads and other processes; afterwards the tables are as they were.

    Not to be mixed with ``django_db``, which never commits. A test's threads close their own
    connections: an open transaction makes the clearing away fail.
    """
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        pytest.fail("A test is either `committed` or `django_db`, not both.")
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            connections.close_all()
            put_back(_first_rows)


class Restorer:
    """Makes every table what some rows say, and empty where there are none.

    Its session stays open from one test to the next: to begin one, and to plan a look into every
    table, takes longer than the looking. ``leave`` ends it.
    """

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._session: psycopg.Connection | None = None

    def __call__(self, rows: Rows) -> None:
        superuser = self._superuser()
        with superuser.transaction():
            for table in _filled(superuser):
                superuser.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table, content in rows.items():
                command = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
                with superuser.cursor().copy(command) as copy:
                    copy.write(content)

    def rows(self) -> Rows:
        """Every table with rows, as COPY writes it."""
        superuser = self._superuser()
        return {table: _copied(superuser, table) for table in _filled(superuser)}

    def _superuser(self) -> psycopg.Connection:
        if self._session is None:
            # History and event tables refuse DELETE and TRUNCATE; as a replica no trigger fires.
            options = "-c session_replication_role=replica -c lock_timeout=10s"
            self._session = psycopg.connect(self.dsn, options=options, autocommit=True)
        return self._session

    def leave(self) -> None:
        """Nobody is connected any more, until the next call."""
        if self._session is not None:
            self._session.close()
            self._session = None


@pytest.fixture(scope="session")
def put_back(superuser_dsn: str) -> Iterator[Restorer]:
    """Puts this worker's database back to what it was."""
    restorer = Restorer(superuser_dsn)
    yield restorer
    restorer.leave()


def _copied(superuser: psycopg.Connection, table: str) -> bytes:
    command = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with superuser.cursor().copy(command) as copy:
        return b"".join(bytes(block) for block in copy)


def _filled(superuser: psycopg.Connection) -> list[str]:
    names = superuser.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    each = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, sql.Identifier(name))
        for (name,) in names.fetchall()
    ]
    if not each:
        return []
    found = superuser.execute(sql.SQL(" UNION ALL ").join(each), prepare=True)
    return [name for (name,) in found.fetchall()]


@pytest.fixture(scope="session")
def _stage(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Stage]:
    stage = request.config.stash[_STAGE] = Stage(django_db_blocker)
    yield stage
    stage.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Whoever uses the database without the people, or commits, finds nobody in it."""
    names = getattr(item, "fixturenames", ())
    own = "django_db_setup" in names and "_played" not in names
    if (own or item.get_closest_marker("django_db")) and _STAGE in item.config.stash:
        item.config.stash[_STAGE].clear()


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> Scene | None:
    """What stands there besides the people: a module's own, made once for its tests in a row."""
    return scene_of(request.module.__name__, request.fixturenames)


@pytest.fixture
def _played(_stage: Stage, scene: Scene | None) -> tuple[People, Any]:
    return _stage.play(scene)


@pytest.fixture
def people(_played: tuple[People, Any], db: None) -> People:
    """Everybody and the two sites, rolled back after the test."""
    return _played[0]


@pytest.fixture
def staged(_played: tuple[People, Any], db: None) -> Any:
    """What the module's ``scene`` made of the people, rolled back after the test."""
    return _played[1]


@pytest.fixture(scope="session")
def _kept() -> dict[Scene | None, tuple[Rows, Any]]:
    return {}


@pytest.fixture
def committed_scene() -> Scene | None:
    """What is committed besides the people: made once, then its rows are put back for each test."""
    return None


@pytest.fixture
def _standing(
    committed: None,
    committed_scene: Scene | None,
    put_back: Restorer,
    _kept: dict[Scene | None, tuple[Rows, Any]],
) -> tuple[People, Any]:
    if committed_scene in _kept:
        put_back(_kept[committed_scene][0])
    else:
        with transaction.atomic():
            people = make_people()
        made = people, committed_scene(people) if committed_scene else None
        _kept[committed_scene] = put_back.rows(), made
    found: tuple[People, Any] = deepcopy(_kept[committed_scene][1])
    return found


@pytest.fixture
def committed_people(_standing: tuple[People, Any]) -> People:
    """Everybody and the two sites, committed: seen by threads and other processes."""
    return _standing[0]


@pytest.fixture
def standing(_standing: tuple[People, Any]) -> Any:
    """What the module's ``committed_scene`` made of the people."""
    return _standing[1]
