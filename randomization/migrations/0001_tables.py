"""The sealed list, allocations, the arm's guesses and unblindings, and the cells from marrow to infusion."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import simple_history.models
import trial.models.lock
from django.conf import settings
from django.db import migrations, models

from audit.operations import AppendOnly, AuditFloor, Tables
from trial.operations import LockFloor

AUDITED = (
    "AllocationList",
    "Stratum",
    "Allocation",
    "Aspiration",
    "Product",
    "Release",
    "Infusion",
    "NotTreated",
    "Unblinding",
    "Passage",
    "ReleaseResult",
    "Agreement",
    "Disposal",
    "VitalSigns",
    "ArmGuess",
    "EnvelopePrint",
    "OpenedEnvelope",
)
PATHS = {
    "Allocation": "participant",
    "Aspiration": "participant",
    "Product": "aspiration__participant",
    "Release": "product__aspiration__participant",
    "Infusion": "participant",
    "NotTreated": "participant",
    "Passage": "product__aspiration__participant",
    "ReleaseResult": "product__aspiration__participant",
    "Agreement": "release__product__aspiration__participant",
    "Disposal": "product__aspiration__participant",
    "VitalSigns": "infusion__participant",
    "ArmGuess": "record",
    "OpenedEnvelope": "allocation__participant",
}
WRAPS = """
CREATE FUNCTION hermes_wrap_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.list_id <> OLD.list_id THEN
        RAISE EXCEPTION 'the key of a list is never given to another'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hermes_wrap_stays BEFORE UPDATE ON randomization_wrappedkey
    FOR EACH ROW EXECUTE FUNCTION hermes_wrap_stays();
CREATE TRIGGER hermes_never_deleted BEFORE DELETE ON randomization_wrappedkey
    FOR EACH ROW EXECUTE FUNCTION hermes_never_deleted();
CREATE TRIGGER hermes_never_deleted_all BEFORE TRUNCATE ON randomization_wrappedkey
    FOR EACH STATEMENT EXECUTE FUNCTION hermes_never_deleted();
