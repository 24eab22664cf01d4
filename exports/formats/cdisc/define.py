"""define.xml: what Define-XML 2.1 says of data sets that have been put down. Pure.

It is written from the declarations and from the rows themselves: a length is that of the longest
value. What is not CDISC's is marked: a data set or a list of codes of the sponsor's own, and a term
by which the sponsor extends a published list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from exports.formats.cdisc.model import CodeList, Dataset, Kind, Standard, Term, Variable
from exports.formats.cdisc.store import Measure, Stored
from exports.formats.odm import keys
from exports.formats.xml_writer import XmlWriter
from trial.protocol import Protocol

DEFINE_VERSION = "2.1.0"
_NAMESPACES = {
    "xmlns": "http://www.cdisc.org/ns/odm/v1.3",
    "xmlns__def": "http://www.cdisc.org/ns/def/v2.1",
    "xmlns__xlink": "http://www.w3.org/1999/xlink",
}
_GUIDE = "STD.GUIDE"
_TYPES: dict[Kind, str] = {
    "text": "text",
    "integer": "integer",
    "float": "float",
    "date": "date",
    "datetime": "datetime",
    "day": "integer",
}


@dataclass(frozen=True)
class Head:
    """What the file says of itself."""

    plan: Protocol
    standard: Standard
    oid: str
    file: str
    created: str
    system: str


def group(dataset: Dataset) -> str:
    """A data set's OID."""
    return f"IG.{dataset.name}"


def item(dataset: Dataset, variable: Variable) -> str:
    """A variable's OID."""
    return f"IT.{dataset.name}.{variable.name}"


def write(add: Callable[[bytes], None], head: Head, found: Sequence[Stored]) -> None:
    """The document."""
    out = XmlWriter(add)
    study, _ = keys.study(head.plan)
    with (
        out.element(
            "ODM",
            **_NAMESPACES,
            FileType="Snapshot",
            FileOID=head.file,
            CreationDateTime=head.created,
            AsOfDateTime=head.created,
            ODMVersion="1.3.2",
            SourceSystem="hermes-ecrf",
            SourceSystemVersion=head.system,
            def__Context="Other",
        ),
        out.element("Study", OID=study),
    ):
        with out.element("GlobalVariables"):
            out.text("StudyName", head.plan.code)
            out.text("StudyDescription", head.plan.title)
            out.text("ProtocolName", f"{head.plan.code}, version {head.plan.version}")
        _version(out, head, found)


def _version(out: XmlWriter, head: Head, found: Sequence[Stored]) -> None:
    name = f"{head.plan.code} {head.standard.guide} {head.standard.version}"
    with out.element("MetaDataVersion", OID=head.oid, Name=name, def__DefineVersion=DEFINE_VERSION):
        _standards(out, head.standard)
        for one in found:
            _group(out, one)
        for one in found:
            for variable in one.dataset.variables:
                _item(out, one.dataset, variable, one.measures[variable.name])
        for codes in _lists(found):
            _codes(out, codes, _kinds_of(codes, found))
        for dataset, variable in _variables(found):
            if variable.method:
                name = f"{dataset.name}.{variable.name}"
                with out.element("MethodDef", OID=f"MT.{name}", Name=name, Type="Computation"):
                    _description(out, variable.method)
        for oid, comment in _comments(found):
            with out.element("def:CommentDef", OID=oid):
                _description(out, comment)


def _standards(out: XmlWriter, standard: Standard) -> None:
    with out.element("def:Standards"):
        out.empty(
            "def:Standard", OID=_GUIDE, Name=standard.guide, Type="IG",
            Version=standard.version, Status="Final",
        )  # fmt: skip
        for package, version in standard.terminology:
            out.empty(
                "def:Standard", OID=_terms(package), Name="CDISC/NCI", Type="CT",
                PublishingSet=package, Version=version, Status="Final",
            )  # fmt: skip


def _terms(package: str) -> str:
    return f"STD.TERMS.{package}"


def _group(out: XmlWriter, one: Stored) -> None:
    dataset = one.dataset
    tabulated = dataset.group not in {"SUBJECT LEVEL ANALYSIS DATASET", *_ANALYSIS}
    with out.element(
        "ItemGroupDef",
        OID=group(dataset),
        Name=dataset.name,
        Domain=(dataset.name.removeprefix("SUPP") if tabulated else None),
        Repeating="No"
        if [var.name for var in dataset.variables if var.key] == ["STUDYID", "USUBJID"]
        else "Yes",
        IsReferenceData="Yes" if dataset.trial_level else "No",
        SASDatasetName=dataset.name,
        Purpose="Tabulation" if tabulated else "Analysis",
        def__Structure=dataset.structure,
        def__ArchiveLocationID=f"LF.{dataset.name}",
        def__StandardOID=_GUIDE if dataset.standard else None,
        def__IsNonStandard=None if dataset.standard else "Yes",
        def__CommentOID=f"COM.{dataset.name}" if dataset.comment else None,
    ):
        _description(out, dataset.label)
        for order, variable in enumerate(dataset.variables, start=1):
            out.empty(
                "ItemRef",
                ItemOID=item(dataset, variable),
                OrderNumber=order,
                Mandatory="Yes" if variable.mandatory else "No",
                KeySequence=variable.key or None,
                MethodOID=_method(dataset, variable) if variable.method else None,
            )
        with out.element("def:Class", Name=dataset.group):
            if dataset.subclass:
                out.empty("def:SubClass", Name=dataset.subclass)
        with out.element("def:leaf", ID=f"LF.{dataset.name}", xlink__href=f"{dataset.file}.xpt"):
            out.text("def:title", f"{dataset.file}.xpt")


