"""Packs of the board; finished ones stay as they are, and none is ever deleted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.operations import Tables

FORWARDS = """
CREATE FUNCTION hermes_packs_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'packs % are %: they are not changed any more', OLD.id, OLD.status
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER hermes_packs_are_final BEFORE UPDATE ON packs_packset
    FOR EACH ROW WHEN (OLD.status IN ('done', 'failed'))
    EXECUTE FUNCTION hermes_packs_are_final();
CREATE TRIGGER hermes_never_deleted BEFORE DELETE ON packs_packset
    FOR EACH ROW EXECUTE FUNCTION hermes_never_deleted();
CREATE TRIGGER hermes_never_deleted_all BEFORE TRUNCATE ON packs_packset
    FOR EACH STATEMENT EXECUTE FUNCTION hermes_never_deleted();
"""
BACKWARDS = """
DROP TRIGGER hermes_never_deleted_all ON packs_packset;
DROP TRIGGER hermes_never_deleted ON packs_packset;
DROP TRIGGER hermes_packs_are_final ON packs_packset;
DROP FUNCTION hermes_packs_are_final();
"""


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("packs", "0001_initial"),
        ("packs", "0002_final"),
    ]

    dependencies = [
        ('dsmb', '0001_tables'),
        ('exports', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables([
        migrations.CreateModel(
            name='PackSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('masked', models.BooleanField()),
                ('status', models.CharField(choices=[('queued', 'Being made'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('requested_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('commitment', models.CharField(blank=True, max_length=64)),
                ('files', models.JSONField(blank=True, default=list)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('cut', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='exports.datacut')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='dsmb.meeting')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
                'constraints': [models.UniqueConstraint(fields=('meeting', 'number'), name='packs_numbered'), models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'done', 'failed'])), name='packs_status_known', violation_error_message='Packs are being made, done or failed.'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('status', 'done'), models.Q(('commitment', ''), _negated=True)), models.Q(models.Q(('status', 'done'), _negated=True), ('commitment', '')), _connector='OR'), name='packs_done_are_whole', violation_error_message="Finished packs have their time and the list's name."), models.CheckConstraint(condition=models.Q(models.Q(('status', 'failed'), models.Q(('error', ''), _negated=True)), models.Q(models.Q(('status', 'failed'), _negated=True), ('error', '')), _connector='OR'), name='packs_failed_say_why', violation_error_message='Packs that failed say why.')],
            },
        ),
        ]),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
