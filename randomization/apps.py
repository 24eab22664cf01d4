"""The randomization app."""

from django.apps import AppConfig


class RandomizationConfig(AppConfig):
    """Allocation, and the treatment given."""

    name = "randomization"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Randomization and treatment"

    def ready(self) -> None:
        """Tell people of unblindings, and of a list that runs low, beside the backbone's pages."""
        from randomization.low_water import MARGIN as LOW_WATER
        from randomization.unblinding.margin import MARGIN
        from trial import margin

        margin.register("unblinding", MARGIN)
        margin.register("low water", LOW_WATER)
