"""The trail is narrowed by person, kind, participant, field and words without reading a table."""

from django.db import migrations

from audit.indexes import DROP_OF_EVENTS, OF_EVENTS, OF_OLDER_HISTORIES


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_seal")]

    operations = [
        migrations.RunSQL(OF_OLDER_HISTORIES, migrations.RunSQL.noop),
        migrations.RunSQL(OF_EVENTS, DROP_OF_EVENTS),
    ]
