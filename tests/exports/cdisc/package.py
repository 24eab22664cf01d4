"""What must hold of every package of data sets: define.xml and the files say the same."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyreadstat
from lxml import etree

from tests.exports.cdisc.schemas import DEFINE, faults

_O, _D = "{http://www.cdisc.org/ns/odm/v1.3}", "{http://www.cdisc.org/ns/def/v2.1}"
_X = "{http://www.w3.org/1999/xlink}href"
_REFERENCES = {
    "ItemOID": "ItemDef", "CodeListOID": "CodeList", "MethodOID": "MethodDef",
    f"{_D}CommentOID": f"{_D}CommentDef", f"{_D}StandardOID": f"{_D}Standard",
}  # fmt: skip


@dataclass(frozen=True)
class Package:
    """A folder of SDTM or ADaM."""

    folder: Path

    @cached_property
    def define(self) -> Any:
        """define.xml."""
        return etree.parse(self.folder / "define.xml").getroot()

    @cached_property
    def names(self) -> list[str]:
        """The data sets that have a file."""
        return sorted(path.stem for path in self.folder.glob("*.xpt"))

    def json(self, name: str) -> dict[str, Any]:
        """A data set's Dataset-JSON."""
        found: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text())
        return found

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A data set's rows."""
        document = self.json(name)
        columns = [one["name"] for one in document["columns"]]
        return [dict(zip(columns, row, strict=True)) for row in document["rows"]]

    def items(self, name: str) -> list[Any]:
        """What define.xml says of a data set's variables, in its order."""
        [group] = [
            one for one in self.define.iter(f"{_O}ItemGroupDef") if one.get("Name") == name.upper()
        ]
        defined = {one.get("OID"): one for one in self.define.iter(f"{_O}ItemDef")}
        references = sorted(group.iter(f"{_O}ItemRef"), key=lambda one: int(one.get("OrderNumber")))
        return [defined[one.get("ItemOID")] for one in references]

    def lists(self) -> dict[str, Any]:
        """The lists of codes by OID."""
        return {one.get("OID"): one for one in self.define.iter(f"{_O}CodeList")}


def check(package: Package) -> None:
    """Valid, no reference into the void, and the same data sets and variables on both sides."""
    assert faults(DEFINE, package.define) == []
    assert dangling(package.define) == []
    groups = [one.get("Name").lower() for one in package.define.iter(f"{_O}ItemGroupDef")]
    assert sorted(groups) == package.names
    assert sorted(groups) == sorted(path.stem for path in package.folder.glob("*.json"))
    leaves = {one.get(_X) for one in package.define.iter(f"{_D}leaf")}
    assert leaves == {f"{name}.xpt" for name in groups}
    used = {one.get("OID") for name in groups for one in package.items(name)}
    assert used == {one.get("OID") for one in package.define.iter(f"{_O}ItemDef")}
    for name in package.names:
        check_dataset(package, name)


def check_dataset(package: Package, name: str) -> None:
    """Name, label, order, type, length, codes and rows: transport, JSON and define.xml agree."""
    items, document = package.items(name), package.json(name)
    frame, held = pyreadstat.read_xport(str(package.folder / f"{name}.xpt"))
    names = [one.get("Name") for one in items]
    assert [*held.column_names] == names == [one["name"] for one in document["columns"]]
    labels = [one.findtext(f"{_O}Description/{_O}TranslatedText") for one in items]
    assert [*held.column_labels] == labels == [one["label"] for one in document["columns"]]
    assert [one["itemOID"] for one in document["columns"]] == [one.get("OID") for one in items]
    assert held.number_rows == document["records"] == len(document["rows"])
    for at, (item, column) in enumerate(zip(items, document["columns"], strict=True)):
        values = [row[at] for row in document["rows"]]
        check_values(package, item, column, values)
        number = item.get("DataType") in {"integer", "float"}
        assert (held.readstat_variable_types[item.get("Name")] == "double") is number
        told = [_told(value) for value in frame[item.get("Name")]]
        assert told == [_told(value) for value in values], (name, item.get("Name"))
        if item.get("DataType") == "text":
            assert held.variable_storage_width[item.get("Name")] == int(item.get("Length"))


def check_values(package: Package, item: Any, column: dict[str, Any], values: list[Any]) -> None:
    """No value is longer than said, and none is outside its list."""
    given = [value for value in values if value is not None]
    if item.get("Length"):
        assert max((len(str(value)) for value in given), default=1) == int(item.get("Length"))
    reference = item.find(f"{_O}CodeListRef")
    if reference is not None:
        codes = package.lists()[reference.get("CodeListOID")]
        assert set(given) <= {one.get("CodedValue") for one in codes.iter(f"{_O}CodeListItem")}
    if column["dataType"] == "date" and "targetDataType" not in column:
        partial = any(len(value) < 10 for value in given)
        assert item.get("DataType") == ("partialDate" if partial else "date")


def dangling(define: Any) -> list[tuple[str, str]]:
    """Every reference to something define.xml does not define."""
    defined = {
        (attribute, one.get("OID"))
        for attribute, tag in _REFERENCES.items()
        for one in define.iter(tag if tag.startswith("{") else f"{_O}{tag}")
    }
    asked = {
        (attribute, one.get(attribute))
        for one in define.iter()
        for attribute in _REFERENCES
        if one.get(attribute) is not None
    }
    return sorted(asked - defined)


def sponsors(package: Package) -> dict[str, tuple[str, list[str]]]:
    """Of each list: its concept code, and its terms that extend it."""
    return {
        oid.removeprefix("CL."): (
            next((one.get("Name") for one in codes.findall(f"{_O}Alias")), ""),
            [
                one.get("CodedValue")
                for one in codes.iter(f"{_O}CodeListItem")
                if one.get(f"{_D}ExtendedValue") == "Yes"
            ],
        )
        for oid, codes in package.lists().items()
    }


def _told(value: object) -> object:
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(value) if isinstance(value, int | float) else str(value)
