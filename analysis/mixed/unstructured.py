"""The model with an unstructured covariance of the visits in place of random effects.

REML by Fisher scoring with halved steps (Jennrich & Schluchter 1986, Biometrics 42:805). The
parameters are the variances and covariances themselves, so Satterthwaite's delta method and
Kenward and Roger's adjustment hold as they stand.
"""

from __future__ import annotations

import numpy as np

from analysis.mixed.blocks import Blocks, Floats, Ints, NotFitted, lay_out
from analysis.mixed.covariance import Covariance, of_visits
from analysis.mixed.fit import MixedFit, Source
from analysis.mixed.information import projected_traces, score, sums

STEPS = 200
SINGULAR, NOTHING = 1e-8, 1e-12
"""The least eigenvalue of correlations, and share of the largest variance, that still count."""
STILL = 1e-9
"""The squared length of the last step in units of the parameters' own spread."""
NOT_CONVERGED = "The fit with an unstructured covariance did not converge."


def fit_unstructured(y: Floats, x: Floats, who: Ints, visit: Ints) -> MixedFit:
    """Fit by REML; `visit` numbers the visits from 0, each at most once per participant.

    Raises:
        NotFitted: a pair of visits that nobody has, too few readings, or no convergence.
    """
    source = Source(y, x, who, np.zeros((len(y), 0)))
    blocks = lay_out(y, x, who, source.z, visit)
    held = blocks.held.astype(float)
    if (held.T @ held < 2).any():
        raise NotFitted("Two visits have fewer than two participants in common.")
    matrix = _start(blocks)
    if not is_covariance(matrix):
        raise NotFitted("At one visit the effects fit the readings exactly.")
    state = _solved(blocks, matrix)
    for _ in range(STEPS):
        step, size = _step(blocks, *state[:3])
        if size < STILL:
            covariance, effects, phi, criterion = state
            return MixedFit(source, blocks, effects, phi, covariance, criterion)
        matrix, state = _walk(blocks, matrix, step, state[3])
    raise NotFitted(NOT_CONVERGED)


def is_covariance(matrix: Floats) -> bool:
    """Whether variances are positive and correlations leave each visit something of its own."""
    variances = np.diag(matrix)
    if variances.min() <= NOTHING * variances.max():
        return False
    sizes = np.sqrt(variances)
    return float(np.linalg.eigvalsh(matrix / np.outer(sizes, sizes)).min()) > SINGULAR


State = tuple[Covariance, Floats, Floats, float]


def _start(blocks: Blocks) -> Floats:
    """The variance of the least squares residuals at each visit, no covariance."""
    q = np.linalg.qr(blocks.x[blocks.place])[0]
    y = blocks.y[blocks.place]
    squares = np.zeros(blocks.held.shape)
    squares[blocks.place] = (y - q @ (q.T @ y)) ** 2
    return np.diag(squares.sum(axis=0) / blocks.held.sum(axis=0))


def _solved(blocks: Blocks, matrix: Floats) -> State:
    """Effects, their covariance and the restricted deviance at one covariance matrix."""
    covariance = of_visits(blocks, matrix)
    wx = covariance.weight @ blocks.x
    information = np.einsum("mtp,mtr->pr", blocks.x, wx)
    phi = np.linalg.inv(information)
    effects = phi @ np.einsum("mtp,mt->p", wx, blocks.y)
    rest = blocks.y - blocks.x @ effects
    squares = np.einsum("mt,mts,ms->", rest, covariance.weight, rest)
    filled = covariance.v + (~blocks.held)[:, :, None] * np.eye(len(matrix))
    log_dets = np.linalg.slogdet(filled)[1].sum() + np.linalg.slogdet(information)[1]
    criterion = float(log_dets + squares + blocks.freedom * np.log(2 * np.pi))
    return covariance, effects, phi, criterion


def _step(
    blocks: Blocks, covariance: Covariance, effects: Floats, phi: Floats
) -> tuple[Floats, float]:
    """The scoring step as a symmetric matrix, and its squared length."""
    found = sums(blocks, covariance.weight, covariance.linear)
    expected = projected_traces(found, phi)
    change = -np.linalg.solve(expected, score(blocks, covariance, effects, phi, found))
    size = blocks.held.shape[1]
    lower = np.zeros((size, size))
    lower[np.tril_indices(size)] = change
    return lower + np.tril(lower, -1).T, float(change @ expected @ change)


def _walk(blocks: Blocks, matrix: Floats, step: Floats, before: float) -> tuple[Floats, State]:
    """The step, halved until the matrix is a covariance and the deviance no higher.

    Raises:
        NotFitted: no step goes down.
    """
    for halving in range(40):
        tried = matrix + step / 2**halving
        if is_covariance(tried):
            state = _solved(blocks, tried)
            if state[3] <= before + 1e-9:
                return tried, state
    raise NotFitted(NOT_CONVERGED)
