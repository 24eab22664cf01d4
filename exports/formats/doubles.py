"""Numbers, days and instants as the doubles that statistics packages count in. Pure."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_WHOLE_NUMBERS = 2**53
_UNIX = date(1970, 1, 1)
_SECONDS = 86_400


class TooLargeError(ValueError):
    """A whole number that no double holds to its last digit."""


def doubles(values: pa.Array, *, epoch: date, day: int = 1, second: int = 1) -> NDArray[np.float64]:
    """The values as doubles, NaN where there is none; true is 1.

    Days count from ``epoch`` in units of which a day has ``day``, instants in UTC in units of
    which a second has ``second``.

    Raises:
        TooLargeError: a whole number above two to the power of 53.
    """
    since = (_UNIX - epoch).days
    if pa.types.is_date(values.type):
        values = pc.multiply(pc.add(values.cast(pa.int32()).cast(pa.int64()), since), day)
    elif pa.types.is_timestamp(values.type):
        seconds = values.cast(pa.timestamp("s", "UTC")).cast(pa.int64())
        values = pc.multiply(pc.add(seconds, since * _SECONDS), second)
    elif pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    if pa.types.is_integer(values.type):
        low, high = (pc.min_max(values)[end].as_py() or 0 for end in ("min", "max"))
        if max(-low, high) > _WHOLE_NUMBERS:
            raise TooLargeError
    found: NDArray[np.float64] = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found
