"""The covariance of the readings within each participant, and its derivatives.

Two parametrizations are kept apart. `first` and `second` are derivatives in (theta, sigma), the
parameters in which lmerTest takes its delta method; at theta = 0 the choice matters. `linear` are
the matrices G of V = sum gamma_r G_r, in which Kenward and Roger's adjustment is written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.mixed.blocks import Blocks, Floats


@dataclass(frozen=True)
class Covariance:
    """V by block (participant x place x place), with derivatives; zero where nothing is held.

    `first` and `linear` have the parameter in front, `second` two parameters. `weight` is the
    inverse of V on the places held.
    """

    v: Floats
    weight: Floats
    first: Floats
    second: Floats
    linear: Floats


def of_random_effects(blocks: Blocks, factor: Floats, sigma: float) -> Covariance:
    """V = sigma^2 (I + Z Lambda Lambda' Z'), parameters: the lower triangle of Lambda, sigma."""
    z, columns = blocks.z, len(factor)
    eye = blocks.held[:, :, None] * np.eye(blocks.held.shape[1])
    relative = eye + _sandwiched(z, factor @ factor.T)
    units = _units(columns)
    steps = [_sandwiched(z, unit @ factor.T + factor @ unit.T) for unit in units]
    count = len(units) + 1
    second = np.zeros((count, count, *relative.shape))
    for i, one in enumerate(units):
        for j, other in enumerate(units):
            second[i, j] = sigma**2 * _sandwiched(z, one @ other.T + other @ one.T)
        second[i, -1] = second[-1, i] = 2 * sigma * steps[i]
    second[-1, -1] = 2 * relative
    first = np.stack([*(sigma**2 * step for step in steps), 2 * sigma * relative])
    parts = [np.maximum(unit, unit.T) for unit in units]
    linear = np.stack([*(_sandwiched(z, part) for part in parts), eye])
    v = sigma**2 * relative
    return Covariance(v, inverse(v, blocks), first, second, linear)


def of_visits(blocks: Blocks, matrix: Floats) -> Covariance:
    """V of each participant is `matrix` at the visits held; parameters: its lower triangle."""
    size = len(matrix)
    mask = (blocks.held[:, :, None] & blocks.held[:, None, :]).astype(float)
    linear = np.stack([mask * np.maximum(unit, unit.T) for unit in _units(size)])
    second = np.zeros((len(linear), len(linear), 1, 1, 1))
    v = mask * matrix
    return Covariance(v, inverse(v, blocks), linear, second, linear)


def inverse(v: Floats, blocks: Blocks) -> Floats:
    """The inverse of each block on the places it holds, zero elsewhere."""
    empty = ~blocks.held
    filled = v + empty[:, :, None] * np.eye(v.shape[1])
    found: Floats = np.linalg.inv(filled) * (blocks.held[:, :, None] & blocks.held[:, None, :])
    return (found + found.transpose(0, 2, 1)) / 2


def _units(size: int) -> list[Floats]:
    """The matrices with a single one in their lower triangle, row by row."""
    found: list[Floats] = []
    for row, column in zip(*np.tril_indices(size), strict=True):
        unit = np.zeros((size, size))
        unit[row, column] = 1.0
        found.append(unit)
    return found


def _sandwiched(z: Floats, middle: Floats) -> Floats:
    found: Floats = z @ middle @ z.transpose(0, 2, 1)
    return found
