"""What the infused were given."""

from __future__ import annotations

from typing import Any

from analysis.document import Paragraph, Section
from analysis.exposure import Given, exposure_table, listing_table, read_exposure, shortfalls
from analysis.study import Study
from analysis.tables import rounded


def section(study: Study) -> Section | None:
    """The infusions summed up and listed, beside feasibility; nothing in a blinded cut."""
    if not study.feasibility:
        return None
    protocol = study.manifest.protocol
    given = read_exposure(study.cut, list(study.people.values()))
    numbers = {"exposure": [_numbers(one, study) for one in given]}
    if not given:
        words = Paragraph("Nobody was infused by the time of this cut.")
        return Section("exposure", "Exposure", (words,), numbers)
    short = sum(bool(shortfalls(one, protocol)) for one in given)
    words = Paragraph(f"{len(given)} participants were infused; {short} of them with a shortfall.")
    tables = exposure_table(given, study.sets, protocol.index_event), listing_table(given, protocol)
    return Section("exposure", "Exposure", (words, *tables), numbers)


def _numbers(one: Given, study: Study) -> dict[str, Any]:
    return {
        "participant": one.person.code,
        "cells_millions": one.cells,
        "dose_millions": one.dose,
        "cells_millions_per_kg": rounded(one.per_kg),
        "percent_of_dose": rounded(one.share),
        "viability_percent": one.viability,
        "volume_ml": one.volume,
        "days_from_index_event": one.days_since(one.person.index_on),
        "days_from_consent": one.days_since(one.person.consented_on),
        "days_from_randomization": one.days_since(one.person.randomized_on),
        "shortfalls": list(shortfalls(one, study.manifest.protocol)),
    }
