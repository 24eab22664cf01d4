"""The methods of the models in sentences, filled from what was really run."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.models import ALL, Fit

FIXED = (
    (
        "Fixed effects are group, visit, their interaction and the baseline value of the outcome; "
        "visit is a factor. Missing readings are not imputed: under the model, what is missing may "
        "depend on what was observed."
    ),
    (
        "Intervals and p values of estimates use t with degrees of freedom after Satterthwaite "
        "(Giesbrecht and Burns 1985); several contrasts together use F with denominator degrees of "
        "freedom after Fai and Cornelius (1996). Kenward and Roger's (1997) adjusted standard "
        "errors, degrees of freedom and F are given beside them as a second opinion."
    ),
    (
        "Tests of terms are of type III: marginal means, every level of the other factor with "
        "equal weight."
    ),
    (
        "Standardized difference: over the baseline SD pooled over the groups; Hedges' g is that "
        "times the small-sample factor of Hedges (1981)."
    ),
    (
        "Influence: Cook's distance of all fixed effects, the model fitted anew without each "
        "participant in turn."
    ),
)


def methods(fits: Sequence[Fit]) -> tuple[str, ...]:
    """The sentences, with the counts of these fits."""
    fitted = [fit for fit in fits if fit.fitted]
    plain = sum(fit.components is not None and fit.components.between == 0 for fit in fitted)
    many = sum(fit.design is not None and len(fit.design.visits) > 1 for fit in fitted)
    return (
        (
            f"Linear mixed models with a random intercept per participant, fitted by restricted "
            f"maximum likelihood (Bates et al 2015): {len(fitted)} of {len(fits)} could be fitted, "
            f"{plain} of them without variance between participants, as ordinary least squares."
        ),
        *FIXED,
        *_multiplicity(fitted, many),
    )


def _multiplicity(fitted: Sequence[Fit], many: int) -> tuple[str, ...]:
    titles = dict.fromkeys(fit.analysis_set.title for fit in fitted)
    sizes = [
        f"{title}: {sum(fit.analysis_set.title == title for fit in fitted)}" for title in titles
    ]
    if not sizes:
        return ()
    tested = ALL if many == len(fitted) else f"{ALL} (group alone where there is one visit)"
    return (
        (
            f"Multiplicity: the outcomes are secondary. The one test per outcome is that of "
            f"{tested}; beside its raw p stands Holm's (1979) over the outcomes "
            f"fitted ({', '.join(sizes)}). Differences at single visits and all other p "
            "values are not adjusted."
        ),
    )
