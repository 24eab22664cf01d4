"""The formats a data cut is written in."""
