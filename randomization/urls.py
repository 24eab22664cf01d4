"""Addresses of randomization and treatment; who may open them: ``config/permissions.py``."""

from __future__ import annotations

from django.urls import path

from randomization import views

urlpatterns = [
    path("participants/<str:code>/randomize/", views.randomize, name="randomize"),
    path("participants/<str:code>/treatment/", views.treatment, name="treatment"),
    path("participants/<str:code>/treatment/aspiration/", views.aspiration, name="aspiration"),
    path("participants/<str:code>/treatment/product/", views.product, name="product"),
    path("participants/<str:code>/treatment/product/<str:batch>/", views.decision, name="product"),
    path("participants/<str:code>/treatment/infusion/", views.infusion, name="infusion"),
    path("participants/<str:code>/treatment/not-treated/", views.not_treated, name="not-treated"),
    path("allocation-list/", views.allocation_list, name="allocation-list"),
]
