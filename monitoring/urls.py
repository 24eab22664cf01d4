"""Addresses of the trail; who may open them: ``config/permissions.py``."""

from django.urls import path

from monitoring import views

urlpatterns = [
    path("trail/", views.trail, name="trail"),
    path(
        "participants/<participant:code>/trail/", views.participant_trail, name="participant-trail"
    ),
]
