"""Rehabilitation delivered: minutes a week of each therapy since the last visit."""

from outcomes.scales.base import Number, Sheet


def therapy(name: str, code: str, label: str, sdtm: str) -> Number:
    """Minutes a week of one therapy: at most 40 hours, more than 15 hours asked about."""
    return Number(
        name, code, label, unit="min/week", minimum=0, maximum=2400, usual_maximum=900, sdtm=sdtm
    )


REHABILITATION = Sheet(
    code="rehab",
    title="Rehabilitation delivered",
    short="Rehab",
    version="1",
    licence="Our own form.",
    citation="Ours; therapy time matters to recovery (Foley N et al. 2012).",
    items=(
        therapy("physiotherapy", "1", "Physiotherapy, usual week", "REHABPT"),
        therapy("occupational_therapy", "2", "Occupational therapy, usual week", "REHABOT"),
        therapy("speech_therapy", "3", "Speech and language therapy, usual week", "REHABSLT"),
    ),
)
