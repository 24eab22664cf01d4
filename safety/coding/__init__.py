"""Adverse events in the terms of the sponsor's MedDRA: loading it, coding, moving to a version."""
