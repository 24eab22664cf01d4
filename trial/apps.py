"""The trial app."""

from django.apps import AppConfig


class TrialConfig(AppConfig):
    """Sites, participants, visits, records."""

    name = "trial"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Trial"

    def ready(self) -> None:
        """Let the audit trail know people's roles, and the home page what waits here."""
        from audit.acts import set_role_source
        from trial import margin
        from trial.access import role_words
        from trial.presenters import locks, signing

        set_role_source(role_words)
        margin.register("locks", locks.MARGIN)
        margin.register("signatures", signing.MARGIN)
