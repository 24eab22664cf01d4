"""What differs between two trials whatever the arms: drawn names, hashes of everything, clocks.

Values that exist in the database are replaced one by one, so that nothing else that happens to
look like them is forgiven.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from audit.models import Seal
from exports.models import DataCut
from randomization.models import AllocationList, Unblinding
from safety.alerts.models import Alert
from trial.models import Lock

_DRAWN = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|"csrf": "[^"]*"'
    r'|"request_id": "[^"]*"|csrftoken=[^;]*|sessionid=[^;]*'
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)


# So much of a hash stands in a list.
_SHORT = 12


def _values() -> Iterator[tuple[str, str]]:
    for seal in Seal.objects.all():
        yield from _hash(seal.hash, "SEAL")
    for row in AllocationList.objects.all():
        yield from _hash(row.commitment, "COMMITMENT")
    for cut in DataCut.objects.exclude(manifest_sha256=""):
        yield from _hash(cut.manifest_sha256, "MANIFEST")
    for lock in Lock.objects.all():
        yield lock.code, "LOCK"
    for one in Unblinding.objects.all():
        yield one.code, "UNBLINDING"
    for alert in Alert.objects.all():
        yield alert.code, f"ALERT {alert.kind}"


def _hash(value: str, name: str) -> Iterator[tuple[str, str]]:
    yield value, name
    yield value[:_SHORT], f"{name} in short"


def _clock() -> re.Pattern[str]:
    """Instants of the real clock: the database's own, which no test can stop."""
    days = [datetime.now(UTC) + timedelta(days=shift) for shift in (-1, 0, 1)]
    iso = "|".join(f"{day:%Y-%m-%d}" for day in days)
    spoken = "|".join(f"{day.day} {day:%b %Y}" for day in days)
    return re.compile(
        rf"(?:{iso})[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)?"
        rf"|(?:{spoken}) \d\d:\d\d(?::\d\d)?"
    )


def masked() -> Callable[[str], str]:
    """A text without what differs in any case; for the trial in the database now."""
    values = dict(_values())
    known = re.compile("|".join(map(re.escape, values)) or r"(?!)")
    clock = _clock()

    def mask(text: str) -> str:
        text = known.sub(lambda found: values[found.group()], text)
        return clock.sub("CLOCK", _DRAWN.sub("DRAWN", text))

    return mask
