"""The random numbers of one stratum: a recorded seed, a named generator, the same for ever. Pure.

1. Each stratum has its own stream. SHA-256 of the UTF-8 text ``algorithm LF seed LF stratum``
   gives 32 bytes: the first 16, big-endian, are the state of a PCG64 generator (M. E. O'Neill,
   2014: XSL-RR, 128-bit state, 64-bit output), the last 16 with the lowest bit set its increment.
2. A number below n is a 64-bit output modulo n; outputs of 2^64 - (2^64 mod n) or more are drawn
   again, so every number is equally likely.

Only raw 64-bit outputs are taken from numpy, whose generators keep their streams (NEP 19); the
methods built on them may change from one version to the next.
"""

from __future__ import annotations

import hashlib

from numpy.random import PCG64

OUTPUTS = 2**64
AT_A_TIME = 32
"""Outputs taken from the generator together; they are what it gives one by one."""


class Stream:
    """The random numbers of one stratum under one algorithm."""

    def __init__(self, seed: int, stratum: str, *, algorithm: str) -> None:
        digest = hashlib.sha256(f"{algorithm}\n{seed}\n{stratum}".encode()).digest()
        self._generator = PCG64(0)
        self._generator.state = {
            "bit_generator": "PCG64",
            "state": {
                "state": int.from_bytes(digest[:16], "big"),
                "inc": int.from_bytes(digest[16:], "big") | 1,
            },
            "has_uint32": 0,
            "uinteger": 0,
        }
        self._outputs: list[int] = []

    def output(self) -> int:
        """The next 64 bits as they come."""
        if not self._outputs:
            self._outputs = self._generator.random_raw(AT_A_TIME).tolist()[::-1]
        return self._outputs.pop()

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit`` - 1, each equally likely."""
        fair = OUTPUTS - OUTPUTS % limit
        while True:
            drawn = self.output()
            if drawn < fair:
                return drawn % limit

    def shuffle(self, places: list[str]) -> None:
        """Put a list into a random order, each order equally likely."""
        for last in range(len(places) - 1, 0, -1):
            other = self.below(last + 1)
            places[last], places[other] = places[other], places[last]
