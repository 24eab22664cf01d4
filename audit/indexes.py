"""The indexes the trail is read by: whatever it is narrowed to, no table is read through."""

from __future__ import annotations

from collections.abc import Sequence

_ORDER = "history_date, history_recorded_at, history_id"
# By time, by person, by kind, by what changed, and by the words of the reason.
_HISTORY = {
    "when": f"({_ORDER})",
    "who": f"(history_user_id, {_ORDER})",
    "kind": f"(history_type, {_ORDER})",
    "what": "USING gin (history_changed)",
    "why": "USING gin (to_tsvector('simple', history_change_reason)) "
    "WHERE history_change_reason <> ''",
}
_BY_PARTICIPANT = f"(participant_id, {_ORDER})"


def of_history(past: str, key: str, columns: Sequence[str]) -> str:
    """The statements for one history table; ``key`` leads from a version to the one before."""
    wanted = {**_HISTORY, "before": f'("{key}", history_id)'}
    if "participant_id" in columns:
        wanted["whose"] = _BY_PARTICIPANT
    return "".join(
        f'CREATE INDEX IF NOT EXISTS "{past[:50]}_{name}" ON "{past}" {what};'
        for name, what in wanted.items()
    )


# The log, for the same questions, and for what an act was about.
OF_EVENTS = """
CREATE INDEX IF NOT EXISTS audit_event_when ON audit_event (at, recorded_at, id);
CREATE INDEX IF NOT EXISTS audit_event_who ON audit_event (actor_id, at, recorded_at, id);
CREATE INDEX IF NOT EXISTS audit_event_whose ON audit_event (participant, at, recorded_at, id);
CREATE INDEX IF NOT EXISTS audit_event_kind ON audit_event (name, at, recorded_at, id);
CREATE INDEX IF NOT EXISTS audit_event_about ON audit_event (subject_type, subject_id, at);
CREATE INDEX IF NOT EXISTS audit_event_why ON audit_event
    USING gin (to_tsvector('simple', reason)) WHERE reason <> '';
"""
DROP_OF_EVENTS = """
DROP INDEX IF EXISTS audit_event_when, audit_event_who, audit_event_whose, audit_event_kind,
    audit_event_about, audit_event_why;
"""
