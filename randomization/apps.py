"""The randomization app."""

from django.apps import AppConfig


class RandomizationConfig(AppConfig):
    """Allocation, and the treatment given."""

    name = "randomization"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Randomization and treatment"

    def ready(self) -> None:
        """Put unblindings, guesses, a low list, and what unit and ward owe beside the pages."""
        from randomization.guesses import pages as guesses
        from randomization.low_water import MARGIN as LOW_WATER
        from randomization.unblinding.margin import MARGIN as UNBLINDING
        from randomization.work import MARGIN as CELLS
        from trial import margin

        margin.register("unblinding", UNBLINDING)
        margin.register("low water", LOW_WATER)
        margin.register("cells", CELLS)
        margin.register("guesses", guesses.MARGIN)
