"""Sending a file, or the part of it a broken download still lacks (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, quote_etag

# One range only: who asks for several at once is sent the whole, which is always allowed.
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """The bytes from ``start`` up to, not including, ``stop``, out of ``size``."""

    start: int
    stop: int
    size: int

    @property
    def whole(self) -> bool:
        """Whether that is all of it."""
        return (self.start, self.stop) == (0, self.size)

    def __str__(self) -> str:
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


@dataclass(frozen=True)
class Sent:
    """What is sent: the name it is kept under, its media type, what names this version of it (the
    ETag without quotes), and its bytes."""

    filename: str
    content_type: str
    tag: str
    size: int

    @property
    def etag(self) -> str:
        """The strong validator."""
        return quote_etag(self.tag)


Read: TypeAlias = Callable[[int, int], Iterator[bytes]]


def asked(request: HttpRequest, sent: Sent) -> Part | None:
    """The part a request asks for: all of it where it names none, or one of another version.

    None is a part that is not there.
    """
    whole = Part(0, sent.size, sent.size)
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    same = request.headers.get("If-Range", sent.etag) == sent.etag
    if request.method != "GET" or found is None or not same:
        return whole
    first, last = found[1], found[2]
    if not first:
        return _last(int(last), sent.size) if last else whole
    if last and int(last) < int(first):
        return whole
    part = Part(int(first), min(int(last or sent.size) + 1, sent.size), sent.size)
    return part if part.start < sent.size else None


def _last(count: int, size: int) -> Part | None:
    return Part(max(size - count, 0), size, size) if count and size else None


def answer(part: Part | None, sent: Sent, read: Read) -> HttpResponseBase:
    """200 with all of it, 206 with a part, 416 for a part that is not there; the body streamed."""
    if part is None:
        return HttpResponse(status=416, headers=not_there(sent))
    found = StreamingHttpResponse(
        read(part.start, part.stop),
        status=200 if part.whole else 206,
        content_type=sent.content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, sent.filename) or "",
            "Content-Length": str(part.stop - part.start),
            "Accept-Ranges": "bytes",
            "ETag": sent.etag,
        },
    )
    if not part.whole:
        found["Content-Range"] = str(part)
    return found


def not_there(sent: Sent) -> dict[str, str]:
    """The header that tells how much there is."""
    return {"Content-Range": f"bytes */{sent.size}"}
