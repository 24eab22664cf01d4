"""Static files: hashed names, compressed, and forgiving before the first collectstatic."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Hashed names once collected; a file not in the manifest keeps its plain name."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The hashed name; the plain one while nothing is collected (as in the tests)."""
        try:
            found: str = super().stored_name(name)
        except ValueError:
            return name
        return found
