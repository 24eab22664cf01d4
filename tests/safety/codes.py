"""Somebody who knows the codes of reactions, for as long as a test needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from safety.documents import codes
from safety.documents.codes import CodeOf


@contextmanager
def codes_known(source: CodeOf) -> Iterator[None]:
    """The codes are asked of this source."""
    before = list(codes._source)
    codes.set_code_source(source)
    try:
        yield
    finally:
        codes._source[:] = before
