"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who log in."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "People"
