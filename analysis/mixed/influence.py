"""How far the estimates move when one participant is left out."""

from __future__ import annotations

import numpy as np

from analysis.mixed.blocks import Floats, NotFitted
from analysis.mixed.fit import MixedFit


def cook_by_participant(fit: MixedFit) -> Floats:
    """Cook's distance of each participant: (b - b_i)' Phi^-1 (b - b_i) / p with b_i fitted anew.

    Cook (1977), Technometrics 19:15; for mixed models Christensen, Pearson & Johnson (1992),
    Technometrics 34:38. NaN where the others cannot be fitted: that participant alone carries an
    effect.
    """
    inverse = np.linalg.inv(fit.phi)
    found = np.full(fit.blocks.participants, np.nan)
    for participant, others in enumerate(fit.without_each):
        if isinstance(others, NotFitted):
            continue
        change = fit.effects - others.effects
        found[participant] = change @ inverse @ change / fit.blocks.effects
    return found
