"""The monitoring app."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The audit trail as people read it; verification, queries, and where they stand."""

    name = "monitoring"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        """Put queries, verification, the trail, and what was, beside the backbone's pages."""
        from monitoring.margins import trail_link
        from monitoring.past.items import marks
        from monitoring.past.panel import panel
        from monitoring.queries.margin import MARGIN as QUERIES
        from monitoring.queries.objections import live_queries
        from monitoring.sdv_margin import MARGIN as VERIFICATION
        from trial import margin
        from trial.objections import register_objections

        margin.register("queries", QUERIES)
        register_objections("queries", live_queries)
        margin.register("verification", VERIFICATION)
        margin.register("past", margin.Margin(marks=marks, panel=panel))
        margin.register("trail", margin.Margin(panel=trail_link))
