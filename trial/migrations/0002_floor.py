"""The floor under every table of the backbone."""

from django.db import migrations

from audit.operations import AuditFloor


class Migration(migrations.Migration):
    dependencies = [("trial", "0001_initial"), ("audit", "0002_floor")]

    operations = [
        AuditFloor(name)
        for name in (
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
    ]
