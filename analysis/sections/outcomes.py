"""Each outcome over the visits: what was observed, and what the models say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analysis import model_numbers
from analysis.diagnostics import diagnostics_figure
from analysis.document import Block, Heading, Paragraph, Section, bullets
from analysis.forest import as_numbers, effects, forest_figure, forest_table
from analysis.longitudinal import Series
from analysis.model_tables import differences_table, joint_tests_table, remarks_table
from analysis.shift import shift_table
from analysis.study import Study
from analysis.tables import Table
from analysis.trajectories import grades_figure, trajectory_figure


def section(study: Study) -> Section:
    """The overview of all outcomes, then each of them."""
    blocks: list[Block] = []
    also: list[Table] = []
    if study.fits:
        found = effects(study.fits) if study.shows("standardized_effects") else ()
        blocks += [forest_figure(found, study.manifest), forest_table(found)] if found else []
        blocks.append(joint_tests_table(study.fits))
        also += [differences_table(study.fits), remarks_table(study.fits)]
    if study.shifts:
        also.append(shift_table(study.shifts))
    for one in study.series:
        blocks += _outcome(study, one)
    numbers = {
        "standardized_effects": as_numbers(
            effects(study.fits) if study.shows("standardized_effects") else ()
        ),
        "models": model_numbers.fits(study.fits),
        "ordinal_shift": [model_numbers.shift(one) for one in study.shifts],
    }
    told = tuple(blocks) or (Paragraph("The cut holds no outcome."),)
    return Section("outcomes", "Outcomes", told, numbers, tuple(also))


def _outcome(study: Study, one: Series) -> Iterator[Block]:
    code, manifest = one.outcome.code, study.manifest
    yield Heading(f"outcome-{code}", one.outcome.label)
    yield bullets(one.notes)
    yield trajectory_figure(one, study.sets, manifest)
    if one.outcome.ordinal:
        yield grades_figure(one, study.sets, manifest)
    mine = [fit for fit in study.fits if fit.outcome.code == code]
    for fit in mine:
        for word in fit.words:
            yield Paragraph(f"{fit.analysis_set.title}: {word}", remark=True)
    fitted = [fit for fit in mine if fit.fitted]
    if fitted:
        caption = f"{one.outcome.label}: adjusted differences between groups"
        shown = replace(differences_table(mine), name=f"model_differences_{code}", caption=caption)
        yield _without_first(shown)
    shifted = [shift for shift in study.shifts if shift.outcome.code == code]
    if shifted:
        yield replace(_without_first(shift_table(shifted)), name=f"ordinal_shift_{code}")
    drawable = [fit for fit in fitted if fit.influence is not None]
    if drawable:
        yield diagnostics_figure(drawable, manifest)


def _without_first(table: Table) -> Table:
    """The table without its first column, which the heading above already says."""
    rows = tuple(row[1:] for row in table.rows)
    return replace(table, columns=table.columns[1:], rows=rows, stub=table.stub - 1)
