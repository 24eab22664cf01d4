import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models

from audit.operations import Tables


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables([
        migrations.AddField(
            model_name='datacut',
            name='formats',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='datacut',
            constraint=models.CheckConstraint(condition=models.Q(('formats__contained_by', ['parquet', 'xpt', 'sav', 'dta', 'odm', 'dataset_json', 'sdtm', 'adam'])), name='cut_formats_are_known', violation_error_message='A cut has formats that are known, besides CSV.'),
        ),
        ]),
    ]
