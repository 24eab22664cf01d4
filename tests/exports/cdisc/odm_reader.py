"""Reads an ODM file back into tables, from what the file alone says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from exports.formats.odm.writing import NAMESPACE

_O = f"{{{NAMESPACE}}}"
_DEFINED = {
    "StudyEventDef": "StudyEventOID", "FormDef": "FormOID", "ItemGroupDef": "ItemGroupOID",
    "ItemDef": "ItemOID", "CodeList": "CodeListOID", "MeasurementUnit": "MeasurementUnitOID",
    "Study": "StudyOID", "MetaDataVersion": "MetaDataVersionOID", "User": "UserOID",
    "Location": "LocationOID", "SignatureDef": "SignatureOID",
}  # fmt: skip


def tables(root: Any) -> dict[str, list[dict[str, str]]]:
    """The rows of every item group, with the places in the tree as columns of their own."""
    names = {item.get("OID"): item.get("Name") for item in root.iter(f"{_O}ItemDef")}
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for group in root.iter(f"{_O}ItemGroupData"):
        event = group.getparent().getparent()
        row = {
            "participant": event.getparent().get("SubjectKey"),
            "visit": event.get("StudyEventOID").removeprefix("SE."),
            "occurrence": event.get("StudyEventRepeatKey", "1"),
        }
        row |= {names[one.get("ItemOID")]: one.get("Value") for one in group.iter(f"{_O}ItemData")}
        if row["visit"] == "TRIAL":
            row |= {"visit": "", "occurrence": ""}
        if row["participant"] == row.get("screening_id"):
            row["participant"] = ""
        found[group.get("ItemGroupOID").removeprefix("IG.").lower()].append(row)
    return found


def dangling(root: Any) -> list[tuple[str, str]]:
    """Every reference to an object the file does not define."""
    defined = {
        (attribute, one.get("OID"))
        for tag, attribute in _DEFINED.items()
        for one in root.iter(f"{_O}{tag}")
    }
    return sorted(set(_references(root)) - defined)


def defined_twice(root: Any) -> list[str]:
    """Every OID that two objects of one kind have."""
    oids = [(one.tag, one.get("OID")) for one in root.iter() if one.get("OID")]
    return [str(oid) for oid in set(oids) if oids.count(oid) > 1]


def _references(root: Any) -> Iterator[tuple[str, str]]:
    for one in root.iter():
        for name, value in one.attrib.items():
            if name.endswith("OID") and name not in {"OID", "FileOID"}:
                yield name, value
