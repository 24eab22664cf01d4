"""The floor under the board: meetings keep their trail, votes and signatures are only added."""

from django.db import migrations

from audit.operations import AppendOnly, AuditFloor


class Migration(migrations.Migration):
    dependencies = [("dsmb", "0001_initial"), ("audit", "0002_floor")]

    operations = [
        AuditFloor("Meeting"),
        AuditFloor("Member"),
        AppendOnly("MaskVote"),
        AppendOnly("Recommendation"),
        AppendOnly("StoppingCrossing"),
    ]
