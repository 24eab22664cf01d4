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
from safety import grading, rules
from safety.models.checks import check, voided
from safety.rules import Clock
from trial.models import Participant
from trial.partial_dates import FORM_WORDS, PATTERN, PartialDate

CRITERIA = tuple(f"criterion_{code}" for code in rules.CRITERIA)
# What a person answers; the rest the system fills.
ITEMS = (
    *(
        "term",
        "category",
        "onset",
        "end",
        "severity",
        "serious",
        *CRITERIA,
        "serious_on",
        "causality",
    ),
    *("special", "pregnancy_ended", "pregnancy_outcome"),
    *("action", "outcome", "aware_at", "sponsor_informed_at", "narrative"),
)
NARRATIVE_LENGTH = 4000
PREGNANCY_LENGTH = 300
# ``AdverseEvent.reportable``, asked of the database.
REPORTABLE = Q(serious=True) | ~Q(special=rules.NO_SPECIAL)
AWARE_WORDS = "Say when you became aware of a serious event: 24 hours run from then."
INFORMED_WORDS = "The sponsor is informed after you became aware: give both times, in this order."
FATAL_WORDS = 'The outcome "fatal" and the criterion "resulted in death" go together.'
SPECIAL_WORDS = "Say when you became aware of it: 24 hours run from then."
PREGNANCY_WORDS = "How a pregnancy came out is said with its day, and of a pregnancy only."
ZONE_WORDS = "A time of awareness is kept with the time zone of the site."


def _known(item: str, codes: Iterable[str], words: str) -> models.CheckConstraint:
    return check(f"ae_{item}_known", item, Q(**{f"{item}__in": sorted(codes)}), words)


