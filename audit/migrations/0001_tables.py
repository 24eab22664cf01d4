"""The trail: events, the history of accounts, the seals, and the floor beneath them."""

import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from audit.indexes import DROP_OF_EVENTS, OF_EVENTS
from audit.operations import DROP_FUNCTIONS, FUNCTIONS, AppendOnly, AuditFloor, Tables, TakenDown


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("audit", "0001_initial"),
        ("audit", "0002_floor"),
        ("audit", "0003_changes"),
        ("audit", "0004_seal"),
        ("audit", "0005_trail_indexes"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables([
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', models.CharField(db_index=True, max_length=80)),
                ('role', models.CharField(blank=True, max_length=200)),
                ('act_id', models.UUIDField(db_index=True, null=True)),
                ('participant', models.CharField(blank=True, db_index=True, max_length=20)),
                ('subject_type', models.CharField(blank=True, max_length=100)),
                ('subject_id', models.CharField(blank=True, max_length=40)),
                ('reason', models.TextField(blank=True)),
                ('data', models.JSONField(default=dict)),
                ('reveals_arm', models.BooleanField(default=False)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Handled',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handler', models.CharField(max_length=120)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handled', to='audit.event')),
            ],
        ),
        migrations.CreateModel(
            name='HistoricalUser',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('username', models.CharField(db_index=True, max_length=64, validators=[django.contrib.auth.validators.UnicodeUsernameValidator(), django.core.validators.MinLengthValidator(3)])),
                ('full_name', models.CharField(max_length=120)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('is_active', models.BooleanField(default=True)),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical user',
                'verbose_name_plural': 'historical users',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
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
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('actor__isnull', False), models.Q(('role', ''), _negated=True), _connector='OR'), name='event_has_an_actor', violation_error_message='An event names a person or a system process.'),
        ),
        migrations.AddConstraint(
            model_name='handled',
            constraint=models.UniqueConstraint(fields=('event', 'handler'), name='event_handled_once'),
        ),
        migrations.AddConstraint(
            model_name='sealedrow',
            constraint=models.UniqueConstraint(fields=('table', 'key'), name='row_sealed_once'),
        ),
        ]),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *(AppendOnly(name) for name in ("Event", "Handled", "Seal", "SealedRow")),
        AuditFloor("User", app="accounts", history="audit.HistoricalUser", exclude=("password",)),
        TakenDown("Event"),
        migrations.RunSQL(OF_EVENTS, DROP_OF_EVENTS),
    ]
