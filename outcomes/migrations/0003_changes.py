"""Every version notes which columns it changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from audit.operations import ChangesNoted

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
        *(
            migrations.AddField(
                f"Historical{name}",
                "history_changed",
                ArrayField(models.TextField(), db_default=[], editable=False),
            )
            for name in MODELS
        ),
        *(ChangesNoted(name) for name in MODELS),
    ]
