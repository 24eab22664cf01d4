"""Where the files of the packs lie; those of the closed pack only sealed.

Each is sealed whole with AES-256-GCM (NIST SP 800-38D, 96 random bits of nonce) under a key that
is derived from the data key of the allocation list, and so hangs on the master key outside the
database. It is bound to its set and name: moved or renamed it does not open. What is in the clear
is never written to the disk.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exports import folders
from exports.packs.errors import PackFilesGone

VERSION, _NONCE = b"HERMES-PACK-1\n", 12
SEALED = ".sealed"


def seal(content: bytes, key: bytes, about: str) -> bytes:
    """The content, to be opened with the same key about the same thing only."""
    nonce = secrets.token_bytes(_NONCE)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, content, about.encode())


def open_sealed(stored: bytes, key: bytes, about: str) -> bytes:
    """The content again.

    Raises:
        PackFilesGone: another key, another place, or not what was sealed.
    """
    if not stored.startswith(VERSION):
        raise PackFilesGone
    nonce = stored[len(VERSION) : len(VERSION) + _NONCE]
    try:
        return AESGCM(key).decrypt(nonce, stored[len(VERSION) + _NONCE :], about.encode())
    except (InvalidTag, ValueError) as error:
        raise PackFilesGone from error


def write(folder: str, files: Mapping[str, bytes]) -> None:
    """Write the files as a folder that appears whole; an earlier try of it is removed."""
    base = folders.root() / "packs"
    base.mkdir(mode=0o700, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder}.", dir=base))
    try:
        for name, content in files.items():
            path = fresh / name
            with path.open("xb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            path.chmod(0o440)
        folders.discard(base / folder)
        fresh.rename(base / folder)
    finally:
        folders.discard(fresh)


def read(folder: str, name: str) -> bytes:
    """A file as it lies there.

    Raises:
        PackFilesGone: it is not there.
    """
    try:
        return (folders.root() / "packs" / folder / name).read_bytes()
    except OSError as error:
        raise PackFilesGone from error
