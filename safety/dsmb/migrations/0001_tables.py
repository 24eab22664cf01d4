"""The board: its meetings, votes, recommendations, and the crossings it was told of."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from audit.operations import AppendOnly, AuditFloor, Tables


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("dsmb", "0001_initial"),
        ("dsmb", "0002_floor"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables([
        migrations.CreateModel(
            name='HistoricalMeeting',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('number', models.PositiveIntegerField(db_index=True)),
                ('code', models.CharField(db_index=True, max_length=12)),
                ('held_on', models.DateField(verbose_name='day of the meeting')),
                ('cut_off', models.DateField(verbose_name='data up to')),
                ('status', models.CharField(choices=[('called', 'Called'), ('held', 'Held'), ('cancelled', 'Cancelled')], default='called', max_length=10)),
                ('called_at', models.DateTimeField()),
                ('cancel_reason', models.CharField(blank=True, max_length=200)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('called_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical meeting',
                'verbose_name_plural': 'historical meetings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('held_on', models.DateField(verbose_name='day of the meeting')),
                ('cut_off', models.DateField(verbose_name='data up to')),
                ('status', models.CharField(choices=[('called', 'Called'), ('held', 'Held'), ('cancelled', 'Cancelled')], default='called', max_length=10)),
                ('called_at', models.DateTimeField()),
                ('cancel_reason', models.CharField(blank=True, max_length=200)),
                ('called_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-number',),
            },
        ),
        migrations.CreateModel(
            name='MaskVote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unmask', models.BooleanField()),
                ('voted_at', models.DateTimeField()),
                ('voter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='dsmb.meeting')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='HistoricalMember',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('chair', models.BooleanField(default=False)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='dsmb.meeting')),
            ],
            options={
                'verbose_name': 'historical member',
                'verbose_name_plural': 'historical members',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chair', models.BooleanField(default=False)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='dsmb.meeting')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-chair', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.CharField(choices=[('continue', 'Continue the trial unchanged'), ('modify', 'Continue with modifications'), ('pause', 'Pause the trial'), ('stop', 'Stop the trial')], max_length=10)),
                ('text', models.TextField(blank=True)),
                ('basis', models.CharField(max_length=300)),
                ('signed_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64)),
                ('meeting', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='recommendation', to='dsmb.meeting')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
            },
        ),
        migrations.CreateModel(
            name='StoppingCrossing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=30)),
                ('events', models.PositiveIntegerField()),
                ('treated', models.PositiveIntegerField()),
                ('boundary', models.PositiveIntegerField()),
                ('noted_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('-pk',),
                'constraints': [models.UniqueConstraint(fields=('rule', 'events'), name='crossing_once'), models.CheckConstraint(condition=models.Q(('events__gte', models.F('boundary')), ('events__lte', models.F('treated'))), name='crossing_is_one', violation_error_message='A crossing has as many events as its boundary, or more.')],
            },
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^DSMB-[0-9]{2,}$'), ('number__gte', 1)), name='meeting_code_form', violation_error_message='Meetings are numbered from DSMB-01.'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('cut_off__lte', models.F('held_on'))), name='meeting_after_its_cut_off', violation_error_message='The data end before the meeting, or on its day.'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['called', 'held', 'cancelled'])), name='meeting_status_known', violation_error_message='A meeting is called, held or cancelled.'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancel_reason__regex', '\\S'), ('status', 'cancelled')), models.Q(models.Q(('status', 'cancelled'), _negated=True), ('cancel_reason', '')), _connector='OR'), name='meeting_cancelled_says_why', violation_error_message='Say why the meeting is cancelled.'),
        ),
        migrations.AddConstraint(
            model_name='maskvote',
            constraint=models.UniqueConstraint(fields=('meeting', 'voter'), name='vote_once'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(fields=('meeting', 'user'), name='member_once'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(condition=models.Q(('chair', True)), fields=('meeting',), name='meeting_has_one_chair'),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.CheckConstraint(condition=models.Q(('decision__in', ['continue', 'modify', 'pause', 'stop'])), name='recommendation_decision_known', violation_error_message='Choose continue, modify, pause or stop.'),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('text'), 4000)), name='recommendation_text_length', violation_error_message='The text has at most 4000 characters.'),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.CheckConstraint(condition=models.Q(('decision', 'continue'), ('text__regex', '\\S'), _connector='OR'), name='recommendation_says_what', violation_error_message='Say what shall change, or why.'),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$'), models.Q(('basis', ''), _negated=True)), name='recommendation_is_signed', violation_error_message='A recommendation is signed, on packs that it names.'),
        ),
        ]),
        *(AuditFloor(name) for name in ("Meeting", "Member")),
        *(AppendOnly(name) for name in ("MaskVote", "Recommendation", "StoppingCrossing")),
    ]
