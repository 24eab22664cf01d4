"""The randomization app."""

from django.apps import AppConfig


class RandomizationConfig(AppConfig):
    """Allocation, and the treatment given."""

    name = "randomization"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Randomization and treatment"

    def ready(self) -> None:
        """Tell people of unblindings beside the backbone's pages."""
        from randomization.unblinding.margin import MARGIN
        from trial import margin

        margin.register("unblinding", MARGIN)
