"""CDISC's own schemas, as ``odmlib`` ships them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import odmlib
from lxml import etree

_FOLDER = Path(odmlib.__file__).parent / "schemas"
ODM = _FOLDER / "odm" / "1.3.2" / "ODM1-3-2.xsd"
DEFINE = _FOLDER / "define" / "2.1" / "define2-1-0.xsd"


@cache
def schema(path: Path) -> etree.XMLSchema:
    """A schema, read once."""
    return etree.XMLSchema(etree.parse(path))


def faults(path: Path, document: Any) -> list[str]:
    """What a schema finds wrong with a document."""
    found = schema(path)
    found.validate(document)
    log: Any = found.error_log
    return [f"line {fault.line}: {fault.message}" for fault in log]