def _of_its_scale() -> Q:
    found = Q()
    for one in grading.GRADINGS.values():
        found |= Q(scale=one.code, severity__in=sorted(one.grades))
    return found


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
    in the reporter's own words; ``safety.coding`` holds what it was coded as. ``severity`` is the
    grade now in ``scale``; its changes are ``GradeChange``. ``serious_on`` is the day from which an
    event that became serious was so; empty where it was from its onset. ``special`` is a code of
    ``rules.SPECIALS``; how a pregnancy came out, and the day, are filled once that is known.
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
    scale = models.CharField(max_length=10, default=grading.THREE.code)
    severity = models.CharField(max_length=10, choices=[*grading.ALL.items()])
    serious = models.BooleanField()
    serious_on = models.CharField(max_length=10, blank=True)
    criterion_death = models.BooleanField(default=False)
    criterion_life_threatening = models.BooleanField(default=False)
    criterion_hospitalization = models.BooleanField(default=False)
    criterion_disability = models.BooleanField(default=False)
    criterion_congenital = models.BooleanField(default=False)
    criterion_important = models.BooleanField(default=False)
    special = models.CharField(
        max_length=10, choices=[*rules.SPECIALS.items()], default=rules.NO_SPECIAL
    )
    pregnancy_ended = models.CharField(max_length=10, blank=True)
    pregnancy_outcome = models.CharField(max_length=PREGNANCY_LENGTH, blank=True)
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
            check("ae_number_counts", "number", Q(number__gte=1), "Events are numbered from 1."),
            check("ae_version_counts", "version", Q(version__gte=1), "Versions start at 1."),
            check(
                "ae_term_given",
                "term",
                Q(term__regex=r"\S"),
                "Say what happened, in the reporter's words.",
            ),
            check("ae_category_given", "category", ~Q(category=""), "Choose a category."),
            check("ae_onset_form", "onset", Q(onset__regex=PATTERN), FORM_WORDS),
            check("ae_end_form", "end", Q(end="") | Q(end__regex=PATTERN), FORM_WORDS),
            check(
                "ae_end_after_onset",
                "end",
                Q(end="")
                | Q(GreaterThanOrEqual(Left("end", _known_part()), Left("onset", _known_part()))),
                "The event cannot end before it begins.",
            ),
            check(
                "ae_ongoing_has_no_end",
                "end",
                Q(end="") | ~Q(outcome__in=sorted(rules.ONGOING)),
                "An event that goes on has no end: clear the date, or change the outcome.",
            ),
            check("ae_severity_known", "severity", _of_its_scale(), "Choose how severe it is."),
            check(
                "ae_grade_of_death",
                "severity",
                ~Q(severity=grading.DEATH) & ~Q(scale__in=grading.WITH_DEATH, outcome="fatal")
                | Q(severity=grading.DEATH, outcome="fatal"),
                'The grade of death and the outcome "fatal" go together.',
            ),
            check(
                "ae_serious_on_form",
                "serious_on",
                Q(serious_on="") | Q(serious=True, serious_on__regex=PATTERN),
                f"For a serious event. {FORM_WORDS}",
            ),
            _known("special", rules.SPECIALS, "Choose whether it is a special situation."),
            check(
                "ae_special_has_awareness",
                "aware_at",
                Q(special=rules.NO_SPECIAL) | Q(aware_at__isnull=False),
                SPECIAL_WORDS,
            ),
            check(
                "ae_pregnancy_has_outcome",
                "pregnancy_outcome",
                Q(pregnancy_ended="", pregnancy_outcome="")
                | Q(
                    special=rules.PREGNANCY,
                    pregnancy_ended__regex=PATTERN,
                    pregnancy_outcome__regex=r"\S",
                ),
                PREGNANCY_WORDS,
            ),
            _known("causality", rules.CAUSALITIES, "Choose how likely a relation is."),
            _known("action", rules.ACTIONS, "Choose what was done."),
            _known("outcome", rules.OUTCOMES, "Choose how the event came out."),
            check(
                "ae_serious_has_criterion",
                "criteria",
                Q(serious=False) | _any_criterion(),
                "A serious event meets a criterion: tick it, or say that it is not serious.",
            ),
            check(
                "ae_criterion_means_serious",
                "serious",
                Q(serious=True) | ~_any_criterion(),
                "An event that meets a criterion is serious: say so, or clear the criteria.",
            ),
            check(
                "ae_fatal_is_death",
                "outcome",
                Q(outcome="fatal", criterion_death=True)
                | ~Q(outcome="fatal") & Q(criterion_death=False),
                FATAL_WORDS,
            ),
            check(
                "ae_serious_has_awareness",
                "aware_at",
                Q(serious=False) | Q(aware_at__isnull=False),
                AWARE_WORDS,
            ),
            check(
                "ae_awareness_has_zone",
                "aware_at",
                Q(aware_at__isnull=True, aware_zone="")
                | Q(aware_at__isnull=False) & ~Q(aware_zone=""),
                ZONE_WORDS,
            ),
            check(
                "ae_sponsor_after_awareness",
                "sponsor_informed_at",
                Q(sponsor_informed_at__isnull=True)
                | Q(aware_at__isnull=False, sponsor_informed_at__gte=F("aware_at")),
                INFORMED_WORDS,
            ),
            check(
                "ae_narrative_length",
                "narrative",
                Q(LessThanOrEqual(Length("narrative"), NARRATIVE_LENGTH)),
                f"The account has at most {NARRATIVE_LENGTH} characters.",
            ),
            voided("ae_voided_has_reason", "event"),
        ]

    def __str__(self) -> str:
        return f"Adverse event {self.number}"

    @property
    def onset_date(self) -> PartialDate:
        """The onset, as far as known."""
        return PartialDate.parse(self.onset)

    @property
    def grave(self) -> bool:
        """Fatal or life-threatening: the shorter of the sponsor's limits."""
        return self.criterion_death or self.criterion_life_threatening

    @property
    def reportable(self) -> bool:
        """Whether it is told to the sponsor at once, in versions of a report."""
        return rules.is_reportable(serious=self.serious, special=self.special)

    @property
    def clock(self) -> Clock | None:
        """The 24 hours of a reportable event; None where none run."""
        if self.voided or not self.reportable or self.aware_at is None:
            return None
        return Clock(self.aware_at, self.sponsor_informed_at)

    @property
    def criteria(self) -> tuple[str, ...]:
        """The codes of the criteria of seriousness that are met."""
        return tuple(code for code in rules.CRITERIA if getattr(self, f"criterion_{code}"))

    def values(self) -> dict[str, Any]:
        """The saved answers as a flat map."""
        return {item: getattr(self, item) for item in ITEMS}
