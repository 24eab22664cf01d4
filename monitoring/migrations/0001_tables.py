"""Queries, source data verification, certificates and reviews of the trail."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from audit.operations import AuditFloor, Tables


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("monitoring", "0001_queries"),
        ("monitoring", "0002_sdv"),
        ("monitoring", "0003_reviews"),
        ("monitoring", "0004_hidden_checks"),
    ]

    dependencies = [
        ('safety', '0001_tables'),
        ('trial', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables([
        migrations.CreateModel(
            name='HistoricalCertificate',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('form', models.CharField(max_length=20)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField()),
                ('issued_by', models.CharField(max_length=120)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical certificate',
                'verbose_name_plural': 'historical certificates',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalQuery',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('number', models.PositiveIntegerField()),
                ('hidden', models.BooleanField(default=False)),
                ('form', models.CharField(blank=True, max_length=20)),
                ('item', models.CharField(blank=True, max_length=60)),
                ('value', models.CharField(blank=True, max_length=300)),
                ('text', models.CharField(max_length=1000)),
                ('check_code', models.CharField(blank=True, max_length=60)),
                ('check_version', models.PositiveSmallIntegerField(default=0)),
                ('seen', models.CharField(blank=True, max_length=64)),
                ('status', models.CharField(choices=[('open', 'Open'), ('answered', 'Answered'), ('closed', 'Closed')], default='open', max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('since', models.DateTimeField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('adverse_event', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='safety.adverseevent')),
                ('closed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.participant')),
                ('visit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.visit')),
            ],
            options={
                'verbose_name': 'historical query',
                'verbose_name_plural': 'historical queries',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSdvMark',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('item', models.CharField(blank=True, max_length=60)),
                ('version', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('verified_at', models.DateTimeField()),
                ('withdrawn', models.BooleanField(default=False)),
                ('withdrawn_reason', models.CharField(blank=True, max_length=200)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.record')),
                ('verified_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical sdv mark',
                'verbose_name_plural': 'historical sdv marks',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalTrailReview',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('reviewed_from', models.DateField(blank=True, null=True)),
                ('reviewed_until', models.DateField()),
                ('findings', models.TextField(max_length=2000)),
                ('role', models.CharField(max_length=200)),
                ('reviewed_at', models.DateTimeField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.participant')),
                ('reviewed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.site')),
            ],
            options={
                'verbose_name': 'historical trail review',
                'verbose_name_plural': 'historical trail reviews',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Query',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('hidden', models.BooleanField(default=False)),
                ('form', models.CharField(blank=True, max_length=20)),
                ('item', models.CharField(blank=True, max_length=60)),
                ('value', models.CharField(blank=True, max_length=300)),
                ('text', models.CharField(max_length=1000)),
                ('check_code', models.CharField(blank=True, max_length=60)),
                ('check_version', models.PositiveSmallIntegerField(default=0)),
                ('seen', models.CharField(blank=True, max_length=64)),
                ('status', models.CharField(choices=[('open', 'Open'), ('answered', 'Answered'), ('closed', 'Closed')], default='open', max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('since', models.DateTimeField()),
                ('adverse_event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='queries', to='safety.adverseevent')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='queries', to='trial.participant')),
                ('visit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='queries', to='trial.visit')),
            ],
            options={
                'verbose_name_plural': 'queries',
                'ordering': ('opened_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalQueryMessage',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('kind', models.CharField(choices=[('asked', 'Asked'), ('answered', 'Answered'), ('changed', 'Value changed'), ('closed', 'Closed'), ('reopened', 'Reopened')], max_length=10)),
                ('at', models.DateTimeField()),
                ('role', models.CharField(blank=True, max_length=200)),
                ('text', models.CharField(blank=True, max_length=1000)),
                ('old', models.CharField(blank=True, max_length=300)),
                ('new', models.CharField(blank=True, max_length=300)),
                ('change_act', models.UUIDField(blank=True, db_index=True, null=True)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('query', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='monitoring.query')),
            ],
            options={
                'verbose_name': 'historical query message',
                'verbose_name_plural': 'historical query messages',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='QueryMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('asked', 'Asked'), ('answered', 'Answered'), ('changed', 'Value changed'), ('closed', 'Closed'), ('reopened', 'Reopened')], max_length=10)),
                ('at', models.DateTimeField()),
                ('role', models.CharField(blank=True, max_length=200)),
                ('text', models.CharField(blank=True, max_length=1000)),
                ('old', models.CharField(blank=True, max_length=300)),
                ('new', models.CharField(blank=True, max_length=300)),
                ('change_act', models.UUIDField(blank=True, db_index=True, null=True)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('query', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='monitoring.query')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='SdvMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.CharField(blank=True, max_length=60)),
                ('version', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('verified_at', models.DateTimeField()),
                ('withdrawn', models.BooleanField(default=False)),
                ('withdrawn_reason', models.CharField(blank=True, max_length=200)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sdv_marks', to='trial.record')),
                ('verified_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='TrailReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reviewed_from', models.DateField(blank=True, null=True)),
                ('reviewed_until', models.DateField()),
                ('findings', models.TextField(max_length=2000)),
                ('role', models.CharField(max_length=200)),
                ('reviewed_at', models.DateTimeField()),
                ('participant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trail_reviews', to='trial.participant')),
                ('reviewed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trail_reviews', to='trial.site')),
            ],
            options={
                'ordering': ('-reviewed_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.CharField(max_length=20)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField()),
                ('issued_by', models.CharField(max_length=120)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('person', 'form', 'valid_from'),
                'constraints': [models.UniqueConstraint(fields=('person', 'form', 'valid_from'), name='certificate_once_a_day', violation_error_message='This certificate is recorded already.'), models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='certificate_ends_after_start', violation_error_message='A certificate cannot end before it starts.'), models.CheckConstraint(condition=models.Q(('issued_by', ''), _negated=True), name='certificate_has_an_issuer', violation_error_message='Say who issued the certificate.')],
            },
        ),
        migrations.CreateModel(
            name='CheckRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('participants', models.PositiveIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('opened', models.PositiveIntegerField(default=0)),
                ('closed', models.PositiveIntegerField(default=0)),
                ('started_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
                'constraints': [models.CheckConstraint(condition=models.Q(('finished_at__isnull', True), ('finished_at__gte', models.F('started_at')), _connector='OR'), name='check_run_ends_after_start', violation_error_message='A run ends after it starts.')],
            },
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(models.F('participant'), models.F('visit'), models.F('form'), condition=models.Q(('status__in', ('open', 'answered'))), name='query_live'),
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(models.F('participant'), models.F('check_code'), name='query_by_check'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.UniqueConstraint(fields=('hidden', 'number'), name='query_number_once'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('open', 'answered')), models.Q(('check_code', ''), _negated=True)), fields=('check_code', 'participant', 'visit', 'form', 'item', 'adverse_event', 'hidden'), name='query_once_per_check', nulls_distinct=False, violation_error_message='This edit check has asked here already.'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'answered', 'closed'])), name='query_status_known', violation_error_message='A query is open, answered or closed.'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('text__regex', '\\S')), name='query_asks_something', violation_error_message='Write the question.'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('adverse_event__isnull', True), ('visit__isnull', False)), models.Q(('form', ''), ('hidden', False), ('item', ''), ('visit__isnull', True)), _connector='OR'), name='query_form_of_a_visit', violation_error_message='A form belongs to a visit; an adverse event has no form.'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('item', ''), models.Q(('form', ''), _negated=True), _connector='OR'), name='query_item_of_a_form', violation_error_message='An item belongs to a form.'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('check_code', ''), ('check_version', 0), ('opened_by__isnull', False), ('seen', '')), models.Q(models.Q(('check_code', ''), _negated=True), ('check_version__gte', 1), ('opened_by__isnull', True), models.Q(('seen', ''), _negated=True)), _connector='OR'), name='query_asked_by_one', violation_error_message='A person asks a query, or an edit check does.'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'closed'), ('closed_by__isnull', True), _connector='OR'), name='query_closed_by_when_closed', violation_error_message='Only a closed query has been closed by somebody.'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('check_code', ''), _negated=True), models.Q(('status', 'closed'), _negated=True), ('closed_by__isnull', False), _connector='OR'), name='query_of_a_person_closed_by_one', violation_error_message="A person's query is closed by a person."),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('since__gte', models.F('opened_at'))), name='query_since_it_was_opened', violation_error_message='A query changes after it was opened.'),
        ),
        migrations.AddConstraint(
            model_name='querymessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'changed'), models.Q(('old', models.F('new')), _negated=True)), models.Q(('kind__in', ['asked', 'answered', 'closed', 'reopened']), ('new', ''), ('old', '')), _connector='OR'), name='query_message_kind', violation_error_message='Only a change has an old and a new value.'),
        ),
        migrations.AddConstraint(
            model_name='querymessage',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'changed'), ('text__regex', '\\S'), _connector='OR'), name='query_message_says_something', violation_error_message='Write what there is to say.'),
        ),
        migrations.AddConstraint(
            model_name='querymessage',
            constraint=models.CheckConstraint(condition=models.Q(('by__isnull', False), models.Q(('kind__in', ['answered', 'reopened']), _negated=True), _connector='OR'), name='query_message_by_a_person', violation_error_message='A person answers and reopens.'),
        ),
        migrations.AddConstraint(
            model_name='sdvmark',
            constraint=models.UniqueConstraint(fields=('record', 'item'), name='sdv_mark_once_per_item'),
        ),
        migrations.AddConstraint(
            model_name='sdvmark',
            constraint=models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='sdv_mark_saw_a_version', violation_error_message='A verification covers a saved version.'),
        ),
        migrations.AddConstraint(
            model_name='sdvmark',
            constraint=models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='sdv_mark_has_a_digest', violation_error_message='A verification keeps the digest of what it covers.'),
        ),
        migrations.AddConstraint(
            model_name='sdvmark',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn', True), models.Q(('withdrawn_reason', ''), _negated=True)), models.Q(('withdrawn', False), ('withdrawn_reason', '')), _connector='OR'), name='sdv_mark_withdrawn_with_reason', violation_error_message='Say why the verification is taken back.'),
        ),
        migrations.AddConstraint(
            model_name='trailreview',
            constraint=models.CheckConstraint(condition=models.Q(('participant__isnull', True), ('site__isnull', False), _connector='OR'), name='review_of_participant_names_site', violation_error_message='A participant belongs to a site.'),
        ),
        migrations.AddConstraint(
            model_name='trailreview',
            constraint=models.CheckConstraint(condition=models.Q(('reviewed_from__isnull', True), ('reviewed_from__lte', models.F('reviewed_until')), _connector='OR'), name='review_period_runs_forward', violation_error_message='The reviewed period begins before it ends.'),
        ),
        migrations.AddConstraint(
            model_name='trailreview',
            constraint=models.CheckConstraint(condition=models.Q(('findings', ''), _negated=True), name='review_has_findings', violation_error_message='Say what you found.'),
        ),
        ]),
        *(
            AuditFloor(name)
            for name in ("Query", "QueryMessage", "SdvMark", "Certificate", "TrailReview")
        ),
    ]
