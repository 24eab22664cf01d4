"""Addresses of the adverse events."""

from __future__ import annotations

from django.urls import path, register_converter

from safety import views
from safety.alerts import views as alerts
from trial.addresses import ParticipantCode

register_converter(ParticipantCode, "participant_code")

urlpatterns = [
    path("adverse-events/", views.adverse_events, name="adverse-events"),
    path(
        "participants/<participant_code:code>/adverse-events/new/",
        views.adverse_event_new,
        name="adverse-event-new",
    ),
    path(
        "participants/<participant_code:code>/adverse-events/<int:number>/",
        views.adverse_event,
        name="adverse-event",
    ),
    path("alerts/", alerts.own, name="alerts"),
    path("alerts/told/", alerts.told, name="alerts-told"),
    path("alerts/<slug:code>/", alerts.one, name="alert"),
    path(
        "participants/<participant_code:code>/adverse-events/<int:number>/grade/",
        views.adverse_event_grade,
        name="adverse-event-grade",
    ),
    path(
        "participants/<participant_code:code>/adverse-events/<int:number>/follow-up/",
        views.adverse_event_follow_up,
        name="adverse-event-follow-up",
    ),
]
