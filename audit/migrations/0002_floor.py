"""The floor: events and history are append-only, accounts change only with their history."""

from django.db import migrations

from audit.operations import DROP_FUNCTIONS, FUNCTIONS, AppendOnly, AuditFloor


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        AppendOnly("Event"),
        AppendOnly("Handled"),
        AuditFloor("User", app="accounts", history="audit.HistoricalUser", exclude=("password",)),
    ]
