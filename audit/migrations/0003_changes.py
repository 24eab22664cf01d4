"""Every version notes which columns it changed, and every log has the database's own clock."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from audit.operations import FUNCTIONS, ChangesNoted, TakenDown


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_floor")]

    operations = [
        # A floor laid by an earlier release lacks what the functions say since.
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.AddField(
            "HistoricalUser",
            "history_changed",
            ArrayField(models.TextField(), db_default=[], editable=False),
        ),
        ChangesNoted("User", app="accounts", history="audit.HistoricalUser", exclude=("password",)),
        TakenDown("Event"),
    ]
