"""Somebody who knows the codes of reactions, for as long as a test needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from safety.documents import codes
from safety.documents.codes import Code
from safety.models import SafetyReport


@contextmanager
def codes_known(source: Callable[[SafetyReport], Code | None]) -> Iterator[None]:
    """The codes are asked of this source, of each version."""

    def known(reports: Collection[SafetyReport]) -> dict[int, Code]:
        return {one.pk: code for one in reports if (code := source(one)) is not None}

    before = list(codes._source)
    codes.set_code_source(known)
    try:
        yield
    finally:
        codes._source[:] = before
