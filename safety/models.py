"""The table of adverse events, and what the database refuses whoever asks.

Each constraint's error code is the item its sentence belongs beside.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Least, Left, Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from audit.models import AuditedModel
from safety import rules
from safety.rules import Clock
from trial.models import Participant
from trial.partial_dates import FORM_WORDS, PATTERN, PartialDate

CRITERIA = tuple(f"criterion_{code}" for code in rules.CRITERIA)
# What a person answers; the rest the system fills.
ITEMS = (
    *("term", "category", "onset", "end", "severity", "serious", *CRITERIA, "causality", "action"),
    *("outcome", "aware_at", "sponsor_informed_at", "narrative"),
)
NARRATIVE_LENGTH = 4000
AWARE_WORDS = "Say when you became aware of a serious event: 24 hours run from then."
INFORMED_WORDS = "The sponsor is informed after you became aware: give both times, in this order."
FATAL_WORDS = 'The outcome "fatal" and the criterion "resulted in death" go together.'
ZONE_WORDS = "A time of awareness is kept with the time zone of the site."


def _check(name: str, item: str, condition: Q, words: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=condition,
        name=name,
        violation_error_code=item,
        violation_error_message=words,
    )


def _known(item: str, codes: Iterable[str], words: str) -> models.CheckConstraint:
    return _check(f"ae_{item}_known", item, Q(**{f"{item}__in": sorted(codes)}), words)


def _any_criterion() -> Q:
    met = Q()
    for column in CRITERIA:
        met |= Q(**{column: True})
    return met


def _known_part() -> Least:
    """How many characters both dates have: what can be compared of them."""
    return Least(Length("onset"), Length("end"))


class AdverseEvent(AuditedModel):
    """One adverse event of one participant, as the site reports it.

    ``version`` counts the saves. An event entered in error is marked with the reason and leaves
    lists and data cuts; it is never deleted and keeps its number. ``aware_at`` is an instant and
    ``aware_zone`` the time zone of the site then, so that the local time stays known. ``term`` is
    in the reporter's own words: MedDRA is not part of the product.
    """

    trail_title = "Adverse event"
    participant_path = "participant"
    # The words, the category and the causality can tell who was given cells.
    reveals_arm = True

    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="adverse_events"
    )
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    term = models.CharField(max_length=200)
    category = models.CharField(max_length=30)
    onset = models.CharField(max_length=10)
    end = models.CharField(max_length=10, blank=True)
    severity = models.CharField(max_length=10, choices=[*rules.SEVERITIES.items()])
    serious = models.BooleanField()
    criterion_death = models.BooleanField(default=False)
    criterion_life_threatening = models.BooleanField(default=False)
    criterion_hospitalization = models.BooleanField(default=False)
    criterion_disability = models.BooleanField(default=False)
    criterion_congenital = models.BooleanField(default=False)
    criterion_important = models.BooleanField(default=False)
    causality = models.CharField(max_length=12, choices=[*rules.CAUSALITIES.items()])
    action = models.CharField(max_length=20, choices=[*rules.ACTIONS.items()])
    outcome = models.CharField(max_length=15, choices=[*rules.OUTCOMES.items()])
    aware_at = models.DateTimeField(null=True, blank=True)
    aware_zone = models.CharField(max_length=40, blank=True)
    sponsor_informed_at = models.DateTimeField(null=True, blank=True)
    narrative = models.TextField(blank=True)
    voided = models.BooleanField(default=False)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("participant", "number")
        constraints = [
            models.UniqueConstraint(fields=["participant", "number"], name="ae_number_once"),
            _check("ae_number_counts", "number", Q(number__gte=1), "Events are numbered from 1."),
            _check("ae_version_counts", "version", Q(version__gte=1), "Versions start at 1."),
            _check(
                "ae_term_given",
                "term",
                Q(term__regex=r"\S"),
                "Say what happened, in the reporter's words.",
            ),
            _check("ae_category_given", "category", ~Q(category=""), "Choose a category."),
            _check("ae_onset_form", "onset", Q(onset__regex=PATTERN), FORM_WORDS),
            _check("ae_end_form", "end", Q(end="") | Q(end__regex=PATTERN), FORM_WORDS),
            _check(
                "ae_end_after_onset",
                "end",
                Q(end="")
                | Q(GreaterThanOrEqual(Left("end", _known_part()), Left("onset", _known_part()))),
                "The event cannot end before it begins.",
            ),
            _check(
                "ae_ongoing_has_no_end",
                "end",
                Q(end="") | ~Q(outcome__in=sorted(rules.ONGOING)),
                "An event that goes on has no end: clear the date, or change the outcome.",
            ),
            _known("severity", rules.SEVERITIES, "Choose mild, moderate or severe."),
            _known("causality", rules.CAUSALITIES, "Choose how likely a relation is."),
            _known("action", rules.ACTIONS, "Choose what was done."),
            _known("outcome", rules.OUTCOMES, "Choose how the event came out."),
            _check(
                "ae_serious_has_criterion",
                "criteria",
                Q(serious=False) | _any_criterion(),
                "A serious event meets a criterion: tick it, or say that it is not serious.",
            ),
            _check(
                "ae_criterion_means_serious",
                "serious",
                Q(serious=True) | ~_any_criterion(),
                "An event that meets a criterion is serious: say so, or clear the criteria.",
            ),
            _check(
                "ae_fatal_is_death",
                "outcome",
                Q(outcome="fatal", criterion_death=True)
                | ~Q(outcome="fatal") & Q(criterion_death=False),
                FATAL_WORDS,
            ),
            _check(
                "ae_serious_has_awareness",
                "aware_at",
                Q(serious=False) | Q(aware_at__isnull=False),
                AWARE_WORDS,
            ),
            _check(
                "ae_awareness_has_zone",
                "aware_at",
                Q(aware_at__isnull=True, aware_zone="")
                | Q(aware_at__isnull=False) & ~Q(aware_zone=""),
                ZONE_WORDS,
            ),
            _check(
                "ae_sponsor_after_awareness",
                "sponsor_informed_at",
                Q(sponsor_informed_at__isnull=True)
                | Q(aware_at__isnull=False, sponsor_informed_at__gte=F("aware_at")),
                INFORMED_WORDS,
            ),
            _check(
                "ae_narrative_length",
                "narrative",
                Q(LessThanOrEqual(Length("narrative"), NARRATIVE_LENGTH)),
                f"The account has at most {NARRATIVE_LENGTH} characters.",
            ),
            _check(
                "ae_voided_has_reason",
                "void_reason",
                Q(voided=False, void_reason="") | Q(voided=True, void_reason__regex=r"\S"),
                "Say why the event was entered in error.",
            ),
        ]

    def __str__(self) -> str:
        return f"Adverse event {self.number}"

    @property
    def onset_date(self) -> PartialDate:
        """The onset, as far as known."""
        return PartialDate.parse(self.onset)

    @property
    def clock(self) -> Clock | None:
        """The 24 hours of a serious event; None where none run."""
        if self.voided or not self.serious or self.aware_at is None:
            return None
        return Clock(self.aware_at, self.sponsor_informed_at)

    @property
    def criteria(self) -> tuple[str, ...]:
        """The codes of the criteria of seriousness that are met."""
        return tuple(code for code in rules.CRITERIA if getattr(self, f"criterion_{code}"))

    def values(self) -> dict[str, Any]:
        """The saved answers as a flat map."""
        return {item: getattr(self, item) for item in ITEMS}
