"""The safety app."""

from django.apps import AppConfig


class SafetyConfig(AppConfig):
    """Adverse events."""

    name = "safety"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Safety"
