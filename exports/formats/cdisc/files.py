"""The files of SDTM and ADaM: each data set in SAS transport and Dataset-JSON, and define.xml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from exports.formats.cdisc import define
from exports.formats.cdisc.model import Kind, Standard, Variable
from exports.formats.cdisc.store import Stored
from exports.formats.dataset_json import layout
from exports.formats.frozen import Frozen
from exports.formats.odm import keys
from exports.formats.odm.trail import instant
from exports.formats.xport import Variable as Field
from exports.formats.xport import write_dataset
from exports.output import HashedFile, WrittenFile
from trial.protocol import Protocol

DEFINE = "define.xml"
_JSON: dict[Kind, str] = {
    "text": "string",
    "integer": "integer",
    "float": "float",
    "date": "date",
    "datetime": "datetime",
    "day": "date",
}


@dataclass(frozen=True)
class Package:
    """What is written: the data sets of one standard, for one cut, into one folder."""

    frozen: Frozen
    plan: Protocol
    folder: str
    standard: Standard

    @property
    def path(self) -> Path:
        """The folder."""
        return self.frozen.folder / self.folder

    @property
    def oid(self) -> str:
        """The OID of this version of the metadata."""
        return f"MDV.{self.standard.guide}.{self.plan.version}"


def write(package: Package, found: Sequence[Stored]) -> Iterator[WrittenFile]:
    """Every data set that has rows, and the define.xml of these.

    Raises:
        UnfitForFormat: a name, a label or a text that SAS transport cannot hold.
        CutStopped: the cut is not being made any more.
    """
    filled = [one for one in found if one.count]
    for one in filled:
        package.frozen.look()
        yield _transport(package, one)
        yield _json(package, one)
    with HashedFile(package.path / DEFINE, package.folder) as out:
        head = define.Head(
            package.plan,
            package.standard,
            package.oid,
            f"{package.plan.code}.{package.frozen.code}.{package.standard.guide}",
            instant(package.frozen.as_of),
            settings.VERSION,
        )
        define.write(out.add, head, filled)
        yield out.finish()


def _transport(package: Package, one: Stored) -> WrittenFile:
    dataset = one.dataset
    return write_dataset(
        package.path / f"{dataset.file}.xpt",
        package.folder,
        name=dataset.name,
        label=dataset.label,
        variables=[Field(var.name, var.name, var.label) for var in dataset.variables],
        schema=one.schema,
        batches=one.batches,
        at=package.frozen.as_of,
    )


def _json(package: Package, one: Stored) -> WrittenFile:
    dataset, plan = one.dataset, package.plan
    head = layout.Head(
        created=instant(package.frozen.as_of),
        file=f"{plan.code}.{package.frozen.code}.{package.standard.guide}.{dataset.name}",
        system=settings.VERSION,
        study=keys.study(plan)[0],
        version=package.oid,
        group=define.group(dataset),
        name=dataset.name,
        label=dataset.label,
        records=one.count,
        reference=DEFINE,
        trial_level=dataset.trial_level,
    )
    return layout.write(
        package.path / f"{dataset.file}.json",
        package.folder,
        head,
        [_variable(one, var) for var in dataset.variables],
        one.rows(),
    )


def _variable(one: Stored, var: Variable) -> layout.Variable:
    day = var.kind == "day"
    return layout.Variable(
        oid=define.item(one.dataset, var),
        name=var.name,
        label=var.label,
        kind=_JSON[var.kind],
        target="integer" if day else "",
        length=one.measures[var.name].length if var.kind == "text" else None,
        display="E8601DA." if day else "",
        key=var.key or None,
    )
