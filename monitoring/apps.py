"""The monitoring app."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The audit trail as people read it; verification, queries, and where they stand."""

    name = "monitoring"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        """Put queries and verification beside the backbone's pages."""
        from monitoring.queries.margin import MARGIN as QUERIES
        from monitoring.sdv_margin import MARGIN as VERIFICATION
        from trial import margin

        margin.register("queries", QUERIES)
        margin.register("verification", VERIFICATION)
