"""Static files: hashed names, compressed, and forgiving before the first collectstatic."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed names once collected; a file not in the manifest keeps its plain name."""

    manifest_strict = False
