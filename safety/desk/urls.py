"""Addresses of the safety desk."""

from __future__ import annotations

from django.urls import path, register_converter

from safety.desk import annual_views, views
from trial.addresses import Day

register_converter(Day, "day")

_ONE = "safety-desk/<participant_code:of>/<int:number>/<int:version>/"

urlpatterns = [
    path("safety-desk/", views.safety_desk, name="safety-desk"),
    path(_ONE, views.safety_report, name="safety-report"),
    path(f"{_ONE}assess/", views.report_assess, name="safety-report-assess"),
    path(f"{_ONE}submit/", views.report_submit, name="safety-report-submit"),
    path(f"{_ONE}follow-up/", views.report_follow_up, name="safety-report-follow-up"),
    path(f"{_ONE}cioms.pdf", views.report_cioms, name="safety-report-cioms"),
    path(f"{_ONE}narrative.pdf", views.report_narrative, name="safety-report-narrative"),
    path(f"{_ONE}icsr.xml", views.report_icsr, name="safety-report-icsr"),
    path("safety-desk/annual-report/", annual_views.annual_report, name="safety-annual"),
    path(
        "safety-desk/annual-report/<day:birth>/<day:first>/<day:last>/<slug:name>.<slug:form>",
        annual_views.annual_file,
        name="safety-annual-file",
    ),
    path("safety-desk/submissions/<int:key>/", views.submission, name="submission"),
    path(
        "safety-desk/submissions/<int:key>/proof/", views.submission_proof, name="submission-proof"
    ),
    path("safety-desk/urgent-measures/new/", views.measure_new, name="measure-new"),
    path(
        "safety-desk/urgent-measures/<int:measure>/",
        views.measure,
        name="measure",
    ),
    path(
        "safety-desk/urgent-measures/<int:measure>/submit/",
        views.measure_submit,
        name="measure-submit",
    ),
    path("safety-desk/reference-information/", views.references, name="reference-information"),
]
