"""The adjusted covariance and the scaled F of Kenward and Roger, as pbkrtest takes them.

Kenward & Roger (1997), Biometrics 53:983; Halekoh & Hojsgaard (2014), J Stat Softw 59(9), whose
symbols these are: P_i = -X'V^-1 G_i V^-1 X, Q_ij = X'V^-1 G_i V^-1 G_j V^-1 X, W the inverse of the
expected information, Phi_A = Phi + 2 Phi {sum W_ij (Q_ij - P_i Phi P_j)} Phi. V is linear in its
parameters, so the term in its second derivatives is zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.mixed.blocks import Floats
from analysis.mixed.contrasts import Estimate, FTest, independent_rows
from analysis.mixed.fit import MixedFit
from analysis.mixed.information import Sums, projected_traces, sums

NO_INFORMATION = 1e-10
NEARLY, NOTHING = 1e-10, 1e-14
NONE = float("nan"), float("nan")
AT_TWO = 1e-2
"""The scaling has no mean to match when the denominator df are this close to 2 (pbkrtest)."""


@dataclass(frozen=True)
class KenwardRoger:
    """Tests of contrasts of a fit."""

    fit: MixedFit

    @cached_property
    def _sums(self) -> Sums:
        return sums(self.fit.blocks, self.fit.covariance.weight, self.fit.covariance.linear)

    @cached_property
    def spread(self) -> Floats:
        """W: covariance of the variance parameters from the expected information."""
        information = projected_traces(self._sums, self.fit.phi)
        if np.abs(np.linalg.eigvalsh(information)).min() > NO_INFORMATION:
            return 2 * np.linalg.inv(information)
        return 2 * np.linalg.pinv(information, hermitian=True)

    @cached_property
    def adjusted(self) -> Floats:
        """Phi_A, the covariance of the fixed effects with the bias of Phi taken off."""
        phi, a, q = self.fit.phi, self._sums.a, self._sums.q
        bias = q - np.einsum("ipr,rs,jst->ijpt", a, phi, a, optimize=True)
        total = np.einsum("ij,ijpr->pr", self.spread, bias)
        found: Floats = phi + phi @ (total + total.T) @ phi
        return found

    def estimate(self, vector: Floats) -> Estimate:
        """The contrast with its adjusted standard error.

        In very small data the adjustment can leave no positive variance: then it is NaN, and so
        are the df.
        """
        value, variance = float(vector @ self.fit.effects), float(vector @ self.adjusted @ vector)
        if variance <= 0:
            return Estimate(value, *NONE)
        df, _ = self._df_and_scaling(vector[None, :])
        return Estimate(value, float(np.sqrt(variance)), df)

    def joint(self, rows: Floats, against: Floats | None = None) -> FTest:
        """The scaled F of several contrasts, `against` these fixed effects where they are given."""
        rows = independent_rows(rows)
        df, scaling = self._df_and_scaling(rows)
        effects = self.fit.effects if against is None else self.fit.effects - against
        effect, spread = rows @ effects, rows @ self.adjusted @ rows.T
        if np.linalg.eigvalsh(spread).min() <= 0:
            return FTest(float("nan"), len(rows), *NONE)
        plain = effect @ np.linalg.solve(spread, effect) / len(rows)
        return FTest(float(scaling * plain), len(rows), df, scaling)

    def _df_and_scaling(self, rows: Floats) -> tuple[float, float]:
        """Denominator df m and factor lambda that match the first two moments of the Wald F."""
        phi, q = self.fit.phi, len(rows)
        theta = rows.T @ np.linalg.solve(rows @ phi @ rows.T, rows)
        parts = theta @ phi @ self._sums.a @ phi
        traces = np.einsum("ipp->i", parts)
        a1 = float(traces @ self.spread @ traces)
        a2 = float(np.einsum("ij,ipr,jrp->", self.spread, parts, parts))
        return moments_matched(q, a1, a2)


def moments_matched(q: int, a1: float, a2: float) -> tuple[float, float]:
    """m and lambda for q rows from A1 and A2; NaN where no F distribution has those moments."""
    if not a2 > 0:
        return NONE
    b = (a1 + 6 * a2) / (2 * q)
    g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
    below = 3 * q + 2 * (1 - g)
    if below == 0:
        return NONE
    top = 1 + g / below * b
    middle = 1 - (q - g) / below * b
    bottom = 1 - (q + 2 - g) / below * b
    rho = _ratio(1 - a2 / q, middle) ** 2 * _ratio(0.0 if abs(top) < NEARLY else top, bottom) / q
    if q * rho == 1:
        return NONE
    df = 4 + (q + 2) / (q * rho - 1)
    if not df > 0:
        return NONE
    return df, 1.0 if abs(df - 2) < AT_TWO else df * (1 - a2 / q) / (df - 2)


def _ratio(above: float, below: float) -> float:
    """above / below; 1 where both are nothing, as pbkrtest has it."""
    if abs(above) < NOTHING and abs(below) < NOTHING:
        return 1.0
    return above / below if below else float("inf")
