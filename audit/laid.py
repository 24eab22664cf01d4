"""What the migrations laid into the database: the triggers and functions that refuse and note.

Read from the operations of every app's migrations, so an app tells nothing twice: an operation
with a ``laid`` method says its SQL, ``RunSQL`` has it. Of two that lay the same, the later holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db.migrations import Migration, RunSQL
from django.db.migrations.loader import MigrationLoader

_FUNCTION = re.compile(r"FUNCTION (hermes\w+)\([^$]*?\$\$(.*?)\$\$", re.DOTALL)
_TRIGGER = re.compile(
    r"CREATE (?:OR REPLACE )?(?P<constraint>CONSTRAINT )?TRIGGER (?P<name>\w+)"
    r"\s+(?P<when>BEFORE|AFTER) (?P<events>[A-Z ]+?)\s+ON \"?(?P<table>\w+)\"?"
    r"\s+(?P<deferred>DEFERRABLE INITIALLY DEFERRED )?FOR EACH (?P<each>ROW|STATEMENT)"
    r"\s+(?P<condition>WHEN \(.*?\)\s+)?EXECUTE FUNCTION (?P<function>\w+)\((?P<arguments>.*?)\);",
    re.DOTALL,
)
_ARGUMENT = re.compile(r"'((?:[^']|'')*)'")
# The bits of pg_trigger.tgtype.
_BITS = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


class Trigger(NamedTuple):
    """A trigger as pg_trigger has it; ``kind`` is tgtype, the order of arguments left out."""

    function: str
    kind: int
    arguments: tuple[str, ...]
    deferred: bool
    conditional: bool


class Laid(NamedTuple):
    """Triggers by table and name, the text of functions by name."""

    triggers: dict[tuple[str, str], Trigger]
    functions: dict[str, str]


def laid() -> Laid:
    """Everything that this version of the program laid."""
    found = Laid({}, {})
    for migration in _in_order():
        for operation in migration.operations:
            text = _text(operation, migration.app_label)
            found.triggers.update(_triggers(text))
            found.functions.update({name: body.strip() for name, body in _FUNCTION.findall(text)})
    return found


def _in_order() -> Iterator[Migration]:
    loader = MigrationLoader(None)
    plans = (loader.graph.forwards_plan(leaf) for leaf in sorted(loader.graph.leaf_nodes()))
    for node in dict.fromkeys(node for plan in plans for node in plan):
        yield loader.disk_migrations[node]


def _text(operation: Any, app_label: str) -> str:
    if isinstance(operation, RunSQL):
        return operation.sql if isinstance(operation.sql, str) else ""
    says = getattr(operation, "laid", None)
    if says is None:
        return ""
    try:
        return str(says(app_label, apps))
    except LookupError:
        return ""  # the model is gone, and its table with it


def _triggers(text: str) -> Iterator[tuple[tuple[str, str], Trigger]]:
    for one in _TRIGGER.finditer(text):
        words = (one["when"], one["each"], *one["events"].split(" OR "))
        arguments = [word.replace("''", "'") for word in _ARGUMENT.findall(one["arguments"])]
        yield (
            (one["table"], one["name"]),
            Trigger(
                function=one["function"],
                kind=sum(_BITS.get(word, 0) for word in words),
                arguments=tuple(sorted(arguments)),
                deferred=bool(one["deferred"]),
                conditional=bool(one["condition"]),
            ),
        )
