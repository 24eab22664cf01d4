"""The app of the packs."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """Open and closed packs for the meetings of the board."""

    name = "exports.packs"
    label = "packs"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Packs of the board"
