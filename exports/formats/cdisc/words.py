"""Our own words in the plain ASCII that SAS transport holds; never a word of the data. Pure."""

from __future__ import annotations

from exports.formats import short_names

LONGEST = 200


def plain(label: str) -> str:
    """A label, a title or a criterion in ASCII; as it is where it has no such form.

    What then cannot be written is told with its column when the file is made.
    """
    return short_names.ascii_label(label, LONGEST) or label
