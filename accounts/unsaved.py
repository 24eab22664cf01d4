"""The keys under which a person's unsaved answers wait in a browser.

Derived from the server's secret and the person, never stored: a browser has them in memory while
that person is signed in, and whoever finds the disk has only what they sealed.
"""

from __future__ import annotations

import base64

from django.utils.crypto import salted_hmac

from accounts.models import User


def unsaved_keys(user: User) -> dict[str, str]:
    """Two keys of 256 bits in base64: ``seal`` encrypts answers, ``name`` names where they lie."""
    return {use: _key(user, use) for use in ("seal", "name")}


def _key(user: User, use: str) -> str:
    made = salted_hmac(f"hermes.unsaved.{use}", str(user.pk), algorithm="sha256")
    return base64.b64encode(made.digest()).decode()
