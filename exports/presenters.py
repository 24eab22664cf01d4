"""How cuts read on a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from exports import scope, selectors
from exports.formats import registry
from exports.models import DataCut
from trial.templatetags.hermes import local_time

# The shapes of states that mean the same elsewhere.
_SHAPES = {
    DataCut.QUEUED: "planned",
    DataCut.RUNNING: "due",
    DataCut.DONE: "complete",
    DataCut.FAILED: "missed",
    DataCut.CANCELLED: "not_done",
}


@dataclass(frozen=True)
class Progress:
    """How far a cut has come. ``left`` is the pace and the time left in words, empty while nobody
    can know."""

    done: int
    total: int | None
    left: str


def blinding(cut: DataCut) -> str:
    """Whether the cut tells arms, in words."""
    return "Blinded" if cut.blinded else "Unblinded: tells the arms"


def progress(cut: DataCut, at: datetime) -> Progress:
    """How far the cut is, and how long the rest takes at the pace so far."""
    return Progress(cut.rows_done, cut.rows_total, _left(cut, at))


def _left(cut: DataCut, at: datetime) -> str:
    if cut.status == DataCut.QUEUED:
        return "waiting for a worker"
    if not cut.rows_done or cut.rows_total is None or cut.started_at is None:
        return ""
    spent = (at - cut.started_at).total_seconds()
    if not (waiting := cut.rows_total - cut.rows_done):
        return "writing the other formats and the codebook"
    return f"{_rate(cut.rows_done, spent)}, {_duration(spent * waiting / cut.rows_done)} left"


def _rate(rows: int, seconds: float) -> str:
    return f"{round(rows / max(seconds, 1)):,} rows a second"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return "less than a minute"
    minutes = round(seconds / 60)
    return f"about {minutes} minute{'s' if minutes > 1 else ''}"


def size(count: int) -> str:
    """A number of bytes, read by a person."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def row(cut: DataCut) -> dict[str, object]:
    """What the list and the head of the page show of a cut."""
    files = selectors.files_of(cut)
    return {
        "cut": cut,
        "shape": _SHAPES[cut.status],
        "state": cut.get_status_display(),
        "blinding": blinding(cut),
        "part": "" if scope.scope_of(cut) == scope.Scope() else scope.words(cut),
        "rows": cut.rows_total if files else None,
        "size": size(sum(file.bytes for file in files)) if files else "",
    }


def facts(cut: DataCut) -> list[tuple[str, object]]:
    """Who, when and why."""
    found: list[tuple[str, object]] = [
        ("Purpose", cut.purpose),
        ("Arms", blinding(cut)),
        ("Holds", scope.words(cut)),
        ("Formats", registry.titles(cut.formats)),
        ("Asked for by", cut.requested_by.full_name),
        ("Asked for", local_time(cut.requested_at)),
    ]
    if cut.final:
        found.append(("Final", _locked(cut)))
    if cut.as_of is not None:
        found.append(("As of", local_time(cut.as_of)))
    if cut.manifest_sha256:
        found.append(("SHA-256 of the manifest", cut.manifest_sha256))
    if seal := (cut.manifest or {}).get("seal"):
        found.append(("Newest seal of the trail", f"{seal['number']}:{seal['hash']}"))
    return found


def _locked(cut: DataCut) -> str:
    """Which lock it is the final cut of."""
    told = (cut.manifest or {}).get("final")
    words = "the one cut of the locked trial that is analysed"
    if told is None:
        return words
    locked_at = local_time(datetime.fromisoformat(told["locked_at"]))
    return f"{words}; locked by {told['locked_by']}, {locked_at}"


def files(cut: DataCut) -> list[dict[str, object]]:
    """The files with their number of rows, size and hash."""
    return [
        {"name": file.name, "rows": file.rows, "size": size(file.bytes), "sha256": file.sha256}
        for file in selectors.files_of(cut)
    ]
