"""What a test says: of one contrast with t, of several together with F."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import fdtrc, stdtr, stdtrit

from analysis.mixed.blocks import Floats


@dataclass(frozen=True)
class Estimate:
    """A contrast of the fixed effects: value, standard error, degrees of freedom of its t.

    `df` is NaN and so are the limits where the variance of the contrast is unknown.
    """

    value: float
    se: float
    df: float

    @property
    def t(self) -> float:
        """The estimate over its standard error."""
        return self.value / self.se

    @property
    def p(self) -> float:
        """Two-sided p against zero."""
        return float(2 * stdtr(self.df, -abs(self.t)))

    def limits(self, level: float = 0.95) -> tuple[float, float]:
        """The t interval at the confidence level."""
        margin = float(stdtrit(self.df, (1 + level) / 2)) * self.se
        return self.value - margin, self.value + margin


@dataclass(frozen=True)
class FTest:
    """Several contrasts together against zero; `scaling` is already in `f` (1 but for KR)."""

    f: float
    num_df: int
    den_df: float
    scaling: float = 1.0

    @property
    def p(self) -> float:
        """The upper tail of the F distribution."""
        return float(fdtrc(self.num_df, self.den_df, self.f))


class Inference(Protocol):
    """A way to test contrasts: Satterthwaite's or Kenward and Roger's."""

    def estimate(self, vector: Floats) -> Estimate:
        """The contrast `vector` of the fixed effects."""
        ...

    def joint(self, rows: Floats, against: Floats | None = None) -> FTest:
        """The contrasts in `rows`, all zero, or all as in the fixed effects `against`?"""
        ...


def independent_rows(rows: Floats) -> Floats:
    """The rows, or an orthonormal basis of what they span when some say the same twice."""
    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    rank = int((sizes > 1e-10 * sizes.max(initial=0.0)).sum())
    return rows if rank == len(rows) else basis[:rank]
