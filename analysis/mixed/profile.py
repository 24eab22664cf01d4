"""The profiled REML criterion and where it is least.

Bates, Maechler, Bolker & Walker (2015), J Stat Softw 67(1): y = X beta + Z b + e with
b = Lambda u, and u and e independent with variance sigma^2. Given theta, the entries of Lambda,
beta and sigma have closed forms (their equations 39 to 42), so the search is over theta alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import brentq, minimize

from analysis.mixed.blocks import Blocks, Floats, NotFitted, triangle

GRID = np.concatenate([[0.0], np.logspace(-6, 6, 25)])
"""Variance ratios theta^2 between which the criterion's slope is looked at for a change of sign."""
LEVEL = 1e-10
"""A slope per reading under which the criterion is level: every ratio fits as well."""
TOO_STEEP = 1e-4
"""The slope of the criterion that a search over several parameters may leave at its end."""
NEGLIGIBLE = 1e-6
"""A relative standard deviation under which zero is tried in its place."""


@dataclass(frozen=True)
class Point:
    """The fit at one theta: Lambda, effects in the orthonormal basis, sigma^2, the criterion.

    `criterion` is minus twice the restricted log-likelihood.
    """

    factor: Floats
    beta: Floats
    unscaled: Floats
    variance: float
    criterion: float


