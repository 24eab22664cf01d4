"""The app of coding."""

from django.apps import AppConfig


class CodingConfig(AppConfig):
    """Dictionaries as the sponsor gave them, and what each event is coded as."""

    name = "safety.coding"
    label = "coding"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Coding"

    def ready(self) -> None:
        """Put what waits on the home page of whoever codes; tell the codes to safety reports."""
        from safety.coding.margin import MARGIN
        from safety.coding.reporting import codes_of_reports
        from safety.documents.codes import set_code_source
        from trial import margin

        margin.register("coding", MARGIN)
        set_code_source(codes_of_reports)
