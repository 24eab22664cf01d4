"""Degrees of freedom after Satterthwaite, as lmerTest takes them.

Satterthwaite (1946), Biometrics Bull 2:110: df = 2 E(var)^2 / Var(var). Giesbrecht & Burns (1985),
Biometrics 41:477 put the delta method in for Var(var); Fai & Cornelius (1996), J Stat Comput Simul
54:363 do it for several contrasts; Kuznetsova, Brockhoff & Christensen (2017), J Stat Softw 82(13)
is lmerTest. Derivatives here are analytic, where lmerTest's are numerical.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.mixed.blocks import Floats
from analysis.mixed.contrasts import Estimate, FTest, independent_rows
from analysis.mixed.fit import MixedFit
from analysis.mixed.information import hessian, sums

FLAT = 1e-8
"""An eigenvalue of the Hessian below this tells nothing of its direction, as in lmerTest."""
SAME = 1e-8
NOT_CONVEX = (
    "The restricted likelihood is not at a clear maximum ({count} of {all} directions); degrees of "
    "freedom after Satterthwaite use the others."
)


@dataclass(frozen=True)
class Satterthwaite:
    """Tests of contrasts of a fit."""

    fit: MixedFit

    @cached_property
    def _eigen(self) -> tuple[Floats, Floats]:
        """Of the Hessian of the restricted deviance."""
        fit = self.fit
        bent = hessian(fit.blocks, fit.covariance, fit.effects, fit.phi)
        values, vectors = np.linalg.eigh(bent)
        return values, vectors

    @cached_property
    def spread(self) -> Floats:
        """Asymptotic covariance of the variance parameters: 2 times the inverse Hessian."""
        values, vectors = self._eigen
        kept = values > FLAT
        part = vectors[:, kept]
        found: Floats = 2 * (part / values[kept]) @ part.T
        return found

    @cached_property
    def gradient(self) -> Floats:
        """Of the covariance of the fixed effects: Phi X'V^-1 V_i V^-1 X Phi, parameter in front."""
        fit = self.fit
        found = sums(fit.blocks, fit.covariance.weight, fit.covariance.first)
        result: Floats = fit.phi @ found.a @ fit.phi
        return result

    @property
    def words(self) -> tuple[str, ...]:
        """A sentence where the likelihood is flat or saddled, else nothing."""
        values, _ = self._eigen
        unclear = int((values <= FLAT).sum())
        return (NOT_CONVEX.format(count=unclear, all=len(values)),) if unclear else ()

    def estimate(self, vector: Floats) -> Estimate:
        """The contrast with df = 2 (l'Phi l)^2 / g'Ag."""
        variance = float(vector @ self.fit.phi @ vector)
        return Estimate(
            float(vector @ self.fit.effects), float(np.sqrt(variance)), self._df(vector, variance)
        )

    def _df(self, vector: Floats, variance: float) -> float:
        slope = self.gradient @ vector @ vector
        return float(2 * variance**2 / (slope @ self.spread @ slope))

    def joint(self, rows: Floats, against: Floats | None = None) -> FTest:
        """Fai and Cornelius: independent t tests along the eigenvectors of L Phi L'.

        They are `against` these fixed effects where they are given, else against zero.
        """
        rows = independent_rows(rows)
        values, vectors = np.linalg.eigh(rows @ self.fit.phi @ rows.T)
        turned = vectors.T @ rows
        effects = self.fit.effects if against is None else self.fit.effects - against
        squares = (turned @ effects) ** 2 / values
        df = np.array([self._df(row, value) for row, value in zip(turned, values, strict=True)])
        return FTest(float(squares.mean()), len(rows), pooled_df(df))


def pooled_df(df: Floats) -> float:
    """Denominator df of the mean of squared independent t variables.

    Its expectation is that of F: E = sum df / (df - 2), and 2 E / (E - q) (Fai & Cornelius 1996).
    """
    if len(df) == 1 or bool((np.abs(np.diff(df)) < SAME).all()):
        return float(df.mean())
    if bool((df <= 2).any()):
        return 2.0
    expected = float((df / (df - 2)).sum())
    return 2 * expected / (expected - len(df))
