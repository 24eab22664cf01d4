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
NEARLY = 1e-10
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
        """The contrast with its adjusted standard error."""
        variance = float(vector @ self.adjusted @ vector)
        df, _ = self._df_and_scaling(vector[None, :])
        return Estimate(float(vector @ self.fit.effects), float(np.sqrt(variance)), df)

    def joint(self, rows: Floats) -> FTest:
        """The scaled F of several contrasts."""
        rows = independent_rows(rows)
        df, scaling = self._df_and_scaling(rows)
        effect = rows @ self.fit.effects
        plain = effect @ np.linalg.solve(rows @ self.adjusted @ rows.T, effect) / len(rows)
        return FTest(float(scaling * plain), len(rows), df, scaling)

    def _df_and_scaling(self, rows: Floats) -> tuple[float, float]:
        """Denominator df m and factor lambda that match the first two moments of the Wald F."""
        phi, q = self.fit.phi, len(rows)
        theta = rows.T @ np.linalg.solve(rows @ phi @ rows.T, rows)
        parts = theta @ phi @ self._sums.a @ phi
        traces = np.einsum("ipp->i", parts)
        a1 = float(traces @ self.spread @ traces)
        a2 = float(np.einsum("ij,ipr,jrp->", self.spread, parts, parts))
        b = (a1 + 6 * a2) / (2 * q)
        g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
        below = 3 * q + 2 * (1 - g)
        top = 1 + g / below * b
        middle = 1 - (q - g) / below * b
        bottom = 1 - (q + 2 - g) / below * b
        top = 0.0 if abs(top) < NEARLY else top
        mean = 1.0 if max(abs(1 - a2 / q), abs(middle)) < NEARLY else (1 - a2 / q) / middle
        rho = mean**2 * top / (q * bottom)
        df = 4 + (q + 2) / (q * rho - 1)
        scaling = 1.0 if abs(df - 2) < AT_TWO else df * (1 - a2 / q) / (df - 2)
        return df, scaling
