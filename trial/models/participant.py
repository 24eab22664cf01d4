"""The participant: a code and the facts the trial needs, never an identity."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.models import AuditedModel
from trial.models.site import Site
from trial.partial_dates import FORM_WORDS, PATTERN

SEXES = [("F", "Female"), ("M", "Male")]


class Participant(AuditedModel):
    """Someone who consented: a code with a check digit, sex, year of birth, the index date.

    No name, initials, full birth date, address, phone or record number can be stored
    (GDPR Art 5(1)(c); CNIL MR-001).
    """

    participant_path = "self"
    trail_title = "Participant"
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="participants")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=12, unique=True)
    sex = models.CharField(max_length=1, choices=SEXES)
    year_of_birth = models.PositiveSmallIntegerField()
    index_on = models.DateField()
    randomized_on = models.DateField(null=True, blank=True)
    stratum = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("code",)
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="participant_number_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=999),
                name="participant_number_range",
                violation_error_message="Participants are numbered 1 to 999 at a site.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z]{2,5}-[0-9]{3}-[0-9]$"),
                name="participant_code_form",
                violation_error_message="A participant code reads GRE-014-7.",
            ),
            models.CheckConstraint(
                condition=Q(sex__in=["F", "M"]),
                name="participant_sex",
                violation_error_message="Choose female or male.",
            ),
            models.CheckConstraint(
                condition=Q(year_of_birth__gte=1900, year_of_birth__lte=2100),
                name="participant_year_of_birth",
                violation_error_message="The year of birth cannot be right.",
            ),
            models.CheckConstraint(
                condition=Q(randomized_on__isnull=True, stratum="")
                | Q(randomized_on__isnull=False) & ~Q(stratum=""),
                name="participant_randomized_with_stratum",
                violation_error_message="A randomized participant has a stratum.",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ScreeningEntry(AuditedModel):
    """One person approached, with what came of it; it feeds the CONSORT flow."""

    OUTCOMES = [
        ("pending", "Being screened"),
        ("consented", "Consented"),
        ("not_eligible", "Not eligible"),
        ("declined", "Declined"),
        ("other", "Other"),
    ]
    trail_title = "Screening log"
    participant_path = "participant"
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="screening")
    number = models.PositiveIntegerField()
    screened_on = models.DateField()
    sex = models.CharField(max_length=1, choices=SEXES)
    year_of_birth = models.PositiveSmallIntegerField()
    index_on = models.DateField()
    outcome = models.CharField(max_length=20, choices=OUTCOMES, default="pending")
    reason = models.CharField(max_length=30, blank=True)
    note = models.CharField(max_length=200, blank=True)
    participant = models.OneToOneField(
        Participant, null=True, blank=True, on_delete=models.PROTECT, related_name="screening"
    )

    class Meta:
        ordering = ("-screened_on", "-number")
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="screening_number_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["pending", "consented"], reason="")
                | Q(outcome__in=["not_eligible", "declined", "other"]) & ~Q(reason=""),
                name="screening_failure_has_reason",
                violation_error_message="Say why the person did not enter the trial.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="consented", participant__isnull=False)
                | ~Q(outcome="consented") & Q(participant__isnull=True),
                name="screening_consented_has_participant",
                violation_error_message="Whoever consented has a participant code.",
            ),
            models.CheckConstraint(
                condition=Q(index_on__lte=F("screened_on")),
                name="screening_after_index",
                violation_error_message="The index event comes before the screening.",
            ),
            models.CheckConstraint(
                condition=Q(sex__in=["F", "M"])
                & Q(year_of_birth__gte=1900, year_of_birth__lte=2100),
                name="screening_person_plausible",
                violation_error_message="Give the sex and a possible year of birth.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site.code} screening {self.number}"


class Consent(AuditedModel):
    """Consent to one version of the information sheet: when, by whom, obtained by whom."""

    BY = [
        ("participant", "The participant"),
        ("proxy", "A legal representative"),
        ("emergency", "Emergency inclusion, to be confirmed"),
    ]
    trail_title = "Consent"
    participant_path = "participant"
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="consents")
    version = models.CharField(max_length=20)
    given_by = models.CharField(max_length=20, choices=BY)
    consented_on = models.DateField()
    obtained_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("consented_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "version", "given_by"], name="consent_once_per_version"
            ),
            models.CheckConstraint(
                condition=Q(given_by__in=["participant", "proxy", "emergency"]),
                name="consent_given_by_known",
                violation_error_message="Say who consented.",
            ),
        ]

    def __str__(self) -> str:
        return f"Consent {self.version}, {self.consented_on}"


class CriterionAnswer(AuditedModel):
    """The answer to one eligibility criterion; ``computed`` ones come from the system."""

    trail_title = "Eligibility"
    participant_path = "participant"
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="criteria")
    criterion = models.CharField(max_length=10)
    met = models.BooleanField()
    computed = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "criterion"], name="criterion_answered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {'yes' if self.met else 'no'}"


class Withdrawal(AuditedModel):
    """What a participant withdrew from, and when."""

    trail_title = "Withdrawal"
    participant_path = "participant"
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="withdrawals"
    )
    withdrawn_on = models.DateField()
    from_treatment = models.BooleanField(default=False)
    from_follow_up = models.BooleanField(default=False)
    from_data_use = models.BooleanField(default=False)
    from_samples = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("withdrawn_on",)
        constraints = [
            models.CheckConstraint(
                condition=Q(from_treatment=True)
                | Q(from_follow_up=True)
                | Q(from_data_use=True)
                | Q(from_samples=True),
                name="withdrawal_from_something",
                violation_error_message="Say what the participant withdrew from.",
            ),
        ]

    def __str__(self) -> str:
        return f"Withdrawal {self.withdrawn_on}"


class Death(AuditedModel):
    """The death of a participant; the date may be known to the month or year only."""

    trail_title = "Death"
    participant_path = "participant"
    participant = models.OneToOneField(Participant, on_delete=models.PROTECT, related_name="death")
    died_on = models.CharField(max_length=10)
    cause = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(died_on__regex=PATTERN),
                name="death_date_form",
                violation_error_message=FORM_WORDS,
            ),
        ]

    def __str__(self) -> str:
        return f"Death {self.died_on}"


class LostToFollowUp(AuditedModel):
    """The participant could not be reached any more."""

    trail_title = "Lost to follow-up"
    participant_path = "participant"
    participant = models.OneToOneField(Participant, on_delete=models.PROTECT, related_name="lost")
    last_contact_on = models.DateField()
    attempts = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(attempts=""),
                name="lost_after_attempts",
                violation_error_message="Say how you tried to reach the participant.",
            ),
        ]

    def __str__(self) -> str:
        return f"Lost to follow-up after {self.last_contact_on}"
