"""The report as one HTML file: readable on screen, complete on paper, nothing fetched from afar."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from analysis.alternatives import alternatives_table
from analysis.baseline import baseline_table
from analysis.consort import flow_table
from analysis.consort_figure import consort_figure
from analysis.diagnostics import diagnostics_figure
from analysis.events import category_table, event_table, left_out, phase_table
from analysis.feasibility import feasibility_table
from analysis.figures import Drawing, house_style
from analysis.longitudinal import DEATH_IS_WORST, Series, means_table
from analysis.manifest import Manifest
from analysis.model_tables import (
    coefficients_table,
    differences_table,
    joint_tests_table,
    kenward_roger_table,
    remarks_table,
    type_three_table,
)
from analysis.model_words import methods
from analysis.shift import shift_table
from analysis.study import Study
from analysis.summary import software, summary_lines
from analysis.tables import Table, count_percent, to_html
from analysis.trajectories import grades_figure, trajectory_figure

SIMULATED = "SIMULATED DATA – no real participant; not for any clinical or regulatory use"
CSS = Path(__file__).with_name("report.css")


@dataclass(frozen=True)
class Parts:
    """Everything the report is made of: tables by name, figures by name."""

    tables: dict[str, Table]
    figures: dict[str, Drawing]


def build_parts(study: Study) -> Parts:
    """Make every table and figure of the report."""
    tables = [flow_table(study.flow)]
    people, event = list(study.people.values()), study.manifest.protocol.index_event
    tables += [baseline_table(chosen, people, study.series, event) for chosen in study.sets]
    tables += _event_tables(study)
    if not study.manifest.blinded:
        tables += [_crossing_table(study), feasibility_table(study.feasibility)]
    tables.append(means_table(study.series, study.sets))
    if study.fits:
        tables += [joint_tests_table(study.fits), differences_table(study.fits)]
        tables += [type_three_table(study.fits), coefficients_table(study.fits)]
        tables += [kenward_roger_table(study.fits), remarks_table(study.fits)]
    if study.alternatives:
        tables.append(alternatives_table(study.alternatives))
    if study.shifts:
        tables.append(shift_table(study.shifts))
    with house_style():
        figures = [consort_figure(study.flow, study.manifest)]
        for one in study.series:
            figures.append(trajectory_figure(one, study.sets, study.manifest))
            if one.outcome.code == DEATH_IS_WORST:
                figures.append(grades_figure(one, study.sets, study.manifest))
            fitted = [f for f in study.fits if f.fitted and f.outcome.code == one.outcome.code]
            if fitted:
                figures.append(diagnostics_figure(fitted, study.manifest))
    return Parts({t.name: t for t in tables}, {figure.name: figure for figure in figures})


def _event_tables(study: Study) -> list[Table]:
    horizons = study.manifest.protocol.horizons
    tables = []
    for chosen in study.sets:
        tables.append(event_table(chosen, study.tallies[chosen.code]))
        if not study.manifest.blinded:
            phases = phase_table(chosen, horizons, study.events, study.people, study.as_of)
            tables.append(phases)
        if horizons:
            tables.append(category_table(chosen, horizons[-1], study.events))
    return tables


def _crossing_table(study: Study) -> Table:
    """Allocated arm against treatment received: who moves between the two analysis sets."""
    treated = study.flow.treated
    groups = treated.groups if treated else ()
    rows = []
    for branch in study.flow.branches:
        counts = [study.flow.moves.get((branch.group.code, group.code), 0) for group in groups]
        cells = [count_percent(count, branch.group.size) for count in counts]
        rows.append((branch.group.label, str(branch.group.size), *cells))
    return Table(
        "analysis_sets",
        "Allocated arm and treatment received",
        ("Allocated to", "n", *(f"As treated: {group.label}" for group in groups)),
        tuple(rows),
        ("Percentages are of those allocated to the arm.",),
    )


def to_page(study: Study, parts: Parts) -> bytes:
    """The report as HTML."""
    manifest = study.manifest
    name = f"{manifest.protocol.code}: statistical report of {manifest.cut}"
    sections = _sections(study, parts)
    links = "".join(f'<li><a href="#{key}">{escape(head)}</a></li>' for key, head, _ in sections)
    body = "".join(
        f'<section id="{key}"><h2>{escape(head)}</h2>\n{content}</section>\n'
        for key, head, content in sections
    )
    banner = f'<p class="banner">{escape(SIMULATED)}</p>' if manifest.simulated else ""
    page = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(name)}</title>\n<style>{CSS.read_text('utf-8')}{_paper(manifest)}</style>"
        f"</head><body>\n{banner}<h1>{escape(name)}</h1>{_origin(study)}"
        f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n{_key(study)}{body}</body></html>\n'
    )
    return page.encode("utf-8")


def _paper(manifest: Manifest) -> str:
    """The page foot on paper: the cut on every sheet, and SIMULATED where it is."""
    words = f"{'SIMULATED · ' if manifest.simulated else ''}{manifest.name}"
    safe = "".join(c if c.isalnum() or c in " ·:.-" else f"\\{ord(c):x} " for c in words)
    return (
        "@page { size: A4; margin: 15mm 14mm 18mm;"
        f' @bottom-left {{ content: "{safe}"; font: 7pt sans-serif; }}'
        ' @bottom-right { content: counter(page) " / " counter(pages); font: 7pt sans-serif; } }'
    )


def _origin(study: Study) -> str:
    manifest = study.manifest
    facts = (
        ("Data cut", manifest.cut),
        ("As of", manifest.as_of),
        ("Manifest SHA-256", manifest.sha256),
        ("Newest seal of the trail", manifest.seal or "none named by this cut"),
        ("Blinding", "blinded: no arm in this cut" if manifest.blinded else "not blinded"),
        ("Protocol", f"{manifest.protocol.title}, version {manifest.protocol.version}"),
        ("Made by, for", f"{manifest.made_by}; {manifest.purpose}"),
        ("Data from", manifest.application),
        ("Computed with", ", ".join(f"{name} {v}" for name, v in software().items())),
    )
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(value)}</dd>" for term, value in facts)
    return f'<dl class="origin">{rows}</dl>'


def _key(study: Study) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in summary_lines(study))
    return f'<div class="key"><strong>Main results</strong><ul>{lines}</ul></div>\n'


def _sections(study: Study, parts: Parts) -> list[tuple[str, str, str]]:
    tables, codes = parts.tables, [chosen.code for chosen in study.sets]
    flow = _figure(parts.figures["consort"]) + to_html(tables["consort"])
    events = "".join(
        to_html(tables[name])
        for kind in ("adverse_events_", "adverse_events_by_phase_", "adverse_events_by_category_")
        for code in codes
        if (name := f"{kind}{code}") in tables
    )
    rules = _list(left_out(study.events, study.manifest.protocol.horizons, study.members))
    sections = [("flow", "Participants", flow)]
    if study.feasibility:
        given = to_html(tables["analysis_sets"]) + to_html(tables["feasibility"])
        sections.append(("treatment", "Treatment and feasibility", _sets(study) + given))
    baselines = "".join(to_html(tables[f"baseline_{code}"]) for code in codes)
    sections.append(("baseline", "Baseline", baselines))
    sections.append(("events", "Adverse events", rules + events))
    sections.append(("outcomes", "Outcomes", _outcomes(study, parts)))
    if study.fits:
        sections.append(("models", "Models in full", _appendix(study, parts)))
    return sections


def _sets(study: Study) -> str:
    return _list(f"{chosen.title}: {chosen.explanation}." for chosen in study.sets)


def _list(sentences: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>\n" if items else ""


def _figure(drawing: Drawing) -> str:
    data = base64.b64encode(drawing.svg).decode("ascii")
    file = f"figures/{drawing.name}.svg"
    return (
        f'<figure id="figure-{escape(drawing.name)}">'
        f'<img alt="{escape(drawing.description)}" src="data:image/svg+xml;base64,{data}">'
        f'<figcaption>{escape(drawing.description)} <a href="{escape(file)}">SVG</a></figcaption>'
        "</figure>\n"
    )


def _outcomes(study: Study, parts: Parts) -> str:
    overview = to_html(parts.tables["model_tests"]) if study.fits else ""
    pieces = "".join(_outcome(study, parts, one) for one in study.series)
    return (overview + pieces) or "<p>The cut holds no outcome.</p>"


def _outcome(study: Study, parts: Parts, one: Series) -> str:
    code = one.outcome.code
    drawings = [parts.figures.get(f"{kind}_{code}") for kind in ("trajectory", "grades")]
    pieces = [
        f'<h3 id="outcome-{escape(code)}">{escape(one.outcome.label)}</h3>\n',
        _list(one.notes),
    ]
    pieces += [_figure(drawing) for drawing in drawings if drawing is not None]
    mine = [fit for fit in study.fits if fit.outcome.code == code]
    for fit in mine:
        title = fit.analysis_set.title
        pieces += [f'<p class="remark">{escape(f"{title}: {word}")}</p>' for word in fit.words]
    if any(fit.fitted for fit in mine):
        caption = f"{one.outcome.label}: adjusted differences between groups"
        shown = replace(differences_table(mine), name=f"model_differences_{code}", caption=caption)
        pieces.append(to_html(_without_first(shown)))
    mine_shifted = [shift for shift in study.shifts if shift.outcome.code == code]
    if mine_shifted:
        pieces.append(to_html(_without_first(shift_table(mine_shifted))))
    checks = parts.figures.get(f"diagnostics_{code}")
    if checks is not None:
        pieces.append(_figure(checks))
    return "".join(pieces)


def _without_first(table: Table) -> Table:
    """The table without its first column, which the heading above already says."""
    rows = tuple(row[1:] for row in table.rows)
    return replace(table, columns=table.columns[1:], rows=rows, stub=table.stub - 1)


def _appendix(study: Study, parts: Parts) -> str:
    names: Sequence[str] = (
        "model_type_three",
        "model_coefficients",
        "model_kenward_roger",
        "model_alternatives",
        "outcome_means",
    )
    words = "<h3>Methods</h3>" + _list(methods(study.fits))
    return words + "".join(to_html(parts.tables[name]) for name in names if name in parts.tables)
