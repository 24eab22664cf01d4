"""Every address of the product. What each needs is in ``config/permissions.py``."""

from __future__ import annotations

from django.urls import include, path

from config.health import healthz

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.unexpected"

urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("", include("trial.urls")),
    path("", include("randomization.urls")),
    path("", include("safety.urls")),
    path("", include("safety.desk.urls")),
    path("", include("safety.dsmb.urls")),
    path("", include("safety.coding.urls")),
    path("", include("exports.urls")),
    path("", include("exports.packs.urls")),
    path("", include("monitoring.urls")),
]
