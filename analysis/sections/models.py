"""The models in full: every test and effect, by both methods."""

from __future__ import annotations

from analysis.document import Section
from analysis.longitudinal import means_table
from analysis.model_tables import coefficients_table, kenward_roger_table, type_three_table
from analysis.study import Study
from analysis.tables import Table


def section(study: Study) -> Section:
    """The tables behind the outcomes."""
    tables: list[Table] = []
    if study.fits:
        tables += [type_three_table(study.fits), coefficients_table(study.fits)]
        tables.append(kenward_roger_table(study.fits))
    if study.shows("means"):
        tables.append(means_table(study.series, study.sets))
    title = "Models in full" if study.fits else "Observed means"
    return Section("models", title, tuple(tables), wide=True)
