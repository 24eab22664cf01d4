"""One sealed box: AES-256-GCM over a padded content, as text of a fixed length. Pure.

NIST SP 800-38D: the nonce is 96 random bits, never chosen, so that under one key 2^32 boxes are
safe; a list of 10,000 places in a thousand strata is far below. What is sealed is written behind
its length (two bytes, big-endian) and filled up with zeros to the width of its kind: the length of
a box tells its kind and nothing else. As text it is base64url without padding of: version (one
byte), nonce, ciphertext, tag.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
_NONCE, _TAG, _LENGTH = 12, 16, 2


class SealError(ValueError):
    """Something about a seal is wrong: the sentence says what."""


class BrokenSealError(SealError):
    """The box does not open: another key, another place, or it was altered."""

    def __init__(self) -> None:
        super().__init__("It does not open with this key at this place, or was altered.")


class TooLongError(SealError):
    """More than a box of this kind holds."""


@dataclass(frozen=True)
class Box:
    """One kind of sealed thing: its name and the width it is padded to, in bytes.

    The width is chosen so that the text needs no padding of its own.
    """

    kind: str
    width: int

    @property
    def text_length(self) -> int:
        """How many characters every box of this kind has."""
        return (len(VERSION) + _NONCE + self.width + _TAG) * 4 // 3

    def seal(self, key: bytes, content: bytes, about: str) -> str:
        """Seal a content and bind it to what it is about.

        Raises:
            TooLongError: the content does not fit.
        """
        room = self.width - _LENGTH
        if len(content) > room:
            raise TooLongError(f"A sealed {self.kind} holds {room} bytes, not {len(content)}.")
        padded = len(content).to_bytes(_LENGTH, "big") + content.ljust(room, b"\0")
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(key).encrypt(nonce, padded, self._bound(about))
        return base64.urlsafe_b64encode(VERSION + nonce + sealed).decode()

    def open(self, key: bytes, text: str, about: str) -> bytes:
        """The content again.

        Raises:
            BrokenSealError: another key, another place, or not what was sealed.
        """
        try:
            raw = base64.b64decode(text, altchars=b"-_", validate=True)
            if len(text) != self.text_length or raw[:1] != VERSION:
                raise BrokenSealError
            nonce, sealed = raw[1 : 1 + _NONCE], raw[1 + _NONCE :]
            padded = AESGCM(key).decrypt(nonce, sealed, self._bound(about))
        except (InvalidTag, binascii.Error, UnicodeEncodeError, ValueError) as error:
            raise BrokenSealError from error
        length = int.from_bytes(padded[:_LENGTH], "big")
        return padded[_LENGTH : _LENGTH + length]

    def _bound(self, about: str) -> bytes:
        return f"hermes/1\n{self.kind}\n{about}".encode()
