"""The app of coding."""

from django.apps import AppConfig


class CodingConfig(AppConfig):
    """Dictionaries as the sponsor gave them, and what each event is coded as."""

    name = "safety.coding"
    label = "coding"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Coding"

    def ready(self) -> None:
        """Put what waits to be coded on the home page of whoever codes."""
        from safety.coding.margin import MARGIN
        from trial import margin

        margin.register("coding", MARGIN)