"""
NO_WRAPS = """
DROP TRIGGER IF EXISTS hermes_wrap_stays ON randomization_wrappedkey;
DROP TRIGGER IF EXISTS hermes_never_deleted ON randomization_wrappedkey;
DROP TRIGGER IF EXISTS hermes_never_deleted_all ON randomization_wrappedkey;
DROP FUNCTION IF EXISTS hermes_wrap_stays();
"""


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("randomization", "0001_initial"),
        ("randomization", "0002_floor"),
        ("randomization", "0003_changes"),
        ("randomization", "0004_locks"),
        ("randomization", "0005_sealed"),
        ("randomization", "0006_unblinding"),
        ("randomization", "0007_reveal"),
        ("randomization", "0008_product_chain"),
        ("randomization", "0009_guess"),
        ("randomization", "0010_envelopes"),
    ]

    dependencies = [
        ('trial', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables([
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed', models.CharField(editable=False, max_length=1376)),
                ('allocated_at', models.DateTimeField()),
                ('participant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='allocation', to='trial.participant')),
            ],
            options={
                'ordering': ('allocated_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='AllocationList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('algorithm', models.CharField(max_length=40)),
                ('computed', models.BooleanField(default=False)),
                ('purpose', models.CharField(choices=[('simulated', 'Simulated or training data'), ('production', 'The trial itself')], max_length=12)),
                ('length', models.PositiveIntegerField()),
                ('commitment', models.CharField(max_length=64, unique=True)),
                ('sealed_at', models.DateTimeField()),
                ('active', models.BooleanField(default=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('sealed', models.CharField(editable=False, max_length=336)),
            ],
            options={
                'ordering': ('stratum', 'position'),
            },
        ),
        migrations.CreateModel(
            name='ArmGuess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guess', models.CharField(max_length=30)),
                ('certainty', models.CharField(blank=True, choices=[('sure', 'Sure'), ('rather', 'Rather sure'), ('little', 'Little more than chance')], max_length=10, verbose_name='how sure')),
                ('led_by', models.CharField(choices=[('nothing', 'Nothing: a guess'), ('course', 'How the participant recovered'), ('participant', 'A remark of the participant or the family'), ('staff', 'A remark of the staff'), ('sign', 'Something seen, such as a scar'), ('other', 'Something else')], max_length=12, verbose_name='what led to it')),
                ('words', models.CharField(blank=True, max_length=200, verbose_name='in a few words')),
                ('guessed_at', models.DateTimeField()),
                ('guessed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trial.record')),
            ],
            options={
                'ordering': ('guessed_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Aspiration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('aspirated_on', models.DateField()),
                ('side', models.CharField(choices=[('left', 'Left iliac crest'), ('right', 'Right iliac crest'), ('both', 'Both sides')], max_length=10)),
                ('anaesthesia', models.CharField(choices=[('local', 'Local'), ('sedation', 'Local with sedation'), ('general', 'General')], max_length=10)),
                ('volume_ml', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='volume')),
                ('sample', models.CharField(max_length=30, verbose_name='sample number')),
                ('sufficient', models.BooleanField(verbose_name='enough to start a culture')),
                ('complications', models.CharField(blank=True, max_length=200)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='aspirations', to='trial.participant')),
            ],
            options={
                'ordering': ('aspirated_on', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalAllocationList',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('algorithm', models.CharField(max_length=40)),
                ('computed', models.BooleanField(default=False)),
                ('purpose', models.CharField(choices=[('simulated', 'Simulated or training data'), ('production', 'The trial itself')], max_length=12)),
                ('length', models.PositiveIntegerField()),
                ('commitment', models.CharField(db_index=True, max_length=64)),
                ('sealed_at', models.DateTimeField()),
                ('active', models.BooleanField(default=True)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical allocation list',
                'verbose_name_plural': 'historical allocation lists',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalArmGuess',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('guess', models.CharField(max_length=30)),
                ('certainty', models.CharField(blank=True, choices=[('sure', 'Sure'), ('rather', 'Rather sure'), ('little', 'Little more than chance')], max_length=10, verbose_name='how sure')),
                ('led_by', models.CharField(choices=[('nothing', 'Nothing: a guess'), ('course', 'How the participant recovered'), ('participant', 'A remark of the participant or the family'), ('staff', 'A remark of the staff'), ('sign', 'Something seen, such as a scar'), ('other', 'Something else')], max_length=12, verbose_name='what led to it')),
                ('words', models.CharField(blank=True, max_length=200, verbose_name='in a few words')),
                ('guessed_at', models.DateTimeField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('guessed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.record')),
            ],
            options={
                'verbose_name': 'historical arm guess',
                'verbose_name_plural': 'historical arm guesss',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalAspiration',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('aspirated_on', models.DateField()),
                ('side', models.CharField(choices=[('left', 'Left iliac crest'), ('right', 'Right iliac crest'), ('both', 'Both sides')], max_length=10)),
                ('anaesthesia', models.CharField(choices=[('local', 'Local'), ('sedation', 'Local with sedation'), ('general', 'General')], max_length=10)),
                ('volume_ml', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='volume')),
                ('sample', models.CharField(max_length=30, verbose_name='sample number')),
                ('sufficient', models.BooleanField(verbose_name='enough to start a culture')),
                ('complications', models.CharField(blank=True, max_length=200)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.participant')),
            ],
            options={
                'verbose_name': 'historical aspiration',
                'verbose_name_plural': 'historical aspirations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalNotTreated',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('reason', models.CharField(max_length=30)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('decided_on', models.DateField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.participant')),
            ],
            options={
                'verbose_name': 'historical not treated',
                'verbose_name_plural': 'historical not treateds',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalOpenedEnvelope',
            fields=[
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('number', models.PositiveIntegerField()),
                ('opened_at', models.DateTimeField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('allocation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.allocation')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical opened envelope',
                'verbose_name_plural': 'historical opened envelopes',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalProduct',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('batch', models.CharField(max_length=30, verbose_name='batch number')),
                ('dose_millions', models.PositiveSmallIntegerField(verbose_name='dose ordered')),
                ('culture_started_on', models.DateField()),
                ('passages', models.PositiveSmallIntegerField()),
                ('harvested_on', models.DateField(blank=True, null=True)),
                ('cells_millions', models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True, verbose_name='cells harvested')),
                ('viability_percent', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name='viability')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('aspiration', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.aspiration')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical product',
                'verbose_name_plural': 'historical products',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalStratum',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('code', models.CharField(max_length=80)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('list', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.allocationlist')),
            ],
            options={
                'verbose_name': 'historical stratum',
                'verbose_name_plural': 'historical stratums',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalUnblinding',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('code', models.CharField(db_index=True, default=trial.models.lock.new_code, editable=False, max_length=16)),
                ('reason', models.CharField(choices=[('emergency', 'Medical emergency'), ('susar', 'Reporting of a SUSAR'), ('end', 'End of participation'), ('dsmb', 'Decision of the DSMB'), ('other', 'Other')], max_length=12)),
                ('words', models.CharField(blank=True, max_length=300, verbose_name='in a few words')),
                ('asked_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('granted', 'Granted'), ('refused', 'Refused')], default='waiting', max_length=8)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_words', models.CharField(blank=True, max_length=300, verbose_name='why it was refused')),
                ('shown_at', models.DateTimeField(blank=True, null=True)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('asked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.participant')),
                ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical unblinding',
                'verbose_name_plural': 'historical unblindings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Infusion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('infused_on', models.DateField()),
                ('cells_millions', models.DecimalField(decimal_places=1, max_digits=6, verbose_name='cells given')),
                ('viability_percent', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='viability')),
                ('volume_ml', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='volume')),
                ('started_at', models.TimeField(blank=True, null=True)),
                ('ended_at', models.TimeField(blank=True, null=True)),
                ('complete', models.BooleanField(verbose_name='the whole dose was given')),
                ('interruption', models.CharField(blank=True, max_length=200, verbose_name='why it was not the whole dose')),
                ('justification', models.CharField(blank=True, max_length=500, verbose_name="why outside the protocol's limits")),
                ('participant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='infusion', to='trial.participant')),
            ],
            options={
                'ordering': ('infused_on', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalVitalSigns',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('point', models.CharField(max_length=20, verbose_name='time point')),
                ('taken_at', models.TimeField()),
                ('pulse', models.PositiveSmallIntegerField()),
                ('systolic', models.PositiveSmallIntegerField(verbose_name='systolic pressure')),
                ('diastolic', models.PositiveSmallIntegerField(verbose_name='diastolic pressure')),
                ('temperature', models.DecimalField(decimal_places=1, max_digits=3)),
                ('saturation', models.PositiveSmallIntegerField(verbose_name='oxygen saturation')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('infusion', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.infusion')),
            ],
            options={
                'verbose_name': 'historical vital signs',
                'verbose_name_plural': 'historical vital signss',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='NotTreated',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=30)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('decided_on', models.DateField()),
                ('participant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='not_treated', to='trial.participant')),
            ],
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.CharField(max_length=30, verbose_name='batch number')),
                ('dose_millions', models.PositiveSmallIntegerField(verbose_name='dose ordered')),
                ('culture_started_on', models.DateField()),
                ('passages', models.PositiveSmallIntegerField()),
                ('harvested_on', models.DateField(blank=True, null=True)),
                ('cells_millions', models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True, verbose_name='cells harvested')),
                ('viability_percent', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name='viability')),
                ('aspiration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='products', to='randomization.aspiration')),
            ],
            options={
                'ordering': ('culture_started_on', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('passed_on', models.DateField()),
                ('cells_millions', models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True, verbose_name='cells counted')),
                ('note', models.CharField(blank=True, max_length=200)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passage_rows', to='randomization.product')),
            ],
            options={
                'ordering': ('number', 'pk'),
            },
        ),
        migrations.AddField(
            model_name='infusion',
            name='product',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='infusion', to='randomization.product'),
        ),
        migrations.CreateModel(
            name='HistoricalReleaseResult',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('test', models.CharField(max_length=30)),
                ('number', models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name='result')),
                ('reading', models.CharField(blank=True, max_length=30, verbose_name='result read')),
                ('tested_on', models.DateField(verbose_name='result of')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('entered_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.product')),
            ],
            options={
                'verbose_name': 'historical release result',
                'verbose_name_plural': 'historical release results',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalRelease',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('decision', models.CharField(choices=[('released', 'Released'), ('failed', 'Failed')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=30)),
                ('decided_on', models.DateField()),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='hash of what was signed')),
                ('out_of_specification', models.BooleanField(default=False)),
                ('justification', models.CharField(blank=True, max_length=500)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('released_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.product')),
            ],
            options={
                'verbose_name': 'historical release',
                'verbose_name_plural': 'historical releases',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalPassage',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('number', models.PositiveSmallIntegerField()),
                ('passed_on', models.DateField()),
                ('cells_millions', models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True, verbose_name='cells counted')),
                ('note', models.CharField(blank=True, max_length=200)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.product')),
            ],
            options={
                'verbose_name': 'historical passage',
                'verbose_name_plural': 'historical passages',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalInfusion',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('infused_on', models.DateField()),
                ('cells_millions', models.DecimalField(decimal_places=1, max_digits=6, verbose_name='cells given')),
                ('viability_percent', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='viability')),
                ('volume_ml', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='volume')),
                ('started_at', models.TimeField(blank=True, null=True)),
                ('ended_at', models.TimeField(blank=True, null=True)),
                ('complete', models.BooleanField(verbose_name='the whole dose was given')),
                ('interruption', models.CharField(blank=True, max_length=200, verbose_name='why it was not the whole dose')),
                ('justification', models.CharField(blank=True, max_length=500, verbose_name="why outside the protocol's limits")),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.participant')),
                ('product', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.product')),
            ],
            options={
                'verbose_name': 'historical infusion',
                'verbose_name_plural': 'historical infusions',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalDisposal',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('what', models.CharField(choices=[('whole', 'The whole batch'), ('remainder', 'What was left of it')], max_length=10)),
                ('how', models.CharField(choices=[('destroyed', 'Destroyed'), ('returned', 'Returned')], max_length=10)),
                ('reason', models.CharField(max_length=200)),
                ('disposed_on', models.DateField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('disposed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.product')),
            ],
            options={
                'verbose_name': 'historical disposal',
                'verbose_name_plural': 'historical disposals',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Disposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('whole', 'The whole batch'), ('remainder', 'What was left of it')], max_length=10)),
                ('how', models.CharField(choices=[('destroyed', 'Destroyed'), ('returned', 'Returned')], max_length=10)),
                ('reason', models.CharField(max_length=200)),
                ('disposed_on', models.DateField()),
                ('disposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disposals', to='randomization.product')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.CharField(choices=[('released', 'Released'), ('failed', 'Failed')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=30)),
                ('decided_on', models.DateField()),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='hash of what was signed')),
                ('out_of_specification', models.BooleanField(default=False)),
                ('justification', models.CharField(blank=True, max_length=500)),
                ('product', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='release', to='randomization.product')),
                ('released_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='HistoricalAgreement',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('agreed_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('agreed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.release')),
            ],
            options={
                'verbose_name': 'historical agreement',
                'verbose_name_plural': 'historical agreements',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreed_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64)),
                ('agreed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='agreement', to='randomization.release')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='ReleaseResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('test', models.CharField(max_length=30)),
                ('number', models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name='result')),
                ('reading', models.CharField(blank=True, max_length=30, verbose_name='result read')),
                ('tested_on', models.DateField(verbose_name='result of')),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='randomization.product')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='HistoricalAllocation',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('sealed', models.CharField(editable=False, max_length=1376)),
                ('allocated_at', models.DateTimeField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='trial.participant')),
                ('slot', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.slot')),
            ],
            options={
                'verbose_name': 'historical allocation',
                'verbose_name_plural': 'historical allocations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name='allocation',
            name='slot',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='allocation', to='randomization.slot'),
        ),
        migrations.CreateModel(
            name='Stratum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=80)),
                ('list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='strata', to='randomization.allocationlist')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.AddField(
            model_name='slot',
            name='stratum',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='randomization.stratum'),
        ),
        migrations.CreateModel(
            name='HistoricalEnvelopePrint',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('first', models.PositiveIntegerField()),
                ('last', models.PositiveIntegerField()),
                ('reason', models.CharField(max_length=200)),
                ('printed_at', models.DateTimeField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('printed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stratum', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='randomization.stratum')),
            ],
            options={
                'verbose_name': 'historical envelope print',
                'verbose_name_plural': 'historical envelope prints',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='EnvelopePrint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.PositiveIntegerField()),
                ('last', models.PositiveIntegerField()),
                ('reason', models.CharField(max_length=200)),
                ('printed_at', models.DateTimeField()),
                ('printed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stratum', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prints', to='randomization.stratum')),
            ],
            options={
                'ordering': ('printed_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Unblinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=trial.models.lock.new_code, editable=False, max_length=16, unique=True)),
                ('reason', models.CharField(choices=[('emergency', 'Medical emergency'), ('susar', 'Reporting of a SUSAR'), ('end', 'End of participation'), ('dsmb', 'Decision of the DSMB'), ('other', 'Other')], max_length=12)),
                ('words', models.CharField(blank=True, max_length=300, verbose_name='in a few words')),
                ('asked_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('granted', 'Granted'), ('refused', 'Refused')], default='waiting', max_length=8)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_words', models.CharField(blank=True, max_length=300, verbose_name='why it was refused')),
                ('shown_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='unblindings', to='trial.participant')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-asked_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='VitalSigns',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('point', models.CharField(max_length=20, verbose_name='time point')),
                ('taken_at', models.TimeField()),
                ('pulse', models.PositiveSmallIntegerField()),
                ('systolic', models.PositiveSmallIntegerField(verbose_name='systolic pressure')),
                ('diastolic', models.PositiveSmallIntegerField(verbose_name='diastolic pressure')),
                ('temperature', models.DecimalField(decimal_places=1, max_digits=3)),
                ('saturation', models.PositiveSmallIntegerField(verbose_name='oxygen saturation')),
                ('infusion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vitals', to='randomization.infusion')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='OpenedEnvelope',
            fields=[
                ('allocation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='envelope', serialize=False, to='randomization.allocation')),
                ('number', models.PositiveIntegerField()),
                ('opened_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='envelope_counts_from_one', violation_error_message='Envelopes are numbered from 1.')],
            },
        ),
        migrations.CreateModel(
            name='ListKey',
            fields=[
                ('list', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='key', serialize=False, to='randomization.allocationlist')),
                ('sealed', models.CharField(editable=False, max_length=336)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('sealed__regex', '^[A-Za-z0-9_-]+$'), django.db.models.lookups.Exact(django.db.models.functions.text.Length('sealed'), 336)), name='list_key_is_sealed', violation_error_message='Seed and salt are kept sealed.')],
            },
        ),
        migrations.CreateModel(
            name='Reveal',
            fields=[
                ('list', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='reveal', serialize=False, to='randomization.allocationlist')),
                ('revealed_at', models.DateTimeField()),
                ('document', models.TextField(editable=False)),
                ('sha256', models.CharField(max_length=64)),
                ('revealed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='WrappedKey',
            fields=[
                ('list', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='wrapped_key', serialize=False, to='randomization.allocationlist')),
                ('wrapped', models.CharField(editable=False, max_length=100)),
                ('master', models.CharField(max_length=16)),
                ('wrapped_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('wrapped__regex', '^[A-Za-z0-9_-]+$'), django.db.models.lookups.Exact(django.db.models.functions.text.Length('wrapped'), 100), ('master__regex', '^[0-9a-f]{16}$')), name='data_key_is_wrapped', violation_error_message='A data key is kept wrapped, under a key that is named.')],
            },
        ),
        migrations.AddConstraint(
            model_name='allocationlist',
            constraint=models.UniqueConstraint(condition=models.Q(('active', True)), fields=('active',), name='list_one_active', violation_error_message='There is an active allocation list already.'),
        ),
        migrations.AddConstraint(
            model_name='allocationlist',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['simulated', 'production'])), name='list_purpose_known', violation_error_message='Say whether the list is simulated or for production.'),
        ),
        migrations.AddConstraint(
            model_name='allocationlist',
            constraint=models.CheckConstraint(condition=models.Q(('commitment__regex', '^[0-9a-f]{64}$')), name='list_commitment_form', violation_error_message='A commitment is a SHA-256 in 64 hexadecimal digits.'),
        ),
        migrations.AddConstraint(
            model_name='allocationlist',
            constraint=models.CheckConstraint(condition=models.Q(('length__gte', 1), models.Q(('algorithm', ''), _negated=True)), name='list_says_how_it_was_made', violation_error_message='A list has an algorithm and at least one slot.'),
        ),
        migrations.AddConstraint(
            model_name='armguess',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('certainty', ''), ('guess', 'cannot-tell')), models.Q(models.Q(('guess__in', ['', 'cannot-tell']), _negated=True), ('certainty__in', ['sure', 'rather', 'little'])), _connector='OR'), name='guess_has_a_certainty', violation_error_message='Say how sure you are; leave it empty if you cannot tell.'),
        ),
        migrations.AddConstraint(
            model_name='armguess',
            constraint=models.CheckConstraint(condition=models.Q(('led_by__in', ['nothing', 'course', 'participant', 'staff', 'sign', 'other'])), name='guess_led_by_known', violation_error_message='Say what led to the guess.'),
        ),
        migrations.AddConstraint(
            model_name='aspiration',
            constraint=models.UniqueConstraint(fields=('sample',), name='aspiration_sample_once', violation_error_message='Another aspiration has this sample number.'),
        ),
        migrations.AddConstraint(
            model_name='aspiration',
            constraint=models.CheckConstraint(condition=models.Q(('sample__regex', '^[A-Z0-9][A-Z0-9-]{2,29}$')), name='aspiration_sample_form', violation_error_message='A sample number is 3 to 30 capitals, digits and hyphens.'),
        ),
        migrations.AddConstraint(
            model_name='aspiration',
            constraint=models.CheckConstraint(condition=models.Q(('volume_ml__gt', 0)), name='aspiration_has_volume', violation_error_message='The aspirated volume is more than 0 mL.'),
        ),
        migrations.AddConstraint(
            model_name='aspiration',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['left', 'right', 'both'])), name='aspiration_side_known', violation_error_message='Say on which side the marrow was taken.'),
        ),
        migrations.AddConstraint(
            model_name='aspiration',
            constraint=models.CheckConstraint(condition=models.Q(('anaesthesia__in', ['local', 'sedation', 'general'])), name='aspiration_anaesthesia_known', violation_error_message='Say which anaesthesia was given.'),
        ),
        migrations.AddConstraint(
            model_name='nottreated',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='not_treated_has_reason', violation_error_message='Say why no cells were given.'),
        ),
        migrations.AddConstraint(
            model_name='nottreated',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', 'other'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='not_treated_other_has_note', violation_error_message='Say in a few words what the other reason was.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('batch',), name='product_batch_once', violation_error_message='Another product has this batch number.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('batch__regex', '^[A-Z0-9][A-Z0-9-]{2,29}$')), name='product_batch_form', violation_error_message='A batch number is 3 to 30 capitals, digits and hyphens.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('dose_millions__gte', 1)), name='product_has_dose', violation_error_message='The dose ordered is more than 0 cells.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('harvested_on__isnull', True), ('harvested_on__gte', models.F('culture_started_on')), _connector='OR'), name='product_harvest_after_start', violation_error_message='The harvest comes after the start of the culture.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cells_millions__isnull', True), ('harvested_on__isnull', True), ('viability_percent__isnull', True)), models.Q(('cells_millions__isnull', False), ('harvested_on__isnull', False), ('viability_percent__isnull', False)), _connector='OR'), name='product_harvest_whole', violation_error_message='A harvest has its date, its cell count and its viability, or none of them.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('cells_millions__isnull', True), ('cells_millions__gte', 0), _connector='OR'), name='product_cells_count', violation_error_message='The cell count cannot be below 0.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('viability_percent__isnull', True), models.Q(('viability_percent__gte', 0), ('viability_percent__lte', 100)), _connector='OR'), name='product_viability_percent', violation_error_message='Viability is a percentage: 0 to 100.'),
        ),
        migrations.AddConstraint(
            model_name='passage',
            constraint=models.UniqueConstraint(fields=('product', 'number'), name='passage_once', violation_error_message='This passage is recorded already.'),
        ),
        migrations.AddConstraint(
            model_name='passage',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 30)), name='passage_number', violation_error_message='Passages are counted from 1 to 30.'),
        ),
        migrations.AddConstraint(
            model_name='passage',
            constraint=models.CheckConstraint(condition=models.Q(('cells_millions__isnull', True), ('cells_millions__gte', 0), _connector='OR'), name='passage_cells_count', violation_error_message='The cell count cannot be below 0.'),
        ),
        migrations.AddConstraint(
            model_name='infusion',
            constraint=models.CheckConstraint(condition=models.Q(('cells_millions__gt', 0)), name='infusion_has_cells', violation_error_message='An infusion holds more than 0 cells.'),
        ),
        migrations.AddConstraint(
            model_name='infusion',
            constraint=models.CheckConstraint(condition=models.Q(('viability_percent__gte', 0), ('viability_percent__lte', 100)), name='infusion_viability_percent', violation_error_message='Viability is a percentage: 0 to 100.'),
        ),
        migrations.AddConstraint(
            model_name='infusion',
            constraint=models.CheckConstraint(condition=models.Q(('volume_ml__gt', 0)), name='infusion_has_volume', violation_error_message='The infused volume is more than 0 mL.'),
        ),
        migrations.AddConstraint(
            model_name='infusion',
            constraint=models.CheckConstraint(condition=models.Q(('started_at__isnull', True), ('ended_at__isnull', True), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='infusion_ends_after_start', violation_error_message='The infusion cannot end before it starts.'),
        ),
        migrations.AddConstraint(
            model_name='infusion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('complete', True), ('interruption', '')), models.Q(('complete', False), models.Q(('interruption', ''), _negated=True)), _connector='OR'), name='infusion_incomplete_has_reason', violation_error_message='Say why the whole dose was not given, or that it was.'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=models.UniqueConstraint(fields=('product',), name='disposal_once', violation_error_message='What became of this batch is recorded already.'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=models.CheckConstraint(condition=models.Q(('how__in', ['destroyed', 'returned']), ('what__in', ['whole', 'remainder'])), name='disposal_known', violation_error_message='Say what was destroyed or returned.'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='disposal_has_reason', violation_error_message='Say why it was destroyed or returned.'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', 'released'), ('reason', '')), models.Q(('decision', 'failed'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='release_failed_has_reason', violation_error_message='A failed batch has a reason, a released one has none.'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('expires_at__isnull', True), ('signed_at__isnull', True)), models.Q(('decision', 'released'), ('digest__regex', '^[0-9a-f]{64}$'), ('expires_at__isnull', False), ('signed_at__isnull', False)), _connector='OR'), name='release_signed_whole', violation_error_message='A signed release has its time, its expiry and the hash of what was signed.'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('justification', ''), ('out_of_specification', False)), models.Q(('out_of_specification', True), ('signed_at__isnull', False), models.Q(('justification', ''), _negated=True)), _connector='OR'), name='release_out_of_specification_justified', violation_error_message='A release out of specification says why.'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='agreement_has_its_hash', violation_error_message='A signature holds the SHA-256 of what it covers.'),
        ),
        migrations.AddConstraint(
            model_name='releaseresult',
            constraint=models.UniqueConstraint(fields=('product', 'test'), name='release_test_once', violation_error_message='This test has a result: correct that one.'),
        ),
        migrations.AddConstraint(
            model_name='releaseresult',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', False), ('reading', '')), models.Q(('number__isnull', True), models.Q(('reading', ''), _negated=True)), _connector='OR'), name='release_test_has_result', violation_error_message='A result is a number or a reading.'),
        ),
        migrations.AddConstraint(
            model_name='releaseresult',
            constraint=models.CheckConstraint(condition=models.Q(('number__isnull', True), ('number__gte', 0), _connector='OR'), name='release_test_number', violation_error_message='A result cannot be below 0.'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('sealed__regex', '^[A-Za-z0-9_-]+$'), django.db.models.lookups.Exact(django.db.models.functions.text.Length('sealed'), 1376)), name='allocation_is_sealed', violation_error_message='An allocation is kept sealed.'),
        ),
        migrations.AddConstraint(
            model_name='stratum',
            constraint=models.UniqueConstraint(fields=('list', 'code'), name='stratum_once_per_list'),
        ),
        migrations.AddConstraint(
            model_name='stratum',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='stratum_has_code', violation_error_message='A stratum has a code.'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.UniqueConstraint(fields=('stratum', 'position'), name='slot_position_once'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='slot_counts_from_one', violation_error_message='Slots are counted from 1.'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.CheckConstraint(condition=models.Q(('sealed__regex', '^[A-Za-z0-9_-]+$'), django.db.models.lookups.Exact(django.db.models.functions.text.Length('sealed'), 336)), name='slot_is_sealed', violation_error_message='A slot is kept sealed.'),
        ),
        migrations.AddConstraint(
            model_name='envelopeprint',
            constraint=models.CheckConstraint(condition=models.Q(('first__gte', 1), ('last__gte', models.F('first'))), name='envelopes_in_order', violation_error_message='Envelopes are numbered from the first to the last.'),
        ),
        migrations.AddConstraint(
            model_name='envelopeprint',
            constraint=models.CheckConstraint(condition=models.Q(('reason__regex', '\\S')), name='envelopes_have_reason', violation_error_message='Say why envelopes are printed.'),
        ),
        migrations.AddConstraint(
            model_name='unblinding',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'refused'), _negated=True), fields=('participant', 'person'), name='unblinding_once_per_person', violation_error_message='This was asked for this person already.'),
        ),
        migrations.AddConstraint(
            model_name='unblinding',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['emergency', 'susar', 'end', 'dsmb', 'other'])), name='unblinding_reason_known', violation_error_message='Choose the reason from the list.'),
        ),
        migrations.AddConstraint(
            model_name='unblinding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', 'other'), _negated=True), ('words__regex', '\\S'), _connector='OR'), name='unblinding_other_has_words', violation_error_message='Say in a few words what the other reason is.'),
        ),
        migrations.AddConstraint(
            model_name='unblinding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting'), models.Q(('reason', 'emergency'), _negated=True)), models.Q(('decided_by__isnull', True), ('reason', 'emergency'), ('state', 'granted'), ('decided_at__isnull', False)), models.Q(('decided_by__isnull', False), ('state__in', ['granted', 'refused']), ('decided_at__isnull', False), models.Q(('reason', 'emergency'), _negated=True)), _connector='OR'), name='unblinding_decided_by_one', violation_error_message='An emergency is granted at once; anything else waits for a decision.'),
        ),
        migrations.AddConstraint(
            model_name='unblinding',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(models.Q(('decided_by', models.F('asked_by')), _negated=True), models.Q(('decided_by', models.F('person')), _negated=True)), _connector='OR'), name='unblinding_decided_by_a_second_person', violation_error_message='Somebody else must decide than the person who asked.'),
        ),
        migrations.AddConstraint(
            model_name='unblinding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision_words__regex', '\\S'), ('state', 'refused')), models.Q(models.Q(('state', 'refused'), _negated=True), ('decision_words', '')), _connector='OR'), name='unblinding_refused_with_reason', violation_error_message='Say why it is refused.'),
        ),
        migrations.AddConstraint(
            model_name='unblinding',
            constraint=models.CheckConstraint(condition=models.Q(('shown_at__isnull', True), ('state', 'granted'), _connector='OR'), name='unblinding_shown_when_granted', violation_error_message='Nothing is shown before it is granted.'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.UniqueConstraint(fields=('infusion', 'point'), name='vitals_once', violation_error_message='The vital signs of this time are recorded already.'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('point', ''), _negated=True), name='vitals_have_a_time', violation_error_message='Say at which time they were taken.'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('pulse__gte', 20), ('pulse__lte', 250)), name='vitals_pulse', violation_error_message='The pulse lies between 20 and 250 per minute.'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('systolic__gte', 50), ('systolic__lte', 280)), name='vitals_systolic', violation_error_message='The systolic pressure lies between 50 and 280 mmHg.'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('diastolic__gte', 20), ('diastolic__lte', 180)), name='vitals_diastolic', violation_error_message='The diastolic pressure lies between 20 and 180 mmHg.'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('systolic__gt', models.F('diastolic'))), name='vitals_pressure_order', violation_error_message='The systolic pressure is above the diastolic.'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('temperature__gte', 30), ('temperature__lte', 43)), name='vitals_temperature', violation_error_message='The temperature lies between 30 and 43 °C.'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('saturation__gte', 50), ('saturation__lte', 100)), name='vitals_saturation', violation_error_message='The oxygen saturation lies between 50 and 100 percent.'),
        ),
        migrations.AddConstraint(
            model_name='reveal',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$'), models.Q(('document', ''), _negated=True)), name='reveal_has_its_file', violation_error_message="A revealed list has its file and the file's SHA-256."),
        ),
        ]),
        *(AuditFloor(name) for name in AUDITED),
        *(AppendOnly(name) for name in ("ListKey", "Slot", "Allocation", "Reveal")),
        *(LockFloor(name, path=path) for name, path in PATHS.items()),
        migrations.RunSQL(WRAPS, NO_WRAPS),
    ]
