"""The monitoring app."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The audit trail as people read it; verification and what it puts beside other pages."""

    name = "monitoring"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        """Put verification, the trail, and what was, beside the backbone's pages."""
        from monitoring.margins import trail_link
        from monitoring.past.items import marks
        from monitoring.past.panel import panel
        from monitoring.sdv_margin import MARGIN
        from trial import margin

        margin.register("verification", MARGIN)
        margin.register("past", margin.Margin(marks=marks, panel=panel))
        margin.register("trail", margin.Margin(panel=trail_link))
