"""Adverse events under a lock stay as they are."""

from django.db import migrations

from trial.operations import LockFloor


class Migration(migrations.Migration):
    dependencies = [("safety", "0003_changes"), ("trial", "0004_locks")]

    operations = [LockFloor("AdverseEvent", path="participant")]
