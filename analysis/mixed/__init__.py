"""Linear mixed models by REML with the small-sample inference of lmerTest and pbkrtest.

Pure: numpy and scipy, nothing of a trial. `fit_*` give a `MixedFit`; `Satterthwaite(fit)` and
`KenwardRoger(fit)` test contrasts of it.
"""

from analysis.mixed.blocks import NotFitted
from analysis.mixed.contrasts import Estimate, FTest, Inference
from analysis.mixed.effect_size import small_sample_factor
from analysis.mixed.fit import (
    MixedFit,
    Parameters,
    Source,
    fit_least_squares,
    fit_random_effects,
    fit_random_intercept,
    parameters_of,
)
from analysis.mixed.influence import cook_by_participant
from analysis.mixed.kenward_roger import KenwardRoger
from analysis.mixed.satterthwaite import Satterthwaite
from analysis.mixed.terms import Covariate, Factor, design, type_three
from analysis.mixed.unstructured import fit_unstructured

__all__ = [
    "Covariate",
    "Estimate",
    "FTest",
    "Factor",
    "Inference",
    "KenwardRoger",
    "MixedFit",
    "NotFitted",
    "Parameters",
    "Satterthwaite",
    "Source",
    "cook_by_participant",
    "design",
    "fit_least_squares",
    "fit_random_effects",
    "fit_random_intercept",
    "fit_unstructured",
    "parameters_of",
    "small_sample_factor",
    "type_three",
]
