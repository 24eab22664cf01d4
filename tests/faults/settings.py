"""The product's settings, with short waits: a test does not wait minutes for a dead worker."""

from config.settings import *  # noqa: F403 - Django reads all settings from one module

ALERT_LEASE = 3
ALERT_WAITS = (1, 2)
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "safety.alerts.tasks.sweep", "schedule": 1.0}}
# No page is looked at: nothing is collected.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
