"""Whoever writes sees every standing lock: no snapshot older than the lock."""

from django.db import migrations

from trial.operations import LOCKING_FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [("trial", "0004_locks")]

    operations = [migrations.RunSQL(LOCKING_FUNCTIONS, migrations.RunSQL.noop)]
