"""Documents on paper: PDF/A-2a and PDF/UA-1 made from the templates in ``templates/documents``.

A template is Typst. What it shows arrives as JSON and is set as text, so nothing typed is read as
markup. The same template, data and instant give the same bytes: fonts are those inside the Typst
wheel, nothing is fetched, and no path or clock of the machine goes in.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings

from trial import protocol

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "documents"
# Archivable with its text and reading order (ISO 19005-2, level A), and accessible (ISO 14289-1).
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
# Every look-up of a missing letter names some; a handful of rounds finds them all.
_ROUNDS = 5
# Letters that turn the reading order of what follows around: a label must not be turned.
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


class DocumentError(RuntimeError):
    """A template is missing, wrong, or asks for data it was not given; the sentence says which."""


def make_document(
    template: str, *, title: str, data: Mapping[str, Any], at: datetime, commitment: str = ""
) -> bytes:
    """The PDF of a template with these data, made at this instant.

    Args:
        template: the name of a file in ``templates/documents``, without its ending.
        title: the heading and the title in the document's properties.
        data: strings, numbers, lists and tables of them; the template reads them as ``data``.
        at: stands in the foot and as the creation date. An instant that belongs to what is shown
            (an event's, a cut's) makes a reprint the same bytes.
        commitment: the sealed list's, for its line in the foot; empty leaves it out.

    Raises:
        DocumentError: the template does not exist, is wrong or misses data.
    """
    said = {
        "title": title,
        "trial": protocol.current().code,
        "mark": environment_mark(),
        "made": f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "commitment": commitment,
        "data": data,
    }
    source = TEMPLATES / f"{template}.typ"
    if source.parent != TEMPLATES or not source.is_file():
        raise DocumentError(f"There is no document template called {template}.")
    return _compiled(source, _readable(said), at)


def environment_mark() -> str:
    """What an installation that is not production prints on every page; empty in production."""
    name = str(settings.HERMES_ENVIRONMENT)
    return "" if name == "production" else f"{name.upper()} DATA"


def code_svg(text: str, *, micro: bool = False) -> str:
    """A QR code (or the smallest code that holds the text, with ``micro``) as SVG markup."""
    drawn = io.BytesIO()
    segno.make(text, micro=None if micro else False, error="m").save(
        drawn, kind="svg", xmldecl=False, border=2
    )
    return drawn.getvalue().decode()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _compiled(source: Path, said: Any, at: datetime) -> bytes:
    for _ in range(_ROUNDS):
        try:
            return _compile(source, said, at)
        except typst.TypstError as error:
            unknown = _letters(error)
            if not unknown:
                raise DocumentError(
                    f"The document template {source.stem} failed: {error.message}"
                ) from error
            said = _spelled(said, unknown)
    raise DocumentError(f"The document template {source.stem} shows letters no font has.")


def _compile(source: Path, said: Any, at: datetime) -> bytes:
    compiler = typst.Compiler(
        source,
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"said": json.dumps(said)},
    )
    made = compiler.compile(
        format="pdf", pdf_standards=STANDARDS, timestamp=int(at.astimezone(UTC).timestamp())
    )
    if not isinstance(made, bytes):
        raise DocumentError(f"The document template {source.stem} made no PDF.")
    return made


def _letters(error: typst.TypstError) -> set[str]:
    """The letters that no font of ours has, from what the typesetter says."""
    found = _NO_GLYPH.findall(f"{error.message}\n{error.diagnostic}")
    plain = (_ESCAPED.sub(lambda hit: chr(int(hit[1], 16)), text) for text in found)
    return set("".join(plain))


def _readable(value: Any) -> Any:
    """The data with control characters, which no font can show, spelled out."""
    return _replaced(value, _controls)


def _controls(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(_spell(letter) if _hidden(letter) else letter for letter in plain)


def _hidden(letter: str) -> bool:
    return letter != "\n" and (
        unicodedata.category(letter) in {"Cc", "Cs"}
        or unicodedata.bidirectional(letter) in _TURNING
    )


def _spelled(value: Any, unknown: set[str]) -> Any:
    table = str.maketrans({letter: _spell(letter) for letter in unknown})
    return _replaced(value, lambda text: text.translate(table))


def _spell(letter: str) -> str:
    return f"[U+{ord(letter):04X}]"


def _replaced(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _replaced(one, change) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(one, change) for one in value]
    return value
