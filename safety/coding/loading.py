"""Taking over a dictionary from the sponsor's files: all of it, once, or nothing."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from audit.acts import act
from audit.events import record_event
from safety.coding.errors import BadDictionary
from safety.coding.files import Row, read_release
from safety.coding.models import VERSION, VERSION_WORDS, Dictionary, Term

UTF8 = "utf-8-sig"
LANGUAGE = r"[a-z]{2}"
SYSTEM = "manage.py load_meddra"
# Any number that no other advisory lock of the product uses.
_ONE_AT_A_TIME = 20_261_123


@transaction.atomic
def load_dictionary(
    *,
    folder: Path,
    version: str,
    at: datetime,
    account: str,
    language: str = "en",
    encoding: str = UTF8,
) -> Dictionary:
    """Load a version; from then on it is the one in use, and codings in older ones can be moved.

    ``account`` is whose account of the machine did it, as the log keeps it.

    Raises:
        BadDictionary: the files are not a whole dictionary; or this version is loaded, a newer
            one is, or earlier ones are in another language.
    """
    if not re.fullmatch(VERSION, version):
        raise BadDictionary(f"{version[:20]!r} is no version. {VERSION_WORDS}")
    if not re.fullmatch(LANGUAGE, language):
        raise BadDictionary(f"{language[:20]!r} is no language: two letters, as in en.")
    release = read_release(folder, version=version, encoding=encoding)
    with connection.cursor() as cursor:
        # Two at once would each find that the other is not there.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    made = Dictionary(
        version=version,
        language=language,
        sha256=release.sha256,
        terms=len(release.rows),
        loaded_at=at,
    )
    _refuse_beside(made)
    with act(actor=None, at=at, system=SYSTEM):
        made.save(force_insert=True)
        _copy(made, release.rows)
        _tell(made, account)
    return made


def _tell(made: Dictionary, account: str) -> None:
    record_event(
        name="dictionary.loaded",
        actor=None,
        at=made.loaded_at,
        subject=made,
        data={
            "version": made.version,
            "language": made.language,
            "terms": made.terms,
            "sha256": made.sha256,
            "account": account,
        },
        system=SYSTEM,
    )


def _refuse_beside(made: Dictionary) -> None:
    """A trial goes forward through the versions of one language."""
    for other in Dictionary.objects.all():
        if other.language != made.language:
            raise BadDictionary(
                f"The trial codes in {other.language!r}: load that language, not {made.language!r}."
            )
        if other.version == made.version:
            raise BadDictionary(f"{other} is loaded already.")
        if other.place > made.place:
            raise BadDictionary(f"{other} is loaded, which is newer than {made.version}.")


def _copy(dictionary: Dictionary, rows: list[Row]) -> None:
    columns = ", ".join(f'"{name}"' for name in ("dictionary_id", *Row._fields))
    statement = f'COPY "{Term._meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row((dictionary.pk, *row))
