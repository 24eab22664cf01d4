"""What was done, in sentences filled from what was really run."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.document import Bullets, Heading, Section, bullets
from analysis.event_rates import anchors
from analysis.model_words import methods
from analysis.plan import TimeAsSlope
from analysis.study import Study
from analysis.summary import software

MODEL_WORKS = (
    "Bates D, Mächler M, Bolker B, Walker S. J Stat Softw 2015;67(1):1-48.",
    "Giesbrecht FG, Burns JC. Biometrics 1985;41:477-486.",
    "Fai AHT, Cornelius PL. J Stat Comput Simul 1996;54:363-378.",
    "Kenward MG, Roger JH. Biometrics 1997;53:983-997.",
    "Hedges LV. J Educ Stat 1981;6:107-128.",
    "Holm S. Scand J Stat 1979;6:65-70.",
)
EXACT_WORKS = (
    "Clopper CJ, Pearson ES. Biometrika 1934;26:404-413.",
    "Garwood F. Biometrika 1936;28:437-442.",
    "Przyborowski J, Wilenski H. Biometrika 1940;31:313-323.",
)
IMMORTAL_WORKS = (
    "Mantel N, Byar DP. J Am Stat Assoc 1974;69:81-86.",
    "Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710-719.",
    "Zhou Z, Rahme E, Abrahamowicz M, Pilote L. Am J Epidemiol 2005;162:1016-1023.",
    "Suissa S. Am J Epidemiol 2008;167:492-499.",
)
SLOPE_WORKS = ("Schielzeth H, Forstmeier W. Behav Ecol 2009;20:416-420.",)
TIPPING_WORKS = (
    "Wolbers M, Noci A, Delmar P, et al. Pharm Stat 2022;21:1246-1257.",
    "Cro S, Morris TP, Kenward MG, Carpenter JR. Stat Med 2020;39:2815-2842.",
)
ORDINAL_WORKS = ("McCullagh P. J R Stat Soc B 1980;42:109-142.",)
"""The works behind the models, the exact intervals, the counts without immortal time, and the
sensitivity analyses."""


def section(study: Study) -> Section:
    """Sets, intervals, models, what did not fit, software and works cited."""
    versions = ", ".join(f"{name} {number}" for name, number in software().items())
    blocks = (
        bullets(_sets(study)),
        bullets(_intervals(study)),
        bullets((*(methods(study.fits) if study.fits else ()), *_observations(study))),
        Bullets((f"Computed with {versions}; the data were taken by {_source(study)}.",)),
        Heading("methods-works", "Works cited"),
        bullets(_works(study)),
    )
    kept = blocks if any(_works(study)) else blocks[:4]
    return Section("methods", "Methods", kept)


def _source(study: Study) -> str:
    return study.manifest.application


def _sets(study: Study) -> Iterator[str]:
    for chosen in study.sets:
        sizes = ", ".join(f"{group.label} {group.size}" for group in chosen.groups)
        yield f"{chosen.title}: {chosen.explanation} ({sizes})."


def _intervals(study: Study) -> Iterator[str]:
    if study.feasibility or study.tallies:
        yield "Proportions have exact intervals (Clopper and Pearson 1934)."
    if not study.tallies:
        return
    yield (
        "Adverse events are counted by horizon from inclusion; rates are events per person-year "
        "under observation with exact Poisson intervals (Garwood 1936)."
    )
    if _infused(study):
        yield (
            "Two rates are compared given the number of events in both (Przyborowski and Wilenski "
            "1940). Because the infused had to live up to the infusion (Suissa 2008), events are "
            "also split at the infusion (Mantel and Byar 1974), counted from the infusion or, for "
            "the others, its median day (after Zhou et al 2005), and from a landmark (Anderson et "
            "al 1983)."
        )


def _infused(study: Study) -> bool:
    """Whether events were counted from an infusion too."""
    if not study.shows("adverse_events_by_anchor"):
        return False
    return len(anchors({code: study.people[code] for code in study.members})) > 1


def _observations(study: Study) -> Iterator[str]:
    """How many observations each model used, and what did not fit or was not sound."""
    fitted = [fit for fit in study.fits if fit.design is not None]
    for fit in fitted:
        if fit.design is not None:
            yield (
                f"{fit.outcome.label}, {fit.analysis_set.title.lower()}: "
                f"{len(fit.design.people)} participants, {len(fit.design.y)} readings after "
                f"baseline; fit {fit.state}."
            )
    for fit in study.fits:
        if fit.design is None:
            words = " ".join(fit.words)
            yield f"{fit.outcome.label}, {fit.analysis_set.title.lower()}: {words}"
    for other in study.alternatives:
        if other.test is None:
            name = f"{other.outcome.label}, {other.analysis_set.title.lower()}"
            yield f"{name}, covariance {other.covariance}: {other.word}"


def _works(study: Study) -> tuple[str, ...]:
    return (
        *(MODEL_WORKS if study.fits else ()),
        *(EXACT_WORKS if study.tallies or study.feasibility else ()),
        *(IMMORTAL_WORKS if study.tallies and _infused(study) else ()),
        *(ORDINAL_WORKS if study.shifts else ()),
        *(SLOPE_WORKS if _ran(study, TimeAsSlope) else ()),
        *(TIPPING_WORKS if any(study.sensitivities.tipping.values()) else ()),
    )


def _ran(study: Study, kind: type[TimeAsSlope]) -> bool:
    """Whether an analysis of this kind gave something."""
    linear = study.sensitivities.linear
    return any(isinstance(one, kind) and bool(linear[one.code]) for one in study.plan.sensitivities)
