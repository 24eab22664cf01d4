"""Writes the SDTM data sets of a cut: ``sdtm/dm.xpt``, ``sdtm/dm.json``, ... and define.xml."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from exports.formats.cdisc import files, setting, terms
from exports.formats.cdisc.files import Package
from exports.formats.cdisc.model import SUPPLEMENT, Row, Standard
from exports.formats.cdisc.persons import Person, Setting, persons
from exports.formats.cdisc.store import Stored, shelf
from exports.formats.frozen import Frozen
from exports.formats.sdtm import demographics, design, events, exposure, findings, visits
from exports.formats.sdtm.domains import Domain, numbered
from exports.models import DataCut
from exports.output import WrittenFile
from trial.models import Site

FOLDER = CODE = "sdtm"
STANDARD = Standard("SDTMIG", "3.4", (("SDTM", terms.TERMINOLOGY),))
_SITES = "sites.json"


def in_snapshot(aside: Path, cut: DataCut) -> None:
    """Put down in which country each site is."""
    del cut
    sites = dict(Site.objects.order_by("code").values_list("code", "country"))
    (aside / _SITES).write_text(json.dumps(sites), encoding="utf-8")


def write(frozen: Frozen) -> Iterator[WrittenFile]:
    """Every domain that has rows, and what define.xml says of them.

    Raises:
        UnfitForFormat: a code, a name, a label or a text that SDTM or SAS transport cannot hold.
        CutStopped: the cut is not being made any more.
    """
    (frozen.folder / FOLDER).mkdir()
    sites = json.loads((frozen.aside / CODE / _SITES).read_text(encoding="utf-8"))
    about = setting.of(frozen, sites)
    package = Package(frozen, about.plan, FOLDER, STANDARD)
    yield from files.write(package, tabulate(frozen, about))


def domains(about: Setting) -> list[Domain]:
    """The domains about participants, those of a cut that is blinded without exposure."""
    told = () if about.blinded else (exposure.exposure(about),)
    return [
        demographics.domain(about, visits.qualifiers(about, of_the_event=False)),
        visits.visits(),
        events.adverse_events(about),
        events.disposition(),
        events.deviations(),
        visits.history(about),
        *told,
        *findings.domains(about),
    ]


def tabulate(frozen: Frozen, about: Setting) -> list[Stored]:
    """Put the rows of every data set down, participant by participant."""
    found = domains(about)
    tables = frozenset().union(*(one.tables for one in found))
    with shelf(frozen.aside / CODE) as place:
        main = [place(one.dataset) for one in found]
        beside = [place(one.supplement) for one in found]
        randomized = 0
        for person in persons(frozen, about, tables):
            randomized += bool(person.reference)
            for domain, rows, supplement in zip(found, main, beside, strict=True):
                _put(domain, person, rows, supplement)
        trial = []
        for one in design.domains(about):
            trial.append(place(one.dataset))
            for row in one.rows(about, randomized):
                trial[-1].add(row)
    return [one for pair in zip(main, beside, strict=True) for one in pair] + trial


def _put(domain: Domain, person: Person, rows: Stored, supplement: Stored) -> None:
    for row in numbered(domain, person, domain.rows(person)):
        rows.add({name: value for name, value in row.items() if not name.startswith(SUPPLEMENT)})
        for one in _qualified(domain, row):
            supplement.add(one)


def _qualified(domain: Domain, row: Row) -> Sequence[Row]:
    name = domain.dataset.name
    number = row.get(f"{name}SEQ")
    return [
        {
            "STUDYID": row["STUDYID"],
            "RDOMAIN": name,
            "USUBJID": row["USUBJID"],
            "IDVAR": "" if number is None else f"{name}SEQ",
            "IDVARVAL": "" if number is None else str(number),
            "QNAM": one.name,
            "QLABEL": one.label,
            "QVAL": value,
            "QORIG": one.origin,
        }
        for one in domain.qualifiers
        if (value := row.get(f"{SUPPLEMENT}.{one.name}"))
    ]
