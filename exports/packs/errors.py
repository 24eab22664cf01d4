"""What the packs refuse."""

from __future__ import annotations

from audit.errors import Refused


class PackFilesGone(Refused):
    """The file is not where it was put, or is not what was put there."""

    code = "pack-gone"
    message = "This file is not on the server as it was made. Tell the unblinded statistician."
    status = 410


class NoPacks(Refused):
    """The act rests on packs that are not there yet."""

    code = "no-packs"
    message = "The packs of this meeting are not made yet: the recommendation rests on them."
