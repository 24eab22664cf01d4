"""Addresses of the board's own pages; those with its packs are in exports."""

from __future__ import annotations

from django.urls import path

from safety.dsmb import views

urlpatterns = [
    path("dsmb/stopping-rules/", views.stopping_rules, name="dsmb-stopping-rules"),
]
