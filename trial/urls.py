"""Addresses of the backbone's pages."""

from __future__ import annotations

from django.urls import path

from trial.views import gallery, session

urlpatterns = [
    path("sign-in/", session.sign_in, name="sign-in"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("password/", session.password, name="password"),
    path("components/", gallery.components, name="components"),
    path("", gallery.components, name="home"),
]
