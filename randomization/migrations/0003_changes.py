"""Every version notes which columns it changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from audit.operations import ChangesNoted

MODELS = (
    "AllocationList",
    "Stratum",
    "Allocation",
    "Aspiration",
    "Product",
    "Release",
    "Infusion",
    "NotTreated",
)


class Migration(migrations.Migration):
    dependencies = [("randomization", "0002_floor"), ("audit", "0003_changes")]

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
