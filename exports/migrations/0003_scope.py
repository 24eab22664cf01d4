import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.operations import Tables


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0002_formats'),
        ('trial', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables([
        migrations.AddField(
            model_name='datacut',
            name='cut_off',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='datacut',
            name='forms',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='datacut',
            name='lock',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trial.lock'),
        ),
        migrations.AddField(
            model_name='datacut',
            name='population',
            field=models.CharField(choices=[('consented', 'Everybody who consented'), ('randomized', 'Everybody who was randomized')], default='consented', max_length=12),
        ),
        migrations.AddField(
            model_name='datacut',
            name='sites',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), blank=True, default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='datacut',
            constraint=models.CheckConstraint(condition=models.Q(('population__in', ['consented', 'randomized'])), name='cut_population_is_known', violation_error_message='A cut is of everybody who consented or was randomized.'),
        ),
        migrations.AddConstraint(
            model_name='datacut',
            constraint=models.CheckConstraint(condition=models.Q(('lock__isnull', True), models.Q(('cut_off__isnull', True), ('forms', []), ('population', 'consented'), ('sites', [])), _connector='OR'), name='cut_final_is_whole', violation_error_message='A final cut holds everything.'),
        ),
        migrations.AddConstraint(
            model_name='datacut',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['queued', 'running', 'done'])), fields=('lock', 'blinded'), name='cut_final_once_per_lock', violation_error_message='This lock has such a final cut already.'),
        ),
        ]),
    ]
