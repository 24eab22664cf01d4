"""Why a saved answer changes: the reasons to pick from. Pure."""

from __future__ import annotations

# What a slip soon after the first entry counts as by itself: see ``services.slips``.
TYPING_ERROR = "Typing error"
OTHER = "Other"
REASONS = (
    TYPING_ERROR,
    "Transcription error",
    "New or corrected source document",
    "Answer to a query",
    "Entered in the wrong place",
    OTHER,
)
