"""The methods of the models in sentences, filled from what was really run."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.models import Fit
from analysis.plan import JOINT, Model

FIXED = (
    (
        "Missing readings are not imputed: under the model, what is missing may depend on what was "
        "observed."
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


SATTERTHWAITE = (
    "Intervals and p values of estimates use t with degrees of freedom after Satterthwaite "
    "(Giesbrecht and Burns 1985); several contrasts together use F with denominator degrees of "
    "freedom after Fai and Cornelius (1996). Kenward and Roger's (1997) adjusted standard "
    "errors, degrees of freedom and F are given beside them as a second opinion."
)
KENWARD_ROGER = (
    "Intervals and p values use Kenward and Roger's (1997) adjusted standard errors and degrees of "
    "freedom, and their scaled F for several contrasts together. Degrees of freedom after "
    "Satterthwaite, and after Fai and Cornelius (1996) for F, are given beside them."
)


def formula(model: Model) -> str:
    """ "outcome ~ baseline + group + visit + group:visit"."""
    return f"outcome ~ {' + '.join(model.terms)}"


def _models(fits: Sequence[Fit]) -> list[Model]:
    """The plan's models that were fitted; that of the plan's default where none was."""
    return list(dict.fromkeys(fit.design.model for fit in fits if fit.design is not None))


def model_notes(fits: Sequence[Fit]) -> tuple[str, ...]:
    """The models behind a table, in a note each."""
    return tuple(
        f"Model: {formula(model)}, {model.covariance} per participant, REML; nothing imputed."
        for model in _models(fits)
    )


def df_note(fits: Sequence[Fit]) -> str:
    """By which method a table's df, intervals and p values are."""
    methods_used = dict.fromkeys(model.df for model in _models(fits))
    words = {
        "satterthwaite": "Satterthwaite's degrees of freedom (Fai and Cornelius for F)",
        "kenward_roger": "Kenward and Roger's standard errors and degrees of freedom",
    }
    told = " or ".join(words[df] for df in methods_used) or words["satterthwaite"]
    return f"df, interval and p: {told}, as the plan says."


def methods(fits: Sequence[Fit]) -> tuple[str, ...]:
    """The sentences, with the counts of these fits."""
    fitted = [fit for fit in fits if fit.fitted]
    plain = sum(fit.components is not None and fit.components.between == 0 for fit in fitted)
    many = sum(fit.design is not None and len(fit.design.visits) > 1 for fit in fitted)
    return (
        (
            f"Linear mixed models by restricted maximum likelihood (Bates et al 2015): "
            f"{len(fitted)} of {len(fits)} could be fitted, "
            f"{plain} of them without variance between participants, as ordinary least squares."
        ),
        *(f"Model {one.code}: {formula(one)}, {one.covariance}." for one in _models(fits)),
        *(KENWARD_ROGER if kind else SATTERTHWAITE for kind in _kinds(fits)),
        *FIXED,
        *_multiplicity(fitted, many),
    )


def _kinds(fits: Sequence[Fit]) -> list[bool]:
    """Whether models use Kenward and Roger's method, each answer once."""
    return list(dict.fromkeys(model.df == "kenward_roger" for model in _models(fits)))


def _multiplicity(fitted: Sequence[Fit], many: int) -> tuple[str, ...]:
    """The plan's families, with the outcomes of each that could be fitted."""
    families = dict.fromkeys(fit.family for fit in fitted if fit.family is not None)
    told = []
    for family in families:
        mine = [fit for fit in fitted if fit.family == family]
        titles = dict.fromkeys(fit.analysis_set.title for fit in mine)
        sizes = [
            f"{title}: {sum(fit.analysis_set.title == title for fit in mine)}" for title in titles
        ]
        single = family.test == JOINT and many < len(fitted)
        test = f"{family.test}{' (group alone where there is one visit)' if single else ''}"
        told.append(
            f"Multiplicity, {family.code} outcomes: the one test per outcome is that of {test}; "
            f"beside its raw p stands Holm's (1979) over the outcomes fitted ({', '.join(sizes)}). "
            "Differences at single visits and all other p values are not adjusted."
        )
    return tuple(told)
