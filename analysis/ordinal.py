"""The proportional odds model of an ordinal grade, by maximum likelihood.

McCullagh (1980), J R Stat Soc B 42:109: logit P(grade <= k) = alpha_k - x beta, one beta for every
cut between grades. Newton's method on the analytic gradient and Hessian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, expit

from analysis.mixed import NotFitted
from analysis.mixed.blocks import Floats

STEPS = 80
STILL, SLACK = 1e-18, 1e-10
FARTHEST = 15.0
"""A standard error beyond this, of a log odds ratio for one SD: the data are separated."""
SEPARATED = "The grades are separated: an odds ratio has no finite estimate."


@dataclass(frozen=True)
class OrdinalFit:
    """Log odds ratios of a higher grade with their covariance, the cuts, the log-likelihood."""

    effects: Floats
    covariance: Floats
    cuts: Floats
    log_likelihood: float


def fit_proportional_odds(grades: Sequence[int], x: Floats) -> OrdinalFit:
    """Fit the grades on the columns of `x` (no intercept); grades nobody has do not count.

    Raises:
        NotFitted: one grade only, too few readings, columns that cannot be told apart, or
            separated data.
    """
    levels, codes = np.unique(np.asarray(grades), return_inverse=True)
    cuts, columns = len(levels) - 1, x.shape[1]
    if cuts < 1:
        raise NotFitted("Everybody has the same grade.")
    if len(codes) <= cuts + columns:
        raise NotFitted("There are too few readings for the number of effects.")
    centre, spread = x.mean(axis=0), x.std(axis=0)
    whole = np.column_stack([np.ones(len(x)), x])
    if (spread == 0).any() or np.linalg.matrix_rank(whole) <= columns:
        raise NotFitted("The design is singular: the effects cannot be told apart.")
    rows = _Rows(codes, (x - centre) / spread, cuts)
    theta, information, log_likelihood = _maximum(rows, _start(codes, cuts, columns))
    scaled = theta[cuts:]
    if np.linalg.eigvalsh(information).min() <= 1 / FARTHEST**2:
        raise NotFitted(SEPARATED)
    covariance = np.linalg.inv(information)[cuts:, cuts:] / np.outer(spread, spread)
    effects = scaled / spread
    return OrdinalFit(effects, covariance, theta[:cuts] + centre @ effects, log_likelihood)


def likelihood_ratio_p(larger: OrdinalFit, smaller: OrdinalFit) -> float:
    """p of the likelihood ratio test between two nested fits of the same grades."""
    statistic = max(0.0, 2 * (larger.log_likelihood - smaller.log_likelihood))
    return float(chdtrc(len(larger.effects) - len(smaller.effects), statistic))


@dataclass(frozen=True)
class _Rows:
    """Of each reading: its grade from 0, its covariates; and the number of cuts."""

    codes: np.ndarray
    x: Floats
    cuts: int

    def edge(self, above: int) -> tuple[Floats, np.ndarray]:
        """Derivatives in (alpha, beta) of the cut over (0) or under (-1) each reading's grade, and
        whether there is one."""
        at = self.codes + above
        held = (at >= 0) & (at < self.cuts)
        cut = np.zeros((len(at), self.cuts))
        cut[np.flatnonzero(held), at[held]] = 1.0
        return np.column_stack([cut, -self.x]) * held[:, None], held


def _start(codes: np.ndarray, cuts: int, columns: int) -> Floats:
    """The logits of the cumulative shares, and no effect."""
    below = np.array([(codes <= cut).mean() for cut in range(cuts)])
    return np.concatenate([np.log(below / (1 - below)), np.zeros(columns)])


def _maximum(rows: _Rows, theta: Floats) -> tuple[Floats, Floats, float]:
    """The maximum, its observed information and the log-likelihood there.

    Raises:
        NotFitted: no step goes up any more before the gradient is nil.
    """
    value, gradient, information = _derivatives(rows, theta)
    for _ in range(STEPS):
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        if abs(float(gradient @ step)) < STILL:
            return theta, information, value
        for halving in range(30):
            tried = theta + step / 2**halving
            found = _derivatives(rows, tried)
            if found[0] > value - SLACK:
                break
        else:
            break
        theta, (value, gradient, information) = tried, found
    raise NotFitted(SEPARATED)


def _derivatives(rows: _Rows, theta: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood, gradient, and minus the Hessian; minus infinity where cuts cross."""
    (over, has_over), (under, has_under) = rows.edge(0), rows.edge(-1)
    high = np.where(has_over, expit(over @ theta), 1.0)
    low = np.where(has_under, expit(under @ theta), 0.0)
    share = high - low
    if (share <= 0).any():
        size = len(theta)
        return -np.inf, np.zeros(size), np.eye(size)
    dense_high, dense_low = high * (1 - high), low * (1 - low)
    slopes = (over * dense_high[:, None] - under * dense_low[:, None]) / share[:, None]
    bent_high = dense_high * (1 - 2 * high) / share
    bent_low = dense_low * (1 - 2 * low) / share
    curved = (over * bent_high[:, None]).T @ over - (under * bent_low[:, None]).T @ under
    return float(np.log(share).sum()), slopes.sum(axis=0), slopes.T @ slopes - curved
