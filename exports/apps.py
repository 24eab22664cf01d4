"""The exports app."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Data cuts."""

    name = "exports"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Data cuts"
