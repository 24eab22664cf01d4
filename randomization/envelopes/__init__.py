"""Envelopes on paper, for when the system cannot be reached."""
