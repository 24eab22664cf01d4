"""Pages of the trail."""

from __future__ import annotations

from django.urls import path

from monitoring import views

urlpatterns = [
    path("trail/", views.trail, name="trail"),
    path("participants/<str:code>/trail/", views.participant_trail, name="participant-trail"),
]
