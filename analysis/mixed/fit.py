"""A fitted linear mixed model."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from analysis.mixed.blocks import Blocks, Floats, Ints, NotFitted, lay_out
from analysis.mixed.covariance import Covariance, of_random_effects
from analysis.mixed.profile import Point, Profile

SINGULAR = 1e-4
"""A relative standard deviation below this is a singular fit (lme4's isSingular)."""


@dataclass(frozen=True)
class Source:
    """What a model is fitted to: readings, design, participants numbered from 0, random columns."""

    y: Floats
    x: Floats
    who: Ints
    z: Floats

    def without(self, participant: int) -> Source:
        """The same without one participant, the others numbered anew."""
        kept = self.who != participant
        who = self.who[kept]
        return Source(self.y[kept], self.x[kept], who - (who > participant), self.z[kept])


@dataclass(frozen=True)
class Parameters:
    """What a fit with random effects estimates, without any of its inference."""

    effects: Floats
    factor: Floats
    sigma: float


@dataclass(frozen=True)
class MixedFit:
    """Estimates by REML: effects, their covariance Phi, and the covariance of the readings.

    `factor` is Lambda of the random effects in units of `sigma`; it has no rows in a model without.
    `criterion` is minus twice the restricted log-likelihood.
    """

    source: Source
    blocks: Blocks
    effects: Floats
    phi: Floats
    covariance: Covariance
    criterion: float
    factor: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    sigma: float = float("nan")

    @property
    def components(self) -> Floats:
        """Covariance matrix of the random effects: sigma^2 Lambda Lambda'."""
        found: Floats = self.sigma**2 * self.factor @ self.factor.T
        return found

    @property
    def singular(self) -> bool:
        """Whether a random effect has no variance, or none of its own."""
        return bool((np.abs(np.diag(self.factor)) < SINGULAR).any())

    @cached_property
    def marginal(self) -> Floats:
        """Residuals about the fixed effects, in the order of the readings."""
        return self.source.y - self.source.x @ self.effects

    @cached_property
    def random_effects(self) -> Floats:
        """Best linear unbiased predictions of b, participant x column (Henderson 1975,
        Biometrics 31:423): G Z'V^-1 (y - X beta)."""
        blocks = self.blocks
        left = self.covariance.weight @ (blocks.y - blocks.x @ self.effects)[:, :, None]
        found: Floats = (blocks.z.transpose(0, 2, 1) @ left)[:, :, 0] @ self.components
        return found

    @cached_property
    def conditional(self) -> Floats:
        """Residuals about fixed and predicted random effects, in the order of the readings."""
        predicted = (self.source.z * self.random_effects[self.source.who]).sum(axis=1)
        found: Floats = self.marginal - predicted
        return found

    @cached_property
    def without_each(self) -> tuple[Parameters | NotFitted, ...]:
        """The estimates without each participant in turn, or why there are none: that participant
        alone carries an effect."""
        return tuple(_without(self.source, each) for each in range(self.blocks.participants))

    @property
    def fitted(self) -> Floats:
        """The readings that fixed and predicted random effects expect."""
        return self.source.y - self.conditional


def fit_random_effects(source: Source) -> MixedFit:
    """Fit y = X beta + Z b + e by REML, b free in its covariance, e independent.

    Raises:
        NotFitted: too few readings, a singular design, or a search without end.
    """
    profile, point = _searched(source)
    back = np.linalg.inv(profile.corner)
    sigma = float(np.sqrt(point.variance))
    return MixedFit(
        source=source,
        blocks=profile.blocks,
        effects=back @ point.beta,
        phi=point.variance * back @ point.unscaled @ back.T,
        covariance=of_random_effects(profile.blocks, point.factor, sigma),
        criterion=point.criterion,
        factor=point.factor,
        sigma=sigma,
    )


def _without(source: Source, participant: int) -> Parameters | NotFitted:
    try:
        return parameters_of(source.without(participant))
    except NotFitted as reason:
        return reason


def parameters_of(source: Source) -> Parameters:
    """Effects and covariance alone, where nothing else of the fit is asked.

    Raises:
        NotFitted: as `fit_random_effects`.
    """
    profile, point = _searched(source)
    effects = np.linalg.inv(profile.corner) @ point.beta
    return Parameters(effects, point.factor, float(np.sqrt(point.variance)))


def _searched(source: Source) -> tuple[Profile, Point]:
    blocks = lay_out(source.y, source.x, source.who, source.z)
    if blocks.readings <= blocks.participants * source.z.shape[1]:
        raise NotFitted("There are as many random effects as readings.")
    profile = Profile(blocks)
    return profile, profile.least()


def fit_random_intercept(y: Floats, x: Floats, who: Ints) -> MixedFit:
    """The model with one random intercept per participant."""
    return fit_random_effects(Source(y, x, who, np.ones((len(y), 1))))


def fit_least_squares(y: Floats, x: Floats, who: Ints) -> MixedFit:
    """The model without random effects: ordinary least squares, its df are n - p."""
    return fit_random_effects(Source(y, x, who, np.zeros((len(y), 0))))
