"""The board's app."""

from django.apps import AppConfig


class DsmbConfig(AppConfig):
    """Meetings of the board, and where the trial stands on its stopping rules."""

    name = "safety.dsmb"
    label = "dsmb"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Data and safety monitoring board"