def _repeats(dataset: Dataset) -> str:
    """Whether a participant may have several rows."""
    keys_ = {one.name for one in dataset.variables if one.key}
    return "No" if keys_ == {"STUDYID", "USUBJID"} else "Yes"


_ANALYSIS = frozenset({"BASIC DATA STRUCTURE", "OCCURRENCE DATA STRUCTURE", "ADAM OTHER"})


def _item(out: XmlWriter, dataset: Dataset, variable: Variable, measure: Measure) -> None:
    kind = _TYPES[variable.kind]
    if variable.kind == "date" and measure.partial:
        kind = "partialDate"
    sized = variable.kind in {"text", "integer", "float"}
    with out.element(
        "ItemDef",
        OID=item(dataset, variable),
        Name=variable.name,
        DataType=kind,
        Length=measure.length if sized else None,
        SignificantDigits=measure.decimals if kind == "float" else None,
        SASFieldName=variable.name,
        def__DisplayFormat="DATE9." if variable.kind == "day" else None,
        def__CommentOID=_comment(dataset, variable) if variable.comment else None,
    ):
        _description(out, variable.label)
        if variable.codes is not None:
            out.empty("CodeListRef", CodeListOID=_list(variable.codes))
        source = None if variable.origin == "Not Available" else variable.source
        with out.element("def:Origin", Type=variable.origin, Source=source):
            if variable.origin == "Predecessor":
                _description(out, variable.predecessor)


def _codes(out: XmlWriter, codes: CodeList, kinds: set[Kind]) -> None:
    with out.element(
        "CodeList",
        OID=_list(codes),
        Name=codes.title,
        DataType="integer" if kinds == {"integer"} else "float" if kinds == {"float"} else "text",
        def__StandardOID=_terms(codes.package) if codes.code else None,
        def__IsNonStandard=None if codes.code else "Yes",
    ):
        for order, term in enumerate(codes.terms, start=1):
            _term(out, codes, term, order)
        if codes.code:
            out.empty("Alias", Context="nci:ExtCodeID", Name=codes.code)


def _term(out: XmlWriter, codes: CodeList, term: Term, order: int) -> None:
    with out.element(
        "CodeListItem",
        CodedValue=term.value,
        OrderNumber=order,
        def__ExtendedValue="Yes" if codes.code and not term.code else None,
    ):
        with out.element("Decode"):
            out.text("TranslatedText", term.decode or term.value, xml__lang="en")
        if term.code:
            out.empty("Alias", Context="nci:ExtCodeID", Name=term.code)


def _variables(found: Sequence[Stored]) -> Iterator[tuple[Dataset, Variable]]:
    return ((one.dataset, variable) for one in found for variable in one.dataset.variables)


def _lists(found: Sequence[Stored]) -> list[CodeList]:
    """Every list of codes once.

    Raises:
        ValueError: two different lists have one name.
    """
    lists: dict[str, CodeList] = {}
    for _, variable in _variables(found):
        if variable.codes is not None and lists.setdefault(variable.codes.name, variable.codes) != (
            variable.codes
        ):
            raise ValueError(f"Two lists of codes are called {variable.codes.name}.")
    return list(lists.values())


def _kinds_of(codes: CodeList, found: Sequence[Stored]) -> set[Kind]:
    return {variable.kind for _, variable in _variables(found) if variable.codes == codes}


def _comments(found: Sequence[Stored]) -> Iterator[tuple[str, str]]:
    for one in found:
        if one.dataset.comment:
            yield f"COM.{one.dataset.name}", one.dataset.comment
    for dataset, variable in _variables(found):
        if variable.comment:
            yield _comment(dataset, variable), variable.comment


def _description(out: XmlWriter, text: str) -> None:
    with out.element("Description"):
        out.text("TranslatedText", text, xml__lang="en")


def _list(codes: CodeList) -> str:
    return f"CL.{codes.name}"


def _method(dataset: Dataset, variable: Variable) -> str:
    return f"MT.{dataset.name}.{variable.name}"


def _comment(dataset: Dataset, variable: Variable) -> str:
    return f"COM.{dataset.name}.{variable.name}"
