"""Answers under a lock stay as they are."""

from django.db import migrations

from trial.operations import LockFloor

MODELS = (
    "NihssRecord",
    "BarthelRecord",
    "MrsRecord",
    "FuglMeyerRecord",
    "Barthel20Record",
    "SmrsqRecord",
    "FmriRecord",
    "LesionRecord",
    "RehabilitationRecord",
    "DemographicsRecord",
    "VitalSignsRecord",
)


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0003_changes"), ("trial", "0004_locks")]

    operations = [LockFloor(name, path="record") for name in MODELS]
