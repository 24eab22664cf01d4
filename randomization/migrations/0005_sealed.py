"""Arms, seeds and salts are sealed with a key outside the database.

A list that is not sealed is not taken over: its arms stand in backups and in the history, which
nothing may alter. A trial under a release before this one had no allocation worth keeping.
"""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

# What was only ever added stays so; the wrap of a key may be replaced, by its list's next one.
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
SLOT_AND_ARM = (
    "ALTER TABLE randomization_allocation ADD CONSTRAINT allocation_has_the_arm_of_its_slot "
    "FOREIGN KEY (slot_id, arm) REFERENCES randomization_slot (id, arm)"
)
NO_SLOT_AND_ARM = (
    "ALTER TABLE randomization_allocation DROP CONSTRAINT allocation_has_the_arm_of_its_slot"
)


def refuse_plain_lists(apps, schema_editor):
    """Stop, with a sentence, where a list made by an earlier release is kept in the open."""
    if apps.get_model("randomization", "AllocationList").objects.exists():
        raise RuntimeError(
            "This database holds an allocation list in the open, made before lists were sealed "
            "with a key. It is not taken over and nothing was changed: keep it with the release "
            "that made it, and begin with an empty database (docs/runbook.md, Upgrading)."
        )


class Migration(migrations.Migration):

    dependencies = [
        ('randomization', '0004_locks'),
        ('trial', '0004_locks'),
    ]

    operations = [
        migrations.RunPython(refuse_plain_lists, migrations.RunPython.noop),
        migrations.RunSQL(NO_SLOT_AND_ARM, SLOT_AND_ARM),
        migrations.CreateModel(
            name='WrappedKey',
            fields=[
                ('list', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='wrapped_key', serialize=False, to='randomization.allocationlist')),
                ('wrapped', models.CharField(editable=False, max_length=100)),
                ('master', models.CharField(max_length=16)),
                ('wrapped_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='allocation',
            name='allocation_has_arm',
        ),
        migrations.RemoveConstraint(
            model_name='listkey',
            name='list_key_seed_counts',
        ),
        migrations.RemoveConstraint(
            model_name='listkey',
            name='list_key_salt_form',
        ),
        migrations.RemoveConstraint(
            model_name='slot',
            name='slot_with_its_arm',
        ),
        migrations.RemoveConstraint(
            model_name='slot',
            name='slot_counts_from_one',
        ),
        migrations.RemoveConstraint(
            model_name='slot',
            name='slot_has_arm',
        ),
        migrations.RemoveField(
            model_name='allocation',
            name='arm',
        ),
        migrations.RemoveField(
            model_name='historicalallocation',
            name='arm',
        ),
        migrations.RemoveField(
            model_name='listkey',
            name='salt',
        ),
        migrations.RemoveField(
            model_name='listkey',
            name='seed',
        ),
        migrations.RemoveField(
            model_name='slot',
            name='arm',
        ),
        migrations.RemoveField(
            model_name='slot',
            name='block',
        ),
        migrations.RemoveField(
            model_name='slot',
            name='block_size',
        ),
        migrations.AddField(
            model_name='allocation',
            name='sealed',
            field=models.CharField(default='', editable=False, max_length=1376),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='allocationlist',
            name='computed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='historicalallocation',
            name='sealed',
            field=models.CharField(default='', editable=False, max_length=1376),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='historicalallocationlist',
            name='computed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='listkey',
            name='sealed',
            field=models.CharField(default='', editable=False, max_length=336),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='slot',
            name='sealed',
            field=models.CharField(default='', editable=False, max_length=336),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('sealed__regex', '^[A-Za-z0-9_-]+$'), django.db.models.lookups.Exact(django.db.models.functions.text.Length('sealed'), 1376)), name='allocation_is_sealed', violation_error_message='An allocation is kept sealed.'),
        ),
        migrations.AddConstraint(
            model_name='listkey',
            constraint=models.CheckConstraint(condition=models.Q(('sealed__regex', '^[A-Za-z0-9_-]+$'), django.db.models.lookups.Exact(django.db.models.functions.text.Length('sealed'), 336)), name='list_key_is_sealed', violation_error_message='Seed and salt are kept sealed.'),
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
            model_name='wrappedkey',
            constraint=models.CheckConstraint(condition=models.Q(('wrapped__regex', '^[A-Za-z0-9_-]+$'), django.db.models.lookups.Exact(django.db.models.functions.text.Length('wrapped'), 100), ('master__regex', '^[0-9a-f]{16}$')), name='data_key_is_wrapped', violation_error_message='A data key is kept wrapped, under a key that is named.'),
        ),
        migrations.RunSQL(WRAPS, NO_WRAPS),
    ]
