"""Static files: hashed names, compressed, and forgiving before the first collectstatic."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Hashed names once collected; a file not in the manifest keeps its plain name."""

    manifest_strict = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """The address of a file; a page asks for twenty, and they do not change while we run."""
        if force:
            return str(super().url(name, force))
        if name not in self._addresses:
            self._addresses[name] = str(super().url(name))
        return self._addresses[name]

    def stored_name(self, name: str) -> str:
        """The hashed name; the plain one while nothing is collected (as in the tests)."""
        try:
            found: str = super().stored_name(name)
        except ValueError:
            return name
        return found
