"""The randomization app."""

from django.apps import AppConfig


class RandomizationConfig(AppConfig):
    """Allocation, and the treatment given."""

    name = "randomization"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Randomization and treatment"
