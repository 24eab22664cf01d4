"""EX: what was given, in unblinded cuts alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from exports.formats.cdisc import terms
from exports.formats.cdisc.model import SUPPLEMENT, Dataset, Row, Variable, assigned
from exports.formats.cdisc.persons import Person, Setting
from exports.formats.cdisc.words import plain
from exports.formats.sdtm.domains import Domain, Qualifier, at, identifiers, timing

MILLION_CELLS = "10^6 CELLS"


def exposure(setting: Setting) -> Domain:
    """EX: one row an infusion."""
    given_by = setting.plan.safety.route
    units = terms.own("EXDOSU", "Dose Units", ((MILLION_CELLS, "Million cells"),))
    variables = (
        *identifiers("EX"),
        assigned("EXTRT", "Name of Treatment", mandatory=True),
        Variable("EXDOSE", "Dose", "float"),
        assigned("EXDOSU", "Dose Units", codes=units),
        assigned(
            "EXROUTE",
            "Route of Administration",
            codes=terms.route(given_by) if given_by else None,
        ),
        *timing("EX", end=True, visit=False),
    )
    dataset = Dataset(
        "EX", "Exposure", "INTERVENTIONS",
        "One record per administration of the product per subject", variables,
    )  # fmt: skip
    qualifiers = (
        Qualifier("EXVIAB", "Viability of the Cells (%)"),
        Qualifier("EXVOL", "Volume Given (mL)"),
    )
    return Domain(dataset, _infusions, qualifiers, frozenset({"participants", "treatment"}))


def _infusions(person: Person) -> Iterator[Row]:
    for row in person.rows("treatment"):
        on = row["infused_on"]
        if not on:
            continue
        plan = person.setting.plan
        yield {
            "EXTRT": plain(plan.safety.product or plan.arm(row["received"]).label),
            "EXDOSE": float(row["cells_millions"]) if row["cells_millions"] else None,
            "EXDOSU": MILLION_CELLS if row["cells_millions"] else "",
            "EXROUTE": plan.safety.route.upper(),
            **at(person, "EX", on),
            "EXENDTC": on,
            "EXENDY": person.day(on),
            f"{SUPPLEMENT}.EXVIAB": row["viability_percent"],
            f"{SUPPLEMENT}.EXVOL": row["volume_ml"],
        }
