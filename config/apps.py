"""The composition root as an app: wires the layers together at start-up."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Connects events to tasks and checks that every form of the protocol exists."""

    name = "config"
    verbose_name = "Configuration"

    def ready(self) -> None:
        """Wire the outbox and import the start-up checks."""
        from audit.events import set_dispatch
        from config import checks, handlers
        from exports import monitoring_table
        from monitoring import exported
        from randomization.selectors import doses_unblinded, infusion_dates_unblinded
        from safety.treatment import set_dose_source, set_infusion_source

        set_dispatch(handlers.dispatch)
        set_infusion_source(infusion_dates_unblinded)
        set_dose_source(doses_unblinded)
        monitoring_table.set_source(
            monitoring_table.Source(
                exported.query_table, exported.verification_table, exported.records
            )
        )
        checks.install()
