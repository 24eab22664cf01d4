"""The codebook of the instruments as pages: what each column holds, and what its codes mean."""

from __future__ import annotations

from collections.abc import Iterable

from outcomes.scales import INSTRUMENTS
from outcomes.scales.base import Column, Instrument, Rule, Scale, Score, Tree

FOLDER = "docs/codebook"
_MADE = "Written by `python manage.py codebook` from `outcomes/scales/`; do not edit."
_ASKED = {"hard": "refused", "soft": "asked"}


def pages() -> dict[str, str]:
    """Every page by file name: an index, and one page per instrument."""
    found = {f"{instrument.code}.md": page(instrument) for instrument in INSTRUMENTS.values()}
    return {"README.md": index(), **found}


def index() -> str:
    """The list of instruments."""
    rows = (
        (
            f"[{instrument.title}]({instrument.code}.md)",
            f"`{instrument.code}`",
            instrument.version,
            str(len(instrument.items)),
            ", ".join(f"`{score.name}`" for score in instrument.scores) or "not scored",
        )
        for instrument in INSTRUMENTS.values()
    )
    heads = ("Form", "Code", "Version", "Items", "Scores")
    return _page("Codebook of the forms", _table(heads, rows))


def page(instrument: Instrument) -> str:
    """The page of one instrument."""
    facts = (
        f"Form code `{instrument.code}`, version {instrument.version}.",
        f"Source: {instrument.citation}",
        f"Licence: {instrument.licence}",
    )
    parts = ["  \n".join(facts), "## Answers", _answers(instrument)]
    if isinstance(instrument, Scale):
        parts += ["## Scores", _scores(instrument)]
    if instrument.rules:
        parts += ["## Rules", _rules(instrument.rules)]
    return _page(instrument.title, *parts)


def _answers(instrument: Instrument) -> str:
    heads = ("Column", "No.", "What it is", "Values", "Asked when", "SDTM", "LOINC")
    return _table(heads, (_answer(instrument, column) for column in instrument.columns()))


def _answer(instrument: Instrument, column: Column) -> tuple[str, ...]:
    item = instrument.item(column.item)
    asked = item.ask_if
    own = column.role == "answer"
    return (
        f"`{column.name}`",
        item.code if own else "",
        column.label,
        _values(column),
        f"`{asked.item}` {asked.op} {asked.value}" if asked and own else "",
        column.sdtm,
        item.loinc if own else "",
    )


def _values(column: Column) -> str:
    if column.values:
        return "<br>".join(f"`{value}` {label}" for value, label in column.values)
    if column.minimum is not None:
        kind = f", {column.decimals} decimals" if column.decimals else ""
        return f"{column.minimum} to {column.maximum} {column.unit}".rstrip() + kind
    if column.kind == "text":
        return f"text, at most {column.max_length} characters"
    return {"boolean": "`1` yes, `0` no", "date": "date, YYYY-MM-DD"}[column.kind]


def _scores(scale: Scale) -> str:
    heads = ("Column", "What it is", "Range", "Made of", "SDTM")
    best = f"A {scale.better} score is better. A score is empty while an item it needs is."
    rows = (
        (
            f"`{column.name}`",
            " ".join(filter(None, (column.label + ".", score.note))),
            f"{column.minimum} to {column.maximum}",
            _made_of(score),
            column.sdtm,
        )
        for score, column in zip(scale.scores, scale.score_columns(), strict=True)
    )
    return f"{best}\n\n{_table(heads, rows)}"


def _made_of(score: Score) -> str:
    if isinstance(score, Tree):
        return "decision tree of " + ", ".join(f"`{name}`" for name in score.root.items())
    if score.of is None:
        return "all items"
    return " + ".join(f"`{name}`" for name in score.of)


def _rules(rules: Iterable[Rule]) -> str:
    heads = ("Rule", "A break is", "What it says", "Origin")
    return _table(
        heads, ((rule.code, _ASKED[rule.severity], rule.message, rule.origin) for rule in rules)
    )


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = tuple(heads)
    lines = [names, tuple("---" for _ in names), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", f"<!-- {_MADE} -->", *parts)) + "\n"
