"""Addresses of randomization and treatment; who may open them: ``config/permissions.py``."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from randomization import list_views, reveal_views, views
from randomization.envelopes import views as envelopes
from randomization.guesses import views as guesses
from randomization.pages import batches, chain, corrections, tracing
from randomization.unblinding import views as unblinding
from trial.addresses import ParticipantCode


class BatchNumber(StringConverter):
    """The number of a batch: capitals, digits and hyphens."""

    regex = "[A-Z0-9][A-Z0-9-]{2,29}"


register_converter(ParticipantCode, "whose")
register_converter(BatchNumber, "batch")

PARTICIPANT = "participants/<whose:code>/"
BATCH = f"{PARTICIPANT}treatment/product/<batch:batch>/"
RECORD = f"{PARTICIPANT}visits/<slug:visit>/<int:occurrence>/<slug:form>/"

urlpatterns = [
    path(f"{PARTICIPANT}randomize/", views.randomize, name="randomize"),
    path(f"{PARTICIPANT}treatment/", chain.treatment, name="treatment"),
    path(f"{PARTICIPANT}treatment/aspiration/", chain.aspiration, name="aspiration"),
    path(f"{PARTICIPANT}treatment/not-treated/", chain.not_treated, name="not-treated"),
    path(f"{PARTICIPANT}treatment/infusion/", chain.infusion, name="infusion"),
    path(f"{PARTICIPANT}treatment/infusion/<slug:point>/", chain.vitals, name="infusion-vitals"),
    path(f"{PARTICIPANT}treatment/product/", batches.start, name="product"),
    *(
        path(f"{BATCH}{step}/", view, name=f"product-{step}")
        for step, view in (
            ("passage", batches.passage),
            ("harvest", batches.harvest),
            ("tests", batches.results),
            ("release", batches.release),
            ("exception", batches.out_of_specification),
            ("agreement", batches.agreement),
            ("fail", batches.fail),
            ("disposal", batches.disposal),
            ("label", batches.label),
            ("correction", corrections.product),
        )
    ),
    path(
        f"{PARTICIPANT}treatment/aspiration/<batch:sample>/correction/",
        corrections.aspiration,
        name="aspiration-correction",
    ),
    path(
        f"{PARTICIPANT}treatment/infusion-correction/",
        corrections.infusion,
        name="infusion-correction",
    ),
    path("cells/", tracing.cells, name="cells"),
    path("allocation-list/", views.allocation_list, name="allocation-list"),
    path(f"{RECORD}guess/", guesses.guess, name="record-guess"),
    path("blinding/", guesses.indices, name="blinding-indices"),
    path("unblinding/", unblinding.listing, name="unblindings"),
    path("unblinding/new/", unblinding.new, name="unblinding-new"),
    path("unblinding/<slug:code>/", unblinding.one, name="unblinding"),
    path("unblinding/<slug:code>/decide/", unblinding.decide, name="unblinding-decide"),
    path("allocation-list/file/", list_views.list_import, name="allocation-list-import"),
    path("allocation-list/balance/", list_views.balance, name="allocation-balance"),
    path("allocation-list/envelopes/", envelopes.envelopes, name="allocation-envelopes"),
    path(f"{PARTICIPANT}randomize/envelope/", envelopes.opened, name="envelope-opened"),
    path("allocation-list/reveal/", reveal_views.reveal, name="allocation-list-reveal"),
    path("allocation-list/revealed.json", reveal_views.revealed, name="allocation-list-file"),
]
