"""The parts of an address that name something: a site, a participant.

What could not be such a name is no address at all, so no text from an address reaches the
database unread (a zero byte would be an error there, not a page that is missing).
"""

from __future__ import annotations

from datetime import date

from django.urls.converters import StringConverter


class SiteCode(StringConverter):
    """The code of a site, GRE."""

    regex = "[A-Z]{2,5}"


class ParticipantCode(StringConverter):
    """The code of a participant, GRE-014-7."""

    regex = "[A-Z]{2,5}-[0-9]{3}-[0-9]"


class Day:
    """A calendar day, 2027-03-12; one that does not exist is no address."""

    regex = "(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """The day.

        Raises:
            ValueError: there is no such day.
        """
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """As it stands in an address."""
        return str(value)
