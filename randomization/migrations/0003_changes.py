"""Every version notes which columns it changed."""

from django.db import migrations

from audit.operations import ChangesColumn, ChangesNoted

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
        ChangesColumn(MODELS),
        *(ChangesNoted(name) for name in MODELS),
    ]
