"""Every version notes which columns it changed."""

from django.db import migrations

from audit.operations import ChangesColumn, ChangesNoted

MODELS = (
    "Site",
    "Delegation",
    "Participant",
    "ScreeningEntry",
    "Consent",
    "CriterionAnswer",
    "Withdrawal",
    "Death",
    "LostToFollowUp",
    "Visit",
    "Record",
    "Confirmation",
    "Signature",
)


class Migration(migrations.Migration):
    dependencies = [("trial", "0002_floor"), ("audit", "0003_changes")]

    operations = [
        ChangesColumn(MODELS),
        *(ChangesNoted(name) for name in MODELS),
    ]
