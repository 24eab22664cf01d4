"""What a log line may hold: an arm never, and nothing that tells one.

An error's message may quote a row ("Key (batch)=(B-001) already exists", "Failing row contains
..."), and an address may name a batch or a page that only one arm has. So a line has the kind of
an error and its places in the code, and the name of a route instead of an address.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

Caught = tuple[type[BaseException], BaseException, TracebackType | None]


def route_of(request: object) -> str:
    """The name of the route a request went to; it holds no participant, batch or query."""
    match = getattr(request, "resolver_match", None)
    return getattr(match, "url_name", None) or "no route"


class Neutral(logging.Formatter):
    """One line a record, and below it where an error happened; no value of the data."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with addresses and errors named and not quoted."""
        # Other handlers get the record as it was.
        plain = logging.makeLogRecord(record.__dict__)
        plain.exc_text = None
        args = record.args
        if hasattr(record, "request"):
            plain.msg, plain.args = "%s at %s", (_status(record), route_of(record.request))
        elif isinstance(args, Mapping) and "exc" in args:
            # Celery quotes a failed task's error and arguments.
            plain.msg, plain.args = "task %s failed", (str(args.get("name", "")),)
        elif isinstance(args, tuple):
            plain.args = tuple(_named(value) for value in args)
        return super().format(plain)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - overrides logging.Formatter
        """The kinds of the errors and their places, without a message."""
        kind, error, _ = ei
        lines = []
        while error is not None:
            for frame in traceback.extract_tb(error.__traceback__):
                lines.append(f"  {frame.filename}:{frame.lineno} in {frame.name}")
            lines.append(type(error).__name__)
            error = error.__cause__ or error.__context__
        return "\n".join(lines) or str(getattr(kind, "__name__", kind))


def _status(record: logging.LogRecord) -> str:
    return f"{record.levelname.lower()} {getattr(record, 'status_code', '')}".strip()


def _named(value: object) -> object:
    return type(value).__name__ if isinstance(value, BaseException) else value
