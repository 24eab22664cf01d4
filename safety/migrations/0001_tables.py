"""Adverse events, what is reported of them, and who is told."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import simple_history.models
import trial.models.lock
from django.conf import settings
from django.db import migrations, models

from audit.operations import AppendOnly, AuditFloor, Tables
from safety.alerts.floor import KEPT, NOT_KEPT
from trial.operations import LockFloor

AUDITED = (
    "AdverseEvent",
    "GradeChange",
    "ReferenceSafetyInformation",
    "SafetyReport",
    "SponsorAssessment",
    "Submission",
    "UrgentMeasure",
)
PATHS = {
    "AdverseEvent": "participant",
    "GradeChange": "event__participant",
    "SafetyReport": "event__participant",
}
ADDED = (
    "Alert",
    "Proof",
    "ReferenceSafetyInformation",
    "SafetyReport",
    "SponsorAssessment",
)
COMPARED = """
ALTER TABLE safety_sponsorassessment ADD CONSTRAINT assessment_of_that_causality
    FOREIGN KEY (report_id, investigator_causality) REFERENCES safety_safetyreport (id, causality);
ALTER TABLE safety_proof ADD CONSTRAINT proof_has_its_hash
    CHECK (octet_length(content) > 0 AND encode(sha256(content), 'hex') = sha256);
ALTER TABLE safety_proof ADD CONSTRAINT proof_and_its_hash UNIQUE (id, sha256);
ALTER TABLE safety_submission ADD CONSTRAINT submission_of_that_proof
    FOREIGN KEY (proof_id, proof_sha256) REFERENCES safety_proof (id, sha256);
