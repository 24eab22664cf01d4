"""Data cuts; a finished one stays as it is, and none is ever deleted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.operations import Tables

FORWARDS = """
CREATE FUNCTION hermes_cut_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'cut % is %: it is not changed any more', OLD.code, OLD.status
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER hermes_cut_is_final BEFORE UPDATE ON exports_datacut
    FOR EACH ROW WHEN (OLD.status IN ('done', 'failed', 'cancelled'))
    EXECUTE FUNCTION hermes_cut_is_final();
CREATE TRIGGER hermes_never_deleted BEFORE DELETE ON exports_datacut
    FOR EACH ROW EXECUTE FUNCTION hermes_never_deleted();
CREATE TRIGGER hermes_never_deleted_all BEFORE TRUNCATE ON exports_datacut
    FOR EACH STATEMENT EXECUTE FUNCTION hermes_never_deleted();
"""
BACKWARDS = """
DROP TRIGGER hermes_never_deleted_all ON exports_datacut;
DROP TRIGGER hermes_never_deleted ON exports_datacut;
DROP TRIGGER hermes_cut_is_final ON exports_datacut;
DROP FUNCTION hermes_cut_is_final();
"""


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("exports", "0001_initial"),
        ("exports", "0002_final"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables([
        migrations.CreateModel(
            name='DataCut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('status', models.CharField(choices=[('queued', 'Waiting'), ('running', 'Being made'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10)),
                ('purpose', models.CharField(max_length=200)),
                ('blinded', models.BooleanField()),
                ('requested_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('as_of', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('rows_total', models.PositiveIntegerField(blank=True, null=True)),
                ('manifest', models.JSONField(blank=True, null=True)),
                ('manifest_sha256', models.CharField(blank=True, max_length=64)),
                ('manifest_bytes', models.PositiveIntegerField(blank=True, null=True)),
                ('folder', models.CharField(blank=True, max_length=40)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-number',),
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'running', 'done', 'failed', 'cancelled'])), name='cut_status_is_known', violation_error_message='A cut is waiting, being made, done, failed or cancelled.'), models.CheckConstraint(condition=models.Q(('code__regex', '^CUT-[0-9]{4,}$'), ('number__gte', 1)), name='cut_code_form', violation_error_message='Cuts are numbered from CUT-0001.'), models.CheckConstraint(condition=models.Q(('purpose', ''), _negated=True), name='cut_has_a_purpose', violation_error_message='Say what the cut is for.'), models.CheckConstraint(condition=models.Q(models.Q(('as_of__isnull', False), ('finished_at__isnull', False), ('manifest__isnull', False), ('manifest_bytes__isnull', False), ('manifest_sha256__regex', '^[0-9a-f]{64}$'), ('status', 'done'), models.Q(('folder', ''), _negated=True)), models.Q(models.Q(('status', 'done'), _negated=True), ('folder', ''), ('manifest__isnull', True), ('manifest_sha256', '')), _connector='OR'), name='cut_done_is_whole', violation_error_message='A finished cut has its instant, manifest and hash.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'failed'), models.Q(('error', ''), _negated=True)), models.Q(models.Q(('status', 'failed'), _negated=True), ('error', '')), _connector='OR'), name='cut_failed_says_why', violation_error_message='A failed cut says why.'), models.CheckConstraint(condition=models.Q(models.Q(('rows_done', 0), ('rows_total__isnull', True)), models.Q(('rows_done__lte', models.F('rows_total')), ('rows_total__isnull', False)), _connector='OR'), name='cut_progress_within_total', violation_error_message='A cut cannot have more rows done than it has.')],
            },
        ),
        ]),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
