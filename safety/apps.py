"""The safety app."""

from django.apps import AppConfig


class SafetyConfig(AppConfig):
    """Adverse events, and the alerts that they and others cause."""

    name = "safety"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Safety"

    def ready(self) -> None:
        """Have clocks told of; put alerts, the desk's clocks and deaths on the home page."""
        from safety.alerts.clocks import register_clocks
        from safety.alerts.margin import MARGIN as ALERTS
        from safety.alerts.saes import sae_clocks
        from safety.deaths import MARGIN as DEATHS
        from safety.desk.escalating import report_clocks
        from safety.desk.margin import MARGIN as DESK
        from trial import margin

        register_clocks("sae", sae_clocks)
        register_clocks("reports", report_clocks)
        margin.register("alerts", ALERTS)
        margin.register("safety-desk", DESK)
        margin.register("deaths", DEATHS)