@dataclass(frozen=True)
class Profile:
    """The profiled criterion of one data set; its sums over participants are made once."""

    blocks: Blocks

    @cached_property
    def corner(self) -> Floats:
        """R of X = QR: the search works with the orthonormal columns Q, beta = R^-1 gamma."""
        return triangle(self.blocks.x[self.blocks.place])

    @cached_property
    def q(self) -> Floats:
        """The orthonormal columns, by block."""
        return self.blocks.x @ np.linalg.inv(self.corner)

    @cached_property
    def start(self) -> Floats:
        """The least squares effects in the orthonormal basis."""
        found: Floats = np.einsum("mtp,mt->p", self.q, self.blocks.y)
        return found

    @cached_property
    def rest(self) -> Floats:
        """The least squares residuals: REML does not change when X beta is taken off."""
        return self.blocks.y - self.q @ self.start

    @cached_property
    def sums(self) -> tuple[Floats, Floats, Floats]:
        """Z'Z, Z'Q and Z'r of each participant."""
        z = self.blocks.z
        turned = z.transpose(0, 2, 1)
        return turned @ z, turned @ self.q, (turned @ self.rest[:, :, None])[:, :, 0]

    def at(self, factor: Floats) -> Point:
        """The fit at Lambda = `factor` (q x q, lower triangular)."""
        zz, zq, zr = self.sums
        freedom, effects = self.blocks.freedom, self.blocks.effects
        inner = factor.T @ zz @ factor + np.eye(len(factor))
        left = factor.T @ zq
        right = zr @ factor
        solved = np.linalg.solve(inner, left)
        shrunk = np.linalg.solve(inner, right[:, :, None])[:, :, 0]
        information = np.eye(effects) - np.einsum("mqp,mqr->pr", left, solved)
        score = -np.einsum("mqp,mq->p", left, shrunk)
        unscaled = np.linalg.inv(information)
        shift = unscaled @ score
        squares = float((self.rest**2).sum() - (right * shrunk).sum() - score @ shift)
        log_dets = np.linalg.slogdet(inner)[1].sum() + np.linalg.slogdet(information)[1]
        log_dets += 2 * np.log(np.abs(np.diag(self.corner))).sum()
        variance = max(squares, np.finfo(float).tiny) / freedom
        criterion = float(log_dets + freedom * (1 + np.log(2 * np.pi * variance)))
        return Point(factor, self.start + shift, unscaled, variance, criterion)

    def slope(self, ratios: Floats) -> Floats:
        """Slope of the criterion in the variance ratio of a random intercept, at each ratio.

        tr(P ZZ') - (n - p) y'P ZZ' P y / y'P y with V = I + ratio ZZ', from the derivative of the
        restricted likelihood (Harville 1977, J Am Stat Assoc 72:320).
        """
        zz, zq, zr = (part[:, 0] for part in self.sums)
        counts = zz[:, 0]
        shares = 1 / (1 + np.outer(ratios, counts))
        shrink = ratios[:, None] * shares
        effects = self.blocks.effects
        outer = (zq[:, :, None] * zq[:, None, :]).reshape(len(zq), -1)
        unscaled = np.linalg.inv(np.eye(effects) - (shrink @ outer).reshape(-1, effects, effects))
        score = -shrink @ (zq * zr[:, None])
        shift = (unscaled @ score[:, :, None])[:, :, 0]
        left = shares * (zr - shift @ zq.T)
        squares = (self.rest**2).sum() - shrink @ zr**2 - (score * shift).sum(axis=1)
        squared = (shares**2 @ outer).reshape(unscaled.shape)
        trace = shares @ counts - (squared * unscaled).sum(axis=(1, 2))
        found: Floats = trace - self.blocks.freedom * (left**2).sum(axis=1) / squares
        return found

    def gradient(self, factor: Floats) -> Floats:
        """Of the criterion in Lambda: 2 {Z'PZ - (n - p) Z'Py y'PZ / y'Py} Lambda."""
        zz, zq, zr = self.sums
        inner = factor.T @ zz @ factor + np.eye(len(factor))
        shrink = factor @ np.linalg.solve(inner, np.broadcast_to(factor.T, inner.shape))
        pulled = zz @ shrink
        left = zq - pulled @ zq
        unscaled = np.linalg.inv(
            np.eye(self.blocks.effects) - (zq.transpose(0, 2, 1) @ shrink @ zq).sum(axis=0)
        )
        shrunk = (shrink @ zr[:, :, None])[:, :, 0]
        score = -np.einsum("mqp,mq->p", zq, shrunk)
        shift = unscaled @ score
        right = zr - (pulled @ zr[:, :, None])[:, :, 0] - left @ shift
        squares = float((self.rest**2).sum() - (zr * shrunk).sum() - score @ shift)
        total = (zz - pulled @ zz - left @ unscaled @ left.transpose(0, 2, 1)).sum(axis=0)
        found: Floats = 2 * (total - self.blocks.freedom * right.T @ right / squares) @ factor
        return found

    def least(self) -> Point:
        """The fit with the least criterion, exactly at the boundary where that is the boundary.

        Raises:
            NotFitted: the search did not end at a minimum.
        """
        columns = self.blocks.z.shape[2]
        if columns == 0:
            return self.at(np.zeros((0, 0)))
        if columns == 1:
            return self._intercept()
        return self._several(columns)

    def _intercept(self) -> Point:
        """Every local minimum of one variance ratio, zero included; the least of them."""
        slopes = self.slope(GRID)
        if np.abs(slopes).max() < LEVEL * self.blocks.readings:
            raise NotFitted("The readings tell nothing of the variance between participants.")
        ends = [0.0] if slopes[0] >= 0 else []
        for low in np.flatnonzero((slopes[:-1] < 0) & (slopes[1:] >= 0)):
            ends.append(self._flat(float(GRID[low]), float(GRID[low + 1])))
        if not ends or not np.isfinite(slopes).all():
            raise NotFitted("The fit did not converge: the criterion has no minimum.")
        points = [self.at(np.array([[np.sqrt(ratio)]])) for ratio in ends]
        return min(points, key=lambda point: point.criterion)

    def _flat(self, low: float, high: float) -> float:
        """The ratio between two at which the slope is zero."""
        below, above = self._slope_at(low), self._slope_at(high)
        if not below < 0 <= above:  # one ratio at a time rounds otherwise than many together
            return low if abs(below) < abs(above) else high
        return float(brentq(self._slope_at, low, high, xtol=1e-18, rtol=1e-13))

    def _slope_at(self, ratio: float) -> float:
        return float(self.slope(np.array([ratio]))[0])

    def _several(self, columns: int) -> Point:
        """Random intercept and slope: BFGS from fixed starts, the signs of Lambda left free.

        V depends on Lambda Lambda' alone, so a bound at zero is a symmetry and not an edge.
        """
        rows = np.tril_indices(columns)
        units = self.scale[:, None]

        def value(theta: Floats) -> tuple[float, Floats]:
            factor = _lower(theta, columns) / units
            return self.at(factor).criterion, (self.gradient(factor) / units)[rows]

        starts = [np.eye(columns)[rows] * size for size in (1.0, 0.3)]
        found = [
            minimize(value, start, method="BFGS", jac=True, options={"gtol": 1e-8})
            for start in starts
        ]
        best = min(found, key=lambda one: float(one.fun))
        if not np.isfinite(best.fun) or float(np.abs(best.jac).max()) > TOO_STEEP:
            raise NotFitted("The fit did not converge: the search ended on a slope.")
        theta = _upright(_lower(np.asarray(best.x), columns) / units)
        return self._pinned(theta, float(best.fun))

    @cached_property
    def scale(self) -> Floats:
        """Root mean square of each random-effects column."""
        squares = np.einsum("mtq,mtq->q", self.blocks.z, self.blocks.z)
        found: Floats = np.sqrt(squares / self.blocks.readings)
        return found

    def _pinned(self, factor: Floats, least: float) -> Point:
        """Entries of the diagonal that are but noise, set to zero where that costs nothing."""
        tried = np.array(factor)
        for position in range(len(factor)):
            if abs(tried[position, position]) * self.scale[position] < 1e3 * NEGLIGIBLE:
                tried[position, position] = 0.0
        point = self.at(tried)
        return point if point.criterion <= least + NEGLIGIBLE else self.at(factor)


def _lower(theta: Floats, columns: int) -> Floats:
    factor = np.zeros((columns, columns))
    factor[np.tril_indices(columns)] = theta
    return factor


def _upright(factor: Floats) -> Floats:
    """The same covariance with no negative entry on the diagonal, as lme4 writes it."""
    return factor * np.where(np.diag(factor) < 0, -1.0, 1.0) + 0.0
