"""Addresses of coding."""

from __future__ import annotations

from django.urls import path

from safety.coding import views

urlpatterns = [
    path("coding/", views.coding, name="coding"),
    path("coding/versions/", views.coding_versions, name="coding-versions"),
    path("coding/<participant_code:code>/<int:number>/", views.coding_event, name="coding-event"),
]
