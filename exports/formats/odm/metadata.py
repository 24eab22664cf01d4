"""The study as ODM describes it: events, forms, groups, items, code lists and units. Pure.

Everything comes from the protocol's declaration and the columns of the cut's tables, so the
metadata is of what the file holds and of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exports.formats.odm import keys
from exports.formats.odm.cells import Size
from exports.formats.odm.keys import Source
from exports.formats.xml_writer import XmlWriter
from exports.tables import Column, Kind
from trial.protocol import Protocol, VisitPlan

DATA_TYPES: Mapping[Kind, str] = {
    "text": "text",
    "choice": "text",
    "integer": "integer",
    "decimal": "float",
    "boolean": "boolean",
    "date": "date",
    "partial": "partialDate",
    "datetime": "datetime",
}
LANGUAGE = "en"


@dataclass(frozen=True)
class Metadata:
    """What is described: the protocol, the visits that may be named, and the forms."""

    plan: Protocol
    visits: tuple[VisitPlan, ...]
    sources: tuple[Source, ...]
    sizes: Mapping[str, Mapping[str, Size]]

    def units(self) -> dict[str, str]:
        """Every unit with its OID."""
        found = dict.fromkeys(one.unit for source in self.sources for one in source.items)
        return {unit: f"MU.{at}" for at, unit in enumerate(filter(None, found), start=1)}

    def lists(self) -> dict[tuple[str, tuple[tuple[int | str, str], ...]], str]:
        """Every list of codes with its OID, one for all items that share it."""
        found: dict[tuple[str, tuple[tuple[int | str, str], ...]], str] = {}
        for source in self.sources:
            for column in source.items:
                if column.values:
                    name = f"CL.{source.code.upper()}.{column.name.upper()}"
                    found.setdefault((data_type(column), column.values), name)
        return found

    def forms_of(self, visit: VisitPlan) -> Iterator[tuple[Source, bool]]:
        """The forms a visit has, and whether each must be filled in."""
        planned = {form.form: form.required for form in visit.forms}
        for source in self.sources:
            if source.code in planned:
                yield source, planned[source.code]
            elif source.at_visits and source.code not in self.plan.form_codes():
                yield source, False

    def forms_of_the_trial(self) -> Iterator[Source]:
        """The forms that are no form of a visit."""
        own = self.plan.form_codes() | {"visits"}
        return (source for source in self.sources if source.code not in own)


def data_type(column: Column) -> str:
    """ODM's type of a column; a list of numbers is one of integers."""
    if column.kind == "choice" and all(isinstance(value, int) for value, _ in column.values):
        return "integer" if column.values else "text"
    return DATA_TYPES[column.kind]


def write(out: XmlWriter, meta: Metadata) -> None:
    """The ``Study`` element."""
    study, version = keys.study(meta.plan)
    with out.element("Study", OID=study):
        _study_facts(out, meta.plan)
        _units(out, meta.units())
        name = f"{meta.plan.code} {meta.plan.version}"
        with out.element("MetaDataVersion", OID=version, Name=name):
            _protocol(out, meta)
            _events(out, meta)
            _forms(out, meta.sources)
            _items(out, meta)
            _code_lists(out, meta)


def _study_facts(out: XmlWriter, plan: Protocol) -> None:
    with out.element("GlobalVariables"):
        out.text("StudyName", plan.code)
        out.text("StudyDescription", plan.title)
        out.text("ProtocolName", f"{plan.code}, version {plan.version} ({plan.registry_id})")


def _units(out: XmlWriter, units: Mapping[str, str]) -> None:
    if not units:
        return
    with out.element("BasicDefinitions"):
        for unit, oid in units.items():
            with out.element("MeasurementUnit", OID=oid, Name=unit), out.element("Symbol"):
                _words(out, unit)


