"""Pages of the trail."""

from __future__ import annotations

from django.urls import path

from monitoring import certificate_views, sdv_views, unusual_views, views
from trial.urls import RECORD

_VISIT = "trail/visits/<participant:code>/<slug:visit>/<int:occurrence>/"

urlpatterns = [
    path("trail/", views.trail, name="trail"),
    path("trail/sites/<site:site>/", views.site_trail, name="site-trail"),
    path("participants/<str:code>/trail/", views.participant_trail, name="participant-trail"),
    path(_VISIT, views.visit_trail, name="visit-trail"),
    path(f"{_VISIT}<slug:form>/", views.record_trail, name="record-trail"),
    path("trail/unusual/", unusual_views.overview, name="unusual"),
    path("trail/unusual/<slug:name>/", unusual_views.one, name="unusual-one"),
    path("trail/reviews/", views.trail_reviews, name="trail-reviews"),
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
