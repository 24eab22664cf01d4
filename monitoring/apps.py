"""The monitoring app."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The audit trail as people read it; verification and what it puts beside other pages."""

    name = "monitoring"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        """Put verification and the way to the trail beside the backbone's pages."""
        from monitoring.margins import trail_link
        from monitoring.sdv_margin import MARGIN
        from trial import margin

        margin.register("verification", MARGIN)
        margin.register("trail", margin.Margin(panel=trail_link))
