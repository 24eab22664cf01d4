"""A place in a dataset as text: signed, so that only what this server gave out is taken back."""

from __future__ import annotations

from typing import Any

from django.core import signing

from exports.datasets.pages import Place
from exports.errors import BadCursor

# Without the time: the same page has the same link, whenever it is read.
_SIGNER = signing.Signer(salt="hermes.dataset-cursor")


def write(place: Place, request: list[Any]) -> str:
    """The place, bound to who asked for what."""
    value = [place.phase, place.position, request]
    return _SIGNER.sign_object(value)


def read(cursor: str, request: list[Any]) -> Place:
    """The place a cursor stands for.

    Raises:
        BadCursor: it was given for another request, or by nobody here.
    """
    try:
        phase, position, given = _SIGNER.unsign_object(cursor)
    except signing.BadSignature as error:
        raise BadCursor from error
    if given != request:
        raise BadCursor
    return Place(phase, position)
