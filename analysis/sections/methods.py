"""What was done, in sentences filled from what was really run."""

from __future__ import annotations

from analysis.document import Section, bullets
from analysis.model_words import methods
from analysis.study import Study
from analysis.summary import software


def section(study: Study) -> Section:
    """The methods of the models and the software."""
    versions = ", ".join(f"{name} {number}" for name, number in software().items())
    sentences = methods(study.fits) if study.fits else ()
    return Section("methods", "Methods", (bullets((*sentences, f"Computed with {versions}.")),))
