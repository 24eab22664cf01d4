"""Trials, each declared on one page."""
