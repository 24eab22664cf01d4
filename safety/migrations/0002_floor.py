"""The floor under the adverse events."""

from django.db import migrations

from audit.operations import AuditFloor


class Migration(migrations.Migration):
    dependencies = [("safety", "0001_initial"), ("audit", "0002_floor")]

    operations = [AuditFloor("AdverseEvent")]
