"""Addresses of the backbone's pages; who may open them: ``config/permissions.py``."""

from __future__ import annotations

from django.urls import path, register_converter

from trial.addresses import ParticipantCode, SiteCode
from trial.views import (
    eligibility,
    endings,
    gallery,
    home,
    locks,
    participants,
    people,
    protocol,
    records,
    screening,
    session,
    signing,
    visits,
)

register_converter(ParticipantCode, "participant")
register_converter(SiteCode, "site")

VISIT = "participants/<participant:code>/visits/<slug:visit>/<int:occurrence>/"
RECORD = f"{VISIT}<slug:form>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", session.sign_in, name="sign-in"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("password/", session.password, name="password"),
    path("draft-key/", session.draft_key, name="draft-key"),
    path("components/", gallery.components, name="components"),
    path("participants/", participants.participant_list, name="participants"),
    path("participants/<participant:code>/", participants.participant, name="participant"),
    path("participants/<participant:code>/visits/new/", visits.new, name="visit-new"),
    path(VISIT, visits.visit, name="visit"),
    path(f"{VISIT}casebook/", signing.visit_book, name="visit-book"),
    path(f"{VISIT}sign/", signing.sign_visit, name="visit-sign"),
    path("participants/<participant:code>/casebook/", signing.casebook, name="casebook"),
    path(
        "participants/<participant:code>/casebook/sign/",
        signing.sign_casebook,
        name="casebook-sign",
    ),
    path(f"{VISIT}lock/", locks.lock_visit, name="visit-lock"),
    path(RECORD, records.record, name="record"),
    path(f"{RECORD}sign/", records.sign, name="record-sign"),
    path(f"{RECORD}lock/", locks.lock_record, name="record-lock"),
]

# From the screening log to a signed eligibility, and how a participant leaves.
urlpatterns += [
    path("screening/", screening.log, name="screening"),
    path("screening/new/", screening.new, name="screening-new"),
    path(
        "screening/<site:site>/<int:number>/outcome/", screening.outcome, name="screening-outcome"
    ),
    path("screening/<site:site>/<int:number>/consent/", screening.enrol, name="consent-new"),
    path("participants/<participant:code>/consent/", screening.consent, name="consent-new"),
    path(
        "participants/<participant:code>/eligibility/", eligibility.eligibility, name="eligibility"
    ),
    path(
        "participants/<participant:code>/eligibility/sign/",
        eligibility.sign,
        name="eligibility-sign",
    ),
    path("participants/<participant:code>/withdrawal/", endings.withdrawal, name="withdrawal"),
    path("participants/<participant:code>/death/", endings.death, name="death"),
    path("participants/<participant:code>/lost/", endings.lost, name="lost"),
]

# Locks.
urlpatterns += [
    path("locks/", locks.lock_list, name="locks"),
    path("locks/trial/", locks.lock_trial, name="trial-lock"),
    path("locks/<slug:code>/", locks.lock, name="lock"),
    path("locks/<slug:code>/ask/", locks.ask, name="lock-ask"),
    path("locks/<slug:code>/lift/", locks.lift, name="lock-lift"),
    path("locks/<slug:code>/decline/", locks.decline, name="lock-decline"),
    path("participants/<participant:code>/lock/", locks.lock_participant, name="participant-lock"),
]

# Accounts, and the protocol.
urlpatterns += [
    path("people/", people.people, name="people"),
    path("people/new/", people.new, name="person-new"),
    path("people/<int:person>/", people.person, name="person"),
    path("people/<int:person>/delegations/new/", people.delegate, name="delegation-new"),
    path(
        "people/<int:person>/delegations/<int:delegation>/end/", people.end, name="delegation-end"
    ),
    path("protocol/", protocol.protocol, name="protocol"),
]
