"""Allocation and treatment under a lock stay as they are."""

from django.db import migrations

from trial.operations import LockFloor

PATHS = {
    "Allocation": "participant",
    "Aspiration": "participant",
    "Product": "aspiration__participant",
    "Release": "product__aspiration__participant",
    "Infusion": "participant",
    "NotTreated": "participant",
}


class Migration(migrations.Migration):
    dependencies = [("randomization", "0003_changes"), ("trial", "0004_locks")]

    operations = [LockFloor(name, path=path) for name, path in PATHS.items()]
