"""Which kinds of acts the log holds."""

from __future__ import annotations

from django.db import connection

# From one name to the next by the index: the log itself is not read.
_NAMES = """
WITH RECURSIVE one(name) AS (
    (SELECT name FROM audit_event WHERE %(all)s OR NOT reveals_arm ORDER BY name LIMIT 1)
    UNION ALL
    SELECT (SELECT e.name FROM audit_event e
            WHERE e.name > one.name AND (%(all)s OR NOT e.reveals_arm) ORDER BY e.name LIMIT 1)
    FROM one WHERE one.name IS NOT NULL
)
SELECT name FROM one WHERE name IS NOT NULL AND NOT name = ANY(%(closed)s)
"""
# Acts on the board's side of the wall: that they were done at all tells how the arms fare. No
# trail shows them; they are in the log, and on the pages of those they concern.
CLOSED = ("stopping.crossed",)


def act_names(*, revealing: bool) -> list[str]:
    """The names of all kinds of acts so far; those that tell an arm only where ``revealing``."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"all": revealing, "closed": list(CLOSED)})
        return [name for (name,) in cursor.fetchall()]