"""
NOT_COMPARED = """
ALTER TABLE safety_submission DROP CONSTRAINT submission_of_that_proof;
ALTER TABLE safety_proof DROP CONSTRAINT proof_and_its_hash;
ALTER TABLE safety_proof DROP CONSTRAINT proof_has_its_hash;
ALTER TABLE safety_sponsorassessment DROP CONSTRAINT assessment_of_that_causality;
"""


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("safety", "0001_initial"),
        ("safety", "0002_floor"),
        ("safety", "0003_changes"),
        ("safety", "0004_locks"),
        ("safety", "0005_reports"),
        ("safety", "0006_alerts"),
    ]

    dependencies = [
        ('trial', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables([
        migrations.CreateModel(
            name='Proof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('sha256', models.CharField(max_length=64)),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='AdverseEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('term', models.CharField(max_length=200)),
                ('category', models.CharField(max_length=30)),
                ('onset', models.CharField(max_length=10)),
                ('end', models.CharField(blank=True, max_length=10)),
                ('scale', models.CharField(default='three', max_length=10)),
                ('severity', models.CharField(choices=[('mild', 'Mild'), ('moderate', 'Moderate'), ('severe', 'Severe'), ('grade1', 'Grade 1: mild'), ('grade2', 'Grade 2: moderate'), ('grade3', 'Grade 3: severe'), ('grade4', 'Grade 4: life-threatening'), ('grade5', 'Grade 5: death')], max_length=10)),
                ('serious', models.BooleanField()),
                ('serious_on', models.CharField(blank=True, max_length=10)),
                ('criterion_death', models.BooleanField(default=False)),
                ('criterion_life_threatening', models.BooleanField(default=False)),
                ('criterion_hospitalization', models.BooleanField(default=False)),
                ('criterion_disability', models.BooleanField(default=False)),
                ('criterion_congenital', models.BooleanField(default=False)),
                ('criterion_important', models.BooleanField(default=False)),
                ('causality', models.CharField(choices=[('unrelated', 'Not related'), ('unlikely', 'Unlikely'), ('possible', 'Possible'), ('probable', 'Probable'), ('definite', 'Definite')], max_length=12)),
                ('action', models.CharField(choices=[('none', 'None'), ('watched', 'Watched more closely'), ('treated', 'Treated, by medicine or procedure'), ('study_treatment', 'Study treatment stopped, put off or not given'), ('other', 'Other')], max_length=20)),
                ('outcome', models.CharField(choices=[('recovered', 'Recovered'), ('sequelae', 'Recovered with sequelae'), ('recovering', 'Recovering'), ('not_recovered', 'Not recovered'), ('fatal', 'Fatal'), ('unknown', 'Unknown')], max_length=15)),
                ('aware_at', models.DateTimeField(blank=True, null=True)),
                ('aware_zone', models.CharField(blank=True, max_length=40)),
                ('sponsor_informed_at', models.DateTimeField(blank=True, null=True)),
                ('narrative', models.TextField(blank=True)),
                ('voided', models.BooleanField(default=False)),
                ('void_reason', models.CharField(blank=True, max_length=200)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adverse_events', to='trial.participant')),
            ],
            options={
                'ordering': ('participant', 'number'),
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=trial.models.lock.new_code, editable=False, max_length=16, unique=True)),
                ('kind', models.CharField(max_length=30)),
                ('subject_type', models.CharField(max_length=100)),
                ('subject_id', models.CharField(max_length=40)),
                ('occasion', models.CharField(blank=True, max_length=80)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('participant', models.CharField(blank=True, max_length=20)),
                ('raised_at', models.DateTimeField(db_index=True)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('raised_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trial.site')),
            ],
            options={
                'ordering': ('-raised_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveSmallIntegerField(default=0)),
                ('told_at', models.DateTimeField()),
                ('message_id', models.CharField(editable=False, max_length=120, unique=True)),
                ('state', models.CharField(choices=[('waiting', 'Waits to be sent'), ('claimed', 'Being sent'), ('handing', 'Being sent'), ('sent', 'Sent'), ('refused', 'Refused by the mail server'), ('no_address', 'No e-mail address'), ('not_owed', 'No longer needed')], default='waiting', max_length=10)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_try', models.DateTimeField()),
                ('trouble', models.CharField(blank=True, max_length=80)),
                ('doubtful', models.BooleanField(default=False)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='safety.alert')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='GradeChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('was', models.CharField(choices=[('mild', 'Mild'), ('moderate', 'Moderate'), ('severe', 'Severe'), ('grade1', 'Grade 1: mild'), ('grade2', 'Grade 2: moderate'), ('grade3', 'Grade 3: severe'), ('grade4', 'Grade 4: life-threatening'), ('grade5', 'Grade 5: death')], max_length=10)),
                ('became', models.CharField(choices=[('mild', 'Mild'), ('moderate', 'Moderate'), ('severe', 'Severe'), ('grade1', 'Grade 1: mild'), ('grade2', 'Grade 2: moderate'), ('grade3', 'Grade 3: severe'), ('grade4', 'Grade 4: life-threatening'), ('grade5', 'Grade 5: death')], max_length=10)),
                ('since', models.CharField(max_length=10)),
                ('voided', models.BooleanField(default=False)),
                ('void_reason', models.CharField(blank=True, max_length=200)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grade_changes', to='safety.adverseevent')),
            ],
            options={
                'ordering': ('event', 'number'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalAdverseEvent',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('number', models.PositiveIntegerField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('term', models.CharField(max_length=200)),
                ('category', models.CharField(max_length=30)),
                ('onset', models.CharField(max_length=10)),
                ('end', models.CharField(blank=True, max_length=10)),
                ('scale', models.CharField(default='three', max_length=10)),
                ('severity', models.CharField(choices=[('mild', 'Mild'), ('moderate', 'Moderate'), ('severe', 'Severe'), ('grade1', 'Grade 1: mild'), ('grade2', 'Grade 2: moderate'), ('grade3', 'Grade 3: severe'), ('grade4', 'Grade 4: life-threatening'), ('grade5', 'Grade 5: death')], max_length=10)),
                ('serious', models.BooleanField()),
                ('serious_on', models.CharField(blank=True, max_length=10)),
                ('criterion_death', models.BooleanField(default=False)),
                ('criterion_life_threatening', models.BooleanField(default=False)),
                ('criterion_hospitalization', models.BooleanField(default=False)),
                ('criterion_disability', models.BooleanField(default=False)),
                ('criterion_congenital', models.BooleanField(default=False)),
                ('criterion_important', models.BooleanField(default=False)),
                ('causality', models.CharField(choices=[('unrelated', 'Not related'), ('unlikely', 'Unlikely'), ('possible', 'Possible'), ('probable', 'Probable'), ('definite', 'Definite')], max_length=12)),
                ('action', models.CharField(choices=[('none', 'None'), ('watched', 'Watched more closely'), ('treated', 'Treated, by medicine or procedure'), ('study_treatment', 'Study treatment stopped, put off or not given'), ('other', 'Other')], max_length=20)),
                ('outcome', models.CharField(choices=[('recovered', 'Recovered'), ('sequelae', 'Recovered with sequelae'), ('recovering', 'Recovering'), ('not_recovered', 'Not recovered'), ('fatal', 'Fatal'), ('unknown', 'Unknown')], max_length=15)),
                ('aware_at', models.DateTimeField(blank=True, null=True)),
                ('aware_zone', models.CharField(blank=True, max_length=40)),
                ('sponsor_informed_at', models.DateTimeField(blank=True, null=True)),
                ('narrative', models.TextField(blank=True)),
                ('voided', models.BooleanField(default=False)),
                ('void_reason', models.CharField(blank=True, max_length=200)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.participant')),
            ],
            options={
                'verbose_name': 'historical adverse event',
                'verbose_name_plural': 'historical adverse events',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalGradeChange',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('number', models.PositiveIntegerField()),
                ('was', models.CharField(choices=[('mild', 'Mild'), ('moderate', 'Moderate'), ('severe', 'Severe'), ('grade1', 'Grade 1: mild'), ('grade2', 'Grade 2: moderate'), ('grade3', 'Grade 3: severe'), ('grade4', 'Grade 4: life-threatening'), ('grade5', 'Grade 5: death')], max_length=10)),
                ('became', models.CharField(choices=[('mild', 'Mild'), ('moderate', 'Moderate'), ('severe', 'Severe'), ('grade1', 'Grade 1: mild'), ('grade2', 'Grade 2: moderate'), ('grade3', 'Grade 3: severe'), ('grade4', 'Grade 4: life-threatening'), ('grade5', 'Grade 5: death')], max_length=10)),
                ('since', models.CharField(max_length=10)),
                ('voided', models.BooleanField(default=False)),
                ('void_reason', models.CharField(blank=True, max_length=200)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('event', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='safety.adverseevent')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical grade change',
                'verbose_name_plural': 'historical grade changes',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalReferenceSafetyInformation',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('version', models.CharField(db_index=True, max_length=40)),
                ('title', models.CharField(max_length=200)),
                ('in_force_from', models.DateField(db_index=True)),
                ('terms', models.TextField(blank=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical reference safety information',
                'verbose_name_plural': 'historical reference safety informations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSafetyReport',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('initial', 'Initial'), ('follow_up', 'Follow-up'), ('final', 'Final')], max_length=10)),
                ('source', models.CharField(choices=[('site', 'Site'), ('sponsor', 'Safety desk')], max_length=10)),
                ('news', models.CharField(blank=True, max_length=1000)),
                ('received_at', models.DateTimeField()),
                ('zone', models.CharField(max_length=40)),
                ('filed_at', models.DateTimeField()),
                ('event_version', models.PositiveIntegerField()),
                ('content', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('causality', models.CharField(choices=[('unrelated', 'Not related'), ('unlikely', 'Unlikely'), ('possible', 'Possible'), ('probable', 'Probable'), ('definite', 'Definite')], max_length=12)),
                ('serious', models.BooleanField()),
                ('grave', models.BooleanField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('event', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='safety.adverseevent')),
                ('filed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical safety report',
                'verbose_name_plural': 'historical safety reports',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalUrgentMeasure',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('number', models.PositiveIntegerField(db_index=True)),
                ('taken_at', models.DateTimeField()),
                ('zone', models.CharField(max_length=40)),
                ('measure', models.CharField(max_length=2000)),
                ('why', models.CharField(max_length=2000)),
                ('voided', models.BooleanField(default=False)),
                ('void_reason', models.CharField(blank=True, max_length=200)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('event', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='safety.adverseevent')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.site')),
            ],
            options={
                'verbose_name': 'historical urgent measure',
                'verbose_name_plural': 'historical urgent measures',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ReferenceSafetyInformation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=40, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('in_force_from', models.DateField(unique=True)),
                ('terms', models.TextField(blank=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'ordering': ('-in_force_from',),
                'constraints': [models.CheckConstraint(condition=models.Q(('version__regex', '\\S')), name='rsi_version_given', violation_error_code='version', violation_error_message='Name the version.'), models.CheckConstraint(condition=models.Q(('title__regex', '\\S')), name='rsi_title_given', violation_error_code='title', violation_error_message='Name the document.'), models.CheckConstraint(condition=models.Q(('sha256', ''), ('sha256__regex', '^[0-9a-f]{64}$'), _connector='OR'), name='rsi_hash_form', violation_error_code='sha256', violation_error_message='A SHA-256 has 64 characters, 0 to 9 and a to f.')],
            },
        ),
        migrations.CreateModel(
            name='SafetyReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('initial', 'Initial'), ('follow_up', 'Follow-up'), ('final', 'Final')], max_length=10)),
                ('source', models.CharField(choices=[('site', 'Site'), ('sponsor', 'Safety desk')], max_length=10)),
                ('news', models.CharField(blank=True, max_length=1000)),
                ('received_at', models.DateTimeField()),
                ('zone', models.CharField(max_length=40)),
                ('filed_at', models.DateTimeField()),
                ('event_version', models.PositiveIntegerField()),
                ('content', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('causality', models.CharField(choices=[('unrelated', 'Not related'), ('unlikely', 'Unlikely'), ('possible', 'Possible'), ('probable', 'Probable'), ('definite', 'Definite')], max_length=12)),
                ('serious', models.BooleanField()),
                ('grave', models.BooleanField()),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='safety.adverseevent')),
                ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('event', 'number'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalSponsorAssessment',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('number', models.PositiveIntegerField()),
                ('investigator_causality', models.CharField(max_length=12)),
                ('causality', models.CharField(choices=[('unrelated', 'Not related'), ('unlikely', 'Unlikely'), ('possible', 'Possible'), ('probable', 'Probable'), ('definite', 'Definite')], max_length=12)),
                ('expectedness', models.CharField(choices=[('expected', 'Expected'), ('unexpected', 'Unexpected')], max_length=10)),
                ('comment', models.CharField(blank=True, max_length=2000)),
                ('assessed_at', models.DateTimeField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('assessed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reference', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='safety.referencesafetyinformation')),
                ('report', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='safety.safetyreport')),
            ],
            options={
                'verbose_name': 'historical sponsor assessment',
                'verbose_name_plural': 'historical sponsor assessments',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='SponsorAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('investigator_causality', models.CharField(max_length=12)),
                ('causality', models.CharField(choices=[('unrelated', 'Not related'), ('unlikely', 'Unlikely'), ('possible', 'Possible'), ('probable', 'Probable'), ('definite', 'Definite')], max_length=12)),
                ('expectedness', models.CharField(choices=[('expected', 'Expected'), ('unexpected', 'Unexpected')], max_length=10)),
                ('comment', models.CharField(blank=True, max_length=2000)),
                ('assessed_at', models.DateTimeField()),
                ('assessed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reference', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='safety.referencesafetyinformation')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='safety.safetyreport')),
            ],
            options={
                'ordering': ('report__event', 'id'),
            },
        ),
        migrations.CreateModel(
            name='UrgentMeasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('taken_at', models.DateTimeField()),
                ('zone', models.CharField(max_length=40)),
                ('measure', models.CharField(max_length=2000)),
                ('why', models.CharField(max_length=2000)),
                ('voided', models.BooleanField(default=False)),
                ('void_reason', models.CharField(blank=True, max_length=200)),
                ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='safety.adverseevent')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='trial.site')),
            ],
            options={
                'ordering': ('-number',),
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient_kind', models.CharField(choices=[('authority', 'Competent authority'), ('ethics', 'Ethics committee'), ('investigators', 'Investigators'), ('other', 'Somebody else')], max_length=15)),
                ('recipient', models.CharField(max_length=120)),
                ('submitted_at', models.DateTimeField()),
                ('zone', models.CharField(max_length=40)),
                ('reference', models.CharField(max_length=80)),
                ('complete', models.BooleanField(default=False)),
                ('proof_sha256', models.CharField(max_length=64)),
                ('voided', models.BooleanField(default=False)),
                ('void_reason', models.CharField(blank=True, max_length=200)),
                ('proof', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='submission', to='safety.proof')),
                ('report', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='safety.safetyreport')),
                ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('measure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='safety.urgentmeasure')),
            ],
            options={
                'ordering': ('submitted_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalSubmission',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('recipient_kind', models.CharField(choices=[('authority', 'Competent authority'), ('ethics', 'Ethics committee'), ('investigators', 'Investigators'), ('other', 'Somebody else')], max_length=15)),
                ('recipient', models.CharField(max_length=120)),
                ('submitted_at', models.DateTimeField()),
                ('zone', models.CharField(max_length=40)),
                ('reference', models.CharField(max_length=80)),
                ('complete', models.BooleanField(default=False)),
                ('proof_sha256', models.CharField(max_length=64)),
                ('voided', models.BooleanField(default=False)),
                ('void_reason', models.CharField(blank=True, max_length=200)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proof', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='safety.proof')),
                ('report', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='safety.safetyreport')),
                ('measure', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='safety.urgentmeasure')),
            ],
            options={
                'verbose_name': 'historical submission',
                'verbose_name_plural': 'historical submissions',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.UniqueConstraint(fields=('participant', 'number'), name='ae_number_once'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='ae_number_counts', violation_error_code='number', violation_error_message='Events are numbered from 1.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='ae_version_counts', violation_error_code='version', violation_error_message='Versions start at 1.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('term__regex', '\\S')), name='ae_term_given', violation_error_code='term', violation_error_message="Say what happened, in the reporter's words."),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('category', ''), _negated=True), name='ae_category_given', violation_error_code='category', violation_error_message='Choose a category.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('onset__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])|-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|-(0[13-9]|1[0-2])-(29|30)|-(0[13578]|1[02])-31)?|((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)-02-29)$')), name='ae_onset_form', violation_error_code='onset', violation_error_message='Write the date as 2027-03-12, 2027-03 or 2027.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('end', ''), ('end__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])|-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|-(0[13-9]|1[0-2])-(29|30)|-(0[13578]|1[02])-31)?|((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)-02-29)$'), _connector='OR'), name='ae_end_form', violation_error_code='end', violation_error_message='Write the date as 2027-03-12, 2027-03 or 2027.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('end', ''), django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Left('end', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('onset'), django.db.models.functions.text.Length('end'))), django.db.models.functions.text.Left('onset', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('onset'), django.db.models.functions.text.Length('end')))), _connector='OR'), name='ae_end_after_onset', violation_error_code='end', violation_error_message='The event cannot end before it begins.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('end', ''), models.Q(('outcome__in', ['not_recovered', 'recovering']), _negated=True), _connector='OR'), name='ae_ongoing_has_no_end', violation_error_code='end', violation_error_message='An event that goes on has no end: clear the date, or change the outcome.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scale', 'three'), ('severity__in', ['mild', 'moderate', 'severe'])), models.Q(('scale', 'ctcae5'), ('severity__in', ['grade1', 'grade2', 'grade3', 'grade4', 'grade5'])), _connector='OR'), name='ae_severity_known', violation_error_code='severity', violation_error_message='Choose how severe it is.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('severity', 'grade5'), _negated=True), models.Q(('outcome', 'fatal'), ('scale', 'ctcae5'), _negated=True)), models.Q(('outcome', 'fatal'), ('severity', 'grade5')), _connector='OR'), name='ae_grade_of_death', violation_error_code='severity', violation_error_message='The grade of death and the outcome "fatal" go together.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('serious_on', ''), models.Q(('serious', True), ('serious_on__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])|-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|-(0[13-9]|1[0-2])-(29|30)|-(0[13578]|1[02])-31)?|((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)-02-29)$')), _connector='OR'), name='ae_serious_on_form', violation_error_code='serious_on', violation_error_message='For a serious event. Write the date as 2027-03-12, 2027-03 or 2027.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('causality__in', ['definite', 'possible', 'probable', 'unlikely', 'unrelated'])), name='ae_causality_known', violation_error_code='causality', violation_error_message='Choose how likely a relation is.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['none', 'other', 'study_treatment', 'treated', 'watched'])), name='ae_action_known', violation_error_code='action', violation_error_message='Choose what was done.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['fatal', 'not_recovered', 'recovered', 'recovering', 'sequelae', 'unknown'])), name='ae_outcome_known', violation_error_code='outcome', violation_error_message='Choose how the event came out.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('serious', False), ('criterion_death', True), ('criterion_life_threatening', True), ('criterion_hospitalization', True), ('criterion_disability', True), ('criterion_congenital', True), ('criterion_important', True), _connector='OR'), name='ae_serious_has_criterion', violation_error_code='criteria', violation_error_message='A serious event meets a criterion: tick it, or say that it is not serious.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('serious', True), models.Q(('criterion_death', True), ('criterion_life_threatening', True), ('criterion_hospitalization', True), ('criterion_disability', True), ('criterion_congenital', True), ('criterion_important', True), _connector='OR', _negated=True), _connector='OR'), name='ae_criterion_means_serious', violation_error_code='serious', violation_error_message='An event that meets a criterion is serious: say so, or clear the criteria.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('criterion_death', True), ('outcome', 'fatal')), models.Q(models.Q(('outcome', 'fatal'), _negated=True), ('criterion_death', False)), _connector='OR'), name='ae_fatal_is_death', violation_error_code='outcome', violation_error_message='The outcome "fatal" and the criterion "resulted in death" go together.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('serious', False), ('aware_at__isnull', False), _connector='OR'), name='ae_serious_has_awareness', violation_error_code='aware_at', violation_error_message='Say when you became aware of a serious event: 24 hours run from then.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('aware_at__isnull', True), ('aware_zone', '')), models.Q(('aware_at__isnull', False), models.Q(('aware_zone', ''), _negated=True)), _connector='OR'), name='ae_awareness_has_zone', violation_error_code='aware_at', violation_error_message='A time of awareness is kept with the time zone of the site.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('sponsor_informed_at__isnull', True), models.Q(('aware_at__isnull', False), ('sponsor_informed_at__gte', models.F('aware_at'))), _connector='OR'), name='ae_sponsor_after_awareness', violation_error_code='sponsor_informed_at', violation_error_message='The sponsor is informed after you became aware: give both times, in this order.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('narrative'), 4000)), name='ae_narrative_length', violation_error_code='narrative', violation_error_message='The account has at most 4000 characters.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('void_reason', ''), ('voided', False)), models.Q(('void_reason__regex', '\\S'), ('voided', True)), _connector='OR'), name='ae_voided_has_reason', violation_error_code='void_reason', violation_error_message='Say why the event was entered in error.'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(fields=('kind', 'subject_type', 'subject_id', 'occasion'), name='alert_once_per_occasion'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', ''), _negated=True), models.Q(('subject_type', ''), _negated=True), models.Q(('subject_id', ''), _negated=True)), name='alert_is_about_something', violation_error_message='An alert says what it is and what it is about.'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ('waiting', 'claimed', 'handing'))), fields=['next_try'], name='delivery_still_open'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('acknowledged_at__isnull', True)), fields=['recipient'], name='delivery_unacknowledged'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('alert', 'recipient', 'step'), name='delivery_once_per_person_and_step'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'claimed', 'handing', 'sent', 'refused', 'no_address', 'not_owed'])), name='delivery_state_known', violation_error_message='A mail is in a known state.'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='delivery_sent_has_a_time', violation_error_message='A mail that was sent has its time, and no other has one.'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('attempts__gt', 0), ('state', 'waiting'), _connector='OR'), name='delivery_claimed_counts', violation_error_message='What was taken up was tried at least once.'),
        ),
        migrations.AddConstraint(
            model_name='gradechange',
            constraint=models.UniqueConstraint(fields=('event', 'number'), name='grade_number_once'),
        ),
        migrations.AddConstraint(
            model_name='gradechange',
            constraint=models.CheckConstraint(condition=models.Q(('since__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])|-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|-(0[13-9]|1[0-2])-(29|30)|-(0[13578]|1[02])-31)?|((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)-02-29)$')), name='grade_since_form', violation_error_code='since', violation_error_message='Write the date as 2027-03-12, 2027-03 or 2027.'),
        ),
        migrations.AddConstraint(
            model_name='gradechange',
            constraint=models.CheckConstraint(condition=models.Q(('became', models.F('was')), _negated=True), name='grade_changes', violation_error_code='became', violation_error_message='The event has this grade already.'),
        ),
        migrations.AddConstraint(
            model_name='gradechange',
            constraint=models.CheckConstraint(condition=models.Q(('became__in', ['grade1', 'grade2', 'grade3', 'grade4', 'grade5', 'mild', 'moderate', 'severe']), ('was__in', ['grade1', 'grade2', 'grade3', 'grade4', 'grade5', 'mild', 'moderate', 'severe'])), name='grade_known', violation_error_code='became', violation_error_message='Choose a grade.'),
        ),
        migrations.AddConstraint(
            model_name='gradechange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('void_reason', ''), ('voided', False)), models.Q(('void_reason__regex', '\\S'), ('voided', True)), _connector='OR'), name='grade_voided_has_reason', violation_error_code='void_reason', violation_error_message='Say why the change of grade was entered in error.'),
        ),
        migrations.AddConstraint(
            model_name='safetyreport',
            constraint=models.UniqueConstraint(fields=('event', 'number'), name='report_number_once'),
        ),
        migrations.AddConstraint(
            model_name='safetyreport',
            constraint=models.UniqueConstraint(fields=('id', 'causality'), name='report_and_its_causality'),
        ),
        migrations.AddConstraint(
            model_name='safetyreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'initial'), ('number', 1)), models.Q(('kind__in', ['final', 'follow_up']), ('number__gt', 1)), _connector='OR'), name='report_first_is_initial', violation_error_code='kind', violation_error_message='The first version is the initial report, and no other is.'),
        ),
        migrations.AddConstraint(
            model_name='safetyreport',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'initial'), ('news__regex', '\\S'), _connector='OR'), name='report_says_what_is_new', violation_error_code='news', violation_error_message='Say what is new.'),
        ),
        migrations.AddConstraint(
            model_name='safetyreport',
            constraint=models.CheckConstraint(condition=models.Q(('received_at__lte', models.F('filed_at'))), name='report_received_before_filed', violation_error_code='received_at', violation_error_message='Nobody learns of it after it is filed.'),
        ),
        migrations.AddConstraint(
            model_name='safetyreport',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='report_has_hash', violation_error_code='sha256', violation_error_message='A report carries the hash of its content.'),
        ),
        migrations.AddConstraint(
            model_name='safetyreport',
            constraint=models.CheckConstraint(condition=models.Q(('causality', django.db.models.fields.json.KeyTextTransform('causality', 'content'))), name='report_causality_is_its_content', violation_error_code='causality', violation_error_message='The causality is that of the content.'),
        ),
        migrations.AddConstraint(
            model_name='safetyreport',
            constraint=models.CheckConstraint(condition=models.Q(('zone', ''), _negated=True), name='report_has_zone', violation_error_code='zone', violation_error_message='A day is a day in a time zone.'),
        ),
        migrations.AddConstraint(
            model_name='sponsorassessment',
            constraint=models.UniqueConstraint(fields=('report', 'number'), name='assessment_number_once'),
        ),
        migrations.AddConstraint(
            model_name='sponsorassessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('causality__in', ['unrelated', 'unlikely', 'possible', 'probable', 'definite']), ('investigator_causality', 'unrelated')), models.Q(('causality__in', ['unlikely', 'possible', 'probable', 'definite']), ('investigator_causality', 'unlikely')), models.Q(('causality__in', ['possible', 'probable', 'definite']), ('investigator_causality', 'possible')), models.Q(('causality__in', ['probable', 'definite']), ('investigator_causality', 'probable')), models.Q(('causality__in', ['definite']), ('investigator_causality', 'definite')), _connector='OR'), name='assessment_never_lower', violation_error_code='causality', violation_error_message="The sponsor's causality is never lower than the investigator's."),
        ),
        migrations.AddConstraint(
            model_name='sponsorassessment',
            constraint=models.CheckConstraint(condition=models.Q(('expectedness__in', ['expected', 'unexpected'])), name='assessment_expectedness_known', violation_error_code='expectedness', violation_error_message='Say whether the event was expected.'),
        ),
        migrations.AddConstraint(
            model_name='urgentmeasure',
            constraint=models.CheckConstraint(condition=models.Q(('measure__regex', '\\S')), name='measure_said', violation_error_code='measure', violation_error_message='Say what was done.'),
        ),
        migrations.AddConstraint(
            model_name='urgentmeasure',
            constraint=models.CheckConstraint(condition=models.Q(('why__regex', '\\S')), name='measure_has_why', violation_error_code='why', violation_error_message='Say which danger it averts.'),
        ),
        migrations.AddConstraint(
            model_name='urgentmeasure',
            constraint=models.CheckConstraint(condition=models.Q(('zone', ''), _negated=True), name='measure_has_zone', violation_error_code='taken_at', violation_error_message='A day is a day in a time zone.'),
        ),
        migrations.AddConstraint(
            model_name='urgentmeasure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('void_reason', ''), ('voided', False)), models.Q(('void_reason__regex', '\\S'), ('voided', True)), _connector='OR'), name='measure_voided_has_reason', violation_error_code='void_reason', violation_error_message='Say why the measure was entered in error.'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('measure__isnull', True), ('report__isnull', False)), models.Q(('measure__isnull', False), ('report__isnull', True)), _connector='OR'), name='submission_of_one_thing', violation_error_code='report', violation_error_message='A report is submitted, or an urgent measure.'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('recipient__regex', '\\S')), name='submission_to_somebody', violation_error_code='recipient', violation_error_message='Say to whom.'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('reference__regex', '\\S')), name='submission_has_reference', violation_error_code='reference', violation_error_message='Give the reference the recipient gave, or that of the dispatch.'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('recipient_kind__in', ['authority', 'ethics', 'investigators', 'other'])), name='submission_kind_known', violation_error_code='recipient_kind', violation_error_message='Choose who that is.'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('proof_sha256__regex', '^[0-9a-f]{64}$')), name='submission_has_hash', violation_error_code='proof', violation_error_message='The proof carries its hash.'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('void_reason', ''), ('voided', False)), models.Q(('void_reason__regex', '\\S'), ('voided', True)), _connector='OR'), name='submission_voided_has_reason', violation_error_code='void_reason', violation_error_message='Say why the submission was entered in error.'),
        ),
        ]),
        *(AuditFloor(name) for name in AUDITED),
        *(AppendOnly(name) for name in ADDED),
        *(LockFloor(name, path=path) for name, path in PATHS.items()),
        migrations.RunSQL(COMPARED, NOT_COMPARED),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
