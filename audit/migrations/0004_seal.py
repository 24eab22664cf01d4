"""The chain of seals, and a gate that closes before the first key of a statement is drawn."""

import django.db.models.deletion
from django.db import migrations, models

from audit.operations import FUNCTIONS, GATES, AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0003_changes'),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(GATES, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('number', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('previous_hash', models.CharField(blank=True, max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
                ('version', models.CharField(max_length=40)),
                ('content', models.JSONField()),
            ],
            options={
                'ordering': ('-number',),
                'constraints': [models.CheckConstraint(condition=models.Q(('hash__regex', '^[0-9a-f]{64}$'), models.Q(models.Q(('number', 1), ('previous_hash', '')), models.Q(('number__gt', 1), ('previous_hash__regex', '^[0-9a-f]{64}$')), _connector='OR')), name='seal_is_a_link', violation_error_message='A seal has a hash, and that of the seal before it.')],
            },
        ),
        migrations.CreateModel(
            name='SealedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=63)),
                ('key', models.BigIntegerField()),
                ('digest', models.BinaryField()),
                ('columns', models.BinaryField()),
                ('seal', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='audit.seal')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('table', 'key'), name='row_sealed_once')],
            },
        ),
        AppendOnly("Seal"),
        AppendOnly("SealedRow"),
    ]
