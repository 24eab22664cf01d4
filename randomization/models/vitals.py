"""Vital signs around an infusion, at the times the protocol names."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from audit.models import AuditedModel
from randomization.models.treatment import Infusion


class VitalSigns(AuditedModel):
    """Pulse (per minute), blood pressure (mmHg), temperature (°C) and oxygen saturation (%).

    The limits are what a living adult can have, not what is healthy; they are ours.
    """

    trail_title = "Vital signs at the infusion"
    participant_path = "infusion__participant"
    reveals_arm = True
    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="vitals")
    point = models.CharField("time point", max_length=20)
    taken_at = models.TimeField()
    pulse = models.PositiveSmallIntegerField()
    systolic = models.PositiveSmallIntegerField("systolic pressure")
    diastolic = models.PositiveSmallIntegerField("diastolic pressure")
    temperature = models.DecimalField(max_digits=3, decimal_places=1)
    saturation = models.PositiveSmallIntegerField("oxygen saturation")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["infusion", "point"],
                name="vitals_once",
                violation_error_message="The vital signs of this time are recorded already.",
            ),
            models.CheckConstraint(
                condition=~Q(point=""),
                name="vitals_have_a_time",
                violation_error_message="Say at which time they were taken.",
            ),
            models.CheckConstraint(
                condition=Q(pulse__gte=20, pulse__lte=250),
                name="vitals_pulse",
                violation_error_message="The pulse lies between 20 and 250 per minute.",
            ),
            models.CheckConstraint(
                condition=Q(systolic__gte=50, systolic__lte=280),
                name="vitals_systolic",
                violation_error_message="The systolic pressure lies between 50 and 280 mmHg.",
            ),
            models.CheckConstraint(
                condition=Q(diastolic__gte=20, diastolic__lte=180),
                name="vitals_diastolic",
                violation_error_message="The diastolic pressure lies between 20 and 180 mmHg.",
            ),
            models.CheckConstraint(
                condition=Q(systolic__gt=F("diastolic")),
                name="vitals_pressure_order",
                violation_error_message="The systolic pressure is above the diastolic.",
            ),
            models.CheckConstraint(
                condition=Q(temperature__gte=30, temperature__lte=43),
                name="vitals_temperature",
                violation_error_message="The temperature lies between 30 and 43 °C.",
            ),
            models.CheckConstraint(
                condition=Q(saturation__gte=50, saturation__lte=100),
                name="vitals_saturation",
                violation_error_message="The oxygen saturation lies between 50 and 100 percent.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.infusion}, {self.point}"
