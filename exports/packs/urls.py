"""Addresses of the board's meetings and packs."""

from __future__ import annotations

from django.urls import path

from exports.packs import views

urlpatterns = [
    path("dsmb/", views.meetings, name="dsmb"),
    path("dsmb/new/", views.meeting_new, name="dsmb-new"),
    path("dsmb/meetings/<slug:code>/", views.meeting, name="dsmb-meeting"),
    path("dsmb/meetings/<slug:code>/packs/", views.packs, name="dsmb-packs"),
    path("dsmb/meetings/<slug:code>/recommend/", views.recommend, name="dsmb-recommend"),
    path(
        "dsmb/meetings/<slug:code>/packs/<int:number>/<str:name>/",
        views.pack_file,
        name="dsmb-file",
    ),
]
