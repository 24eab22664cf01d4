"""The master key outside the database, and the data keys it wraps. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field

from randomization.sealing.boxes import Box, SealError

_BYTES = 32
# 1 + 12 + 46 + 16 = 75 bytes are 100 characters.
DATA_KEY = Box("data key", 46)


class BadKeyError(SealError):
    """A master key that is none, or not the one in use."""


@dataclass(frozen=True)
class DataKey:
    """The key of one list; it is in memory only while something is sealed or opened."""

    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class MasterKey:
    """The key that wraps the data keys: 32 random bytes, as 43 characters of base64url."""

    secret: bytes = field(repr=False)

    @classmethod
    def read(cls, text: str) -> MasterKey:
        """The key from its text, as the environment or a file holds it.

        Raises:
            BadKeyError: it is not 43 characters of base64url.
        """
        try:
            secret = base64.b64decode(f"{text.strip()}=", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if len(secret) != _BYTES:
            raise BadKeyError(
                "An allocation key is 43 letters, digits, - and _, as "
                "`manage.py allocation_key new FILE` makes them."
            )
        return cls(secret)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that tell keys apart and nothing of the key."""
        return hashlib.sha256(b"hermes/1\nfingerprint\n" + self.secret).hexdigest()[:16]

    def wrap(self, key: DataKey, about: str) -> str:
        """A data key as the database keeps it, bound to its list."""
        return DATA_KEY.seal(self.secret, key.secret, about)

    def unwrap(self, text: str, about: str) -> DataKey:
        """The data key again.

        Raises:
            BrokenSealError: it was wrapped under another key, for another list, or altered.
        """
        return DataKey(DATA_KEY.open(self.secret, text, about))


def new_master_key() -> str:
    """A new master key as text, from the operating system's random numbers."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).decode().rstrip("=")


def new_data_key() -> DataKey:
    """A new key for a list."""
    return DataKey(secrets.token_bytes(_BYTES))
