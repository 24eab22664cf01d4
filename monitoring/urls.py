"""Pages of the trail."""

from __future__ import annotations

from django.urls import path

from monitoring import certificate_views, sdv_views, views
from monitoring.overview import views as overview
from trial.urls import RECORD

urlpatterns = [
    path("trail/", views.trail, name="trail"),
    path("participants/<str:code>/trail/", views.participant_trail, name="participant-trail"),
]

# Verification, and raters' certificates.
urlpatterns += [
    path(f"{RECORD}verification/", sdv_views.verification, name="verification"),
    path(
        "participants/<participant:code>/verification/<slug:visit>/<int:occurrence>/",
        sdv_views.visit_verification,
        name="visit-verification",
    ),
    path("verification/changed/", sdv_views.changed, name="changed-after-verification"),
    path("certificates/", certificate_views.certificate_list, name="certificates"),
    path("certificates/new/", certificate_views.new, name="certificate-new"),
]

# How the trial and its sites stand.
urlpatterns += [
    path("overview/", overview.overview, name="overview"),
    path("overview/records/", overview.records, name="overview-records"),
    path("overview/<site:site>/", overview.site_overview, name="site-overview"),
    path("deviations/", overview.deviations, name="deviations"),
]