def _protocol(out: XmlWriter, meta: Metadata) -> None:
    with out.element("Protocol"):
        events = [(keys.event(visit.code), visit.repeatable) for visit in meta.visits]
        for order, (oid, extra) in enumerate([*events, (keys.WHOLE_TRIAL, False)], start=1):
            out.empty(
                "StudyEventRef", StudyEventOID=oid, OrderNumber=order, Mandatory=_yes(not extra)
            )


def _events(out: XmlWriter, meta: Metadata) -> None:
    for visit in meta.visits:
        kind = "Unscheduled" if visit.repeatable else "Scheduled"
        forms = [(one.form, must) for one, must in meta.forms_of(visit)]
        _event(out, visit.code, visit.label, kind, forms, repeats=visit.repeatable)
    rest = [(one.form, False) for one in meta.forms_of_the_trial()]
    _event(out, "", "The whole trial", "Common", rest, repeats=False)


def _event(
    out: XmlWriter,
    code: str,
    name: str,
    kind: str,
    forms: Sequence[tuple[str, bool]],
    *,
    repeats: bool,
) -> None:
    oid = keys.event(code)
    with out.element("StudyEventDef", OID=oid, Name=name, Repeating=_yes(repeats), Type=kind):
        for order, (form, must) in enumerate(forms, start=1):
            out.empty("FormRef", FormOID=form, OrderNumber=order, Mandatory=_yes(must))


def _forms(out: XmlWriter, sources: Sequence[Source]) -> None:
    for one in sources:
        with out.element("FormDef", OID=one.form, Name=one.title, Repeating="No"):
            out.empty("ItemGroupRef", ItemGroupOID=one.group, OrderNumber=1, Mandatory="Yes")
    for one in sources:
        with out.element(
            "ItemGroupDef", OID=one.group, Name=one.title, Repeating=_yes(one.repeats)
        ):
            for order, column in enumerate(one.items, start=1):
                out.empty(
                    "ItemRef", ItemOID=one.item(column.name), OrderNumber=order, Mandatory="No"
                )


def _items(out: XmlWriter, meta: Metadata) -> None:
    units, lists = meta.units(), meta.lists()
    for source in meta.sources:
        for column in source.items:
            attributes = {"Name": column.name, "DataType": data_type(column)}
            sizes = _sizes(column, meta.sizes[source.code][column.name])
            with out.element("ItemDef", OID=source.item(column.name), **attributes, **sizes):
                with out.element("Description"):
                    _words(out, column.label)
                if column.unit:
                    out.empty("MeasurementUnitRef", MeasurementUnitOID=units[column.unit])
                _range(out, column)
                if column.values:
                    oid = lists[data_type(column), column.values]
                    out.empty("CodeListRef", CodeListOID=oid)


def _sizes(column: Column, seen: Size) -> dict[str, int]:
    """How long the values are: those the file holds, and every code they may be."""
    kind = data_type(column)
    if kind not in {"text", "integer", "float"}:
        return {}
    length = max([1, seen.length, *(len(str(value)) for value, _ in column.values)])
    return {"Length": length} | ({"SignificantDigits": seen.decimals} if kind == "float" else {})


def _range(out: XmlWriter, column: Column) -> None:
    if column.values:
        return
    for comparator, limit in (("GE", column.minimum), ("LE", column.maximum)):
        if limit is not None:
            with out.element("RangeCheck", Comparator=comparator, SoftHard="Hard"):
                out.text("CheckValue", str(limit))


def _code_lists(out: XmlWriter, meta: Metadata) -> None:
    for (kind, values), oid in meta.lists().items():
        with out.element("CodeList", OID=oid, Name=oid.removeprefix("CL."), DataType=kind):
            for order, (value, label) in enumerate(values, start=1):
                with (
                    out.element("CodeListItem", CodedValue=value, OrderNumber=order),
                    out.element("Decode"),
                ):
                    _words(out, label)


def _words(out: XmlWriter, text: str) -> None:
    out.text("TranslatedText", text, xml__lang=LANGUAGE)


def _yes(held: bool) -> str:
    return "Yes" if held else "No"
