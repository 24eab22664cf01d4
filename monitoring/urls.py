"""Pages of the trail and of queries."""

from __future__ import annotations

from django.urls import path

from monitoring import certificate_views, sdv_views, seal_views, unusual_views, views
from monitoring.medical import views as medical
from monitoring.overview import views as overview
from monitoring.past import views as past
from monitoring.queries import check_views
from monitoring.queries import views as queries
from trial.urls import RECORD

PERSON = "participants/<participant:code>/"
VISIT = "<slug:visit>/<int:occurrence>/"
_VISIT = f"trail/visits/<participant:code>/{VISIT}"

urlpatterns = [
    path("safety-desk/overview/", medical.safety_overview, name="safety-overview"),
    path("safety-desk/vital-signs/", medical.safety_vitals, name="safety-vitals"),
    path("trail/", views.trail, name="trail"),
    path("trail/seals/", seal_views.seal_list, name="seals"),
    path("trail/sites/<site:site>/", views.site_trail, name="site-trail"),
    path("participants/<str:code>/trail/", views.participant_trail, name="participant-trail"),
    path(_VISIT, views.visit_trail, name="visit-trail"),
    path(f"{_VISIT}<slug:form>/", views.record_trail, name="record-trail"),
    path("trail/unusual/", unusual_views.overview, name="unusual"),
    path("trail/unusual/<slug:name>/", unusual_views.one, name="unusual-one"),
    path("trail/reviews/", views.trail_reviews, name="trail-reviews"),
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

# What was.
urlpatterns += [
    path(f"{RECORD}history/<slug:item>/", past.item_history, name="item-history"),
    path(f"{PERSON}as-of/", past.participant_as_of, name="participant-as-of"),
    path(f"{PERSON}as-of/{VISIT}", past.visit_as_of, name="visit-as-of"),
    path(f"{PERSON}as-of/{VISIT}<slug:form>/", past.record_as_of, name="record-as-of"),
    path(f"{PERSON}compare/", past.participant_compare, name="participant-compare"),
    path(f"{PERSON}compare/{VISIT}", past.visit_compare, name="visit-compare"),
    path(f"{PERSON}compare/{VISIT}<slug:form>/", past.record_compare, name="record-compare"),
    path(f"{PERSON}restore/{VISIT}<slug:form>/", past.record_restore, name="record-restore"),
]

# How the trial and its sites stand.
urlpatterns += [
    path("overview/", overview.overview, name="overview"),
    path("overview/records/", overview.records, name="overview-records"),
    path("overview/<site:site>/", overview.site_overview, name="site-overview"),
    path("deviations/", overview.deviations, name="deviations"),
]
