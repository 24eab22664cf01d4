"""The outcomes app: it adds every instrument to the registry of forms."""

from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    """Scales and typed forms."""

    name = "outcomes"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Outcomes"

    def ready(self) -> None:
        """Let the backbone know the forms."""
        from outcomes.specs import register_instruments

        register_instruments()
