"""Alerts that arrive: written with the act that causes them, sent, acknowledged, escalated."""
