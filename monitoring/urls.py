"""Pages of the trail and of queries."""

from __future__ import annotations

from django.urls import path

from monitoring import certificate_views, sdv_views, views
from monitoring.queries import check_views
from monitoring.queries import views as queries
from trial.urls import RECORD

urlpatterns = [
    path("trail/", views.trail, name="trail"),
    path("participants/<str:code>/trail/", views.participant_trail, name="participant-trail"),
    path("queries/", queries.queries, name="queries"),
    path("queries/close/", queries.queries_close, name="queries-close"),
    path("queries/<str:code>/", queries.query, name="query"),
    path("queries/<str:code>/answer/", queries.query_answer, name="query-answer"),
    path("queries/<str:code>/close/", queries.query_close, name="query-close"),
    path("queries/<str:code>/reopen/", queries.query_reopen, name="query-reopen"),
    path("participants/<participant:code>/queries/new/", queries.query_new, name="query-new"),
    path("edit-checks/", check_views.edit_checks, name="edit-checks"),
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
