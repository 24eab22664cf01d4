"""The monitoring app."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The audit trail as people read it."""

    name = "monitoring"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Monitoring"
