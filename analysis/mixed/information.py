"""Sums over participants that score, Hessian, Satterthwaite and Kenward-Roger all need.

With P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1, the restricted deviance log|V| + log|X'V^-1 X| + y'P y
has the derivatives (Harville 1977, J Am Stat Assoc 72:320; Giesbrecht & Burns 1985, Biometrics
41:477)

    d_i  = tr(P V_i) - y'P V_i P y
    d_ij = tr(P V_ij) - tr(P V_i P V_j) - y'P V_ij P y + 2 y'P V_i P V_j P y.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.mixed.blocks import Blocks, Floats
from analysis.mixed.covariance import Covariance


@dataclass(frozen=True)
class Sums:
    """For matrices V_i: `a` = X'V^-1 V_i V^-1 X, `q` = X'V^-1 V_i V^-1 V_j V^-1 X,
    `traces` = tr(V^-1 V_i V^-1 V_j)."""

    a: Floats
    q: Floats
    traces: Floats


def sums(blocks: Blocks, weight: Floats, parts: Floats) -> Sums:
    """The sums for the matrices `parts` (parameter x participant x place x place)."""
    wx = weight @ blocks.x
    inner = parts @ wx
    a = np.tensordot(inner, wx, axes=([1, 2], [0, 1]))
    q = np.tensordot(inner, weight @ inner, axes=([1, 2], [1, 2])).transpose(0, 2, 1, 3)
    product = weight @ parts
    turned = product.transpose(0, 1, 3, 2)
    traces = np.tensordot(product, turned, axes=([1, 2, 3], [1, 2, 3]))
    return Sums((a + a.transpose(0, 2, 1)) / 2, q, traces)


def projected_traces(found: Sums, phi: Floats) -> Floats:
    """tr(P V_i P V_j): twice Kenward and Roger's expected information."""
    crossed = np.einsum("pr,ijrp->ij", phi, found.q)
    halves = phi @ found.a
    both = np.einsum("ipr,jrp->ij", halves, halves)
    result: Floats = found.traces - crossed - crossed.T + both
    return (result + result.T) / 2


def score(
    blocks: Blocks, covariance: Covariance, effects: Floats, phi: Floats, found: Sums
) -> Floats:
    """Gradient of the restricted deviance; `found` are the sums for `covariance.first`."""
    left = _left(blocks, covariance, effects)
    inside = (covariance.first @ left[:, :, None])[..., 0]
    traces = _traces(covariance.weight, covariance.first)
    squares = np.einsum("mt,imt->i", left, inside)
    result: Floats = traces - np.einsum("pr,irp->i", phi, found.a) - squares
    return result


def hessian(blocks: Blocks, covariance: Covariance, effects: Floats, phi: Floats) -> Floats:
    """Hessian of the restricted deviance in the parameters of `covariance.first`."""
    weight, first, second = covariance.weight, covariance.first, covariance.second
    left, wx = _left(blocks, covariance, effects), weight @ blocks.x
    inside = (first @ left[:, :, None])[..., 0]
    outer = np.einsum("mtp,imt->ip", wx, inside)
    quadratic = np.einsum("imt,mts,jms->ij", inside, weight, inside, optimize=True)
    bent = 2 * (quadratic - outer @ phi @ outer.T)
    bent = bent - projected_traces(sums(blocks, weight, first), phi)
    if np.any(second):
        curved = np.einsum("mtp,ijmts,msr->ijpr", wx, second, wx, optimize=True)
        bent = bent + _traces(weight, second) - np.einsum("pr,ijrp->ij", phi, curved)
        bent = bent - np.einsum("mt,ijmts,ms->ij", left, second, left, optimize=True)
    result: Floats = (bent + bent.T) / 2
    return result


def _left(blocks: Blocks, covariance: Covariance, effects: Floats) -> Floats:
    """V^-1 (y - X beta), which is P y."""
    rest = blocks.y - blocks.x @ effects
    found: Floats = (covariance.weight @ rest[:, :, None])[:, :, 0]
    return found


def _traces(weight: Floats, parts: Floats) -> Floats:
    found: Floats = np.einsum("mts,...mst->...", weight, parts)
    return found
