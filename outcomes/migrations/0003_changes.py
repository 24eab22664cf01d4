"""Every version notes which columns it changed."""

from django.db import migrations

from audit.operations import ChangesColumn, ChangesNoted

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
    dependencies = [("outcomes", "0002_floor"), ("audit", "0003_changes")]

    operations = [
        ChangesColumn(MODELS),
        *(ChangesNoted(name) for name in MODELS),
    ]
