"""Addresses of the adverse events."""

from __future__ import annotations

from django.urls import path, register_converter

from safety import views
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
]
