"""Sites, and who may act there from when to when."""

from __future__ import annotations

from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from audit.models import AuditedModel
from trial.roles import SITE_ROLES, WORDS, Role

ROLE_CHOICES = [(role.value, WORDS[role][0]) for role in Role]


class Site(AuditedModel):
    """A place that enrols; it can only after its activation date (approvals recorded)."""

    trail_title = "Site"
    code = models.CharField(
        max_length=5, unique=True, validators=[RegexValidator(r"^[A-Z]{2,5}$", "2 to 5 capitals")]
    )
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    timezone = models.CharField(max_length=40, default="Europe/Paris")
    approvals = models.TextField(blank=True)
    activated_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z]{2,5}$"),
                name="site_code_is_capitals",
                violation_error_message="A site code is 2 to 5 capital letters.",
            ),
            models.CheckConstraint(
                condition=Q(activated_on__isnull=True) | ~Q(approvals=""),
                name="site_active_with_approvals",
                violation_error_message="Record the approvals before activating the site.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Delegation(AuditedModel):
    """A person holds a role at a site, or in the whole trial, from one day to another.

    The delegation log of ICH E6(R3) 2.3.3. It is ended, never deleted.
    """

    trail_title = "Delegation"
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations")
    role = models.CharField(max_length=30, choices=ROLE_CHOICES)
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.PROTECT, related_name="delegations"
    )
    trained_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("user", "starts_on")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="delegation_ends_after_start",
                violation_error_message="A delegation cannot end before it starts.",
            ),
            models.CheckConstraint(
                condition=Q(trained_on__lte=F("starts_on")),
                name="delegation_after_training",
                violation_error_message="Training comes before the delegation (ICH E6(R3)).",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]),
                name="delegation_role_is_known",
                violation_error_message="Choose a role from the list.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(role.value for role in SITE_ROLES), site__isnull=False)
                | ~Q(role__in=sorted(role.value for role in SITE_ROLES)),
                name="delegation_site_role_has_site",
                violation_error_message="This role works at a site: choose it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def in_force(self, day: date) -> bool:
        """Whether the delegation covers a day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def runs_after(self, day: date) -> bool:
        """Whether the delegation is in force on a day or later."""
        return self.ends_on is None or self.ends_on >= day
