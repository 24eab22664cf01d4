"""The floor under every table of answers."""

from django.db import migrations

from audit.operations import AuditFloor


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial"), ("audit", "0002_floor")]

    operations = [
        AuditFloor(name)
        for name in (
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
    ]
