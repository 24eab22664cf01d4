"""The exports app."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Data cuts."""

    name = "exports"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Data cuts"

    def ready(self) -> None:
        """Have the analysis plan written down at the database lock."""
        from exports.plan_lock import write_down
        from trial.lock_notes import register_note

        register_note("analysis plan", write_down)
