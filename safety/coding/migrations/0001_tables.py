"""The dictionaries and the codings."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from audit.operations import AppendOnly, AuditFloor, Tables
from trial.operations import LockFloor


# The codes of a coding are those of one line of its dictionary: the database compares.
COMPARED = """
ALTER TABLE coding_coding ADD CONSTRAINT coding_of_one_line
    FOREIGN KEY (dictionary_id, code, pt_code, soc_code)
    REFERENCES coding_term (dictionary_id, code, pt_code, soc_code);
"""
NOT_COMPARED = "ALTER TABLE coding_coding DROP CONSTRAINT coding_of_one_line;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('safety', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Tables([
        migrations.CreateModel(
            name='Dictionary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=10)),
                ('language', models.CharField(max_length=10)),
                ('sha256', models.CharField(max_length=64)),
                ('terms', models.PositiveIntegerField()),
                ('loaded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('pk',),
                'constraints': [models.UniqueConstraint(fields=('version', 'language'), name='dictionary_once'), models.CheckConstraint(condition=models.Q(('version__regex', '^[0-9]{1,2}\\.[0-9]$')), name='dictionary_version_form', violation_error_code='version', violation_error_message='A version has one point, as in 27.1.'), models.CheckConstraint(condition=models.Q(('language__regex', '\\S')), name='dictionary_language_given', violation_error_code='language', violation_error_message='Name the language.'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='dictionary_has_hash', violation_error_code='sha256', violation_error_message='A dictionary carries the hash of its files.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalCoding',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('number', models.PositiveIntegerField()),
                ('verbatim', models.CharField(max_length=200, verbose_name='reported term')),
                ('code', models.PositiveIntegerField(verbose_name='LLT code')),
                ('name', models.CharField(max_length=200, verbose_name='LLT')),
                ('pt_code', models.PositiveIntegerField(verbose_name='PT code')),
                ('pt', models.CharField(max_length=200, verbose_name='PT')),
                ('soc_code', models.PositiveIntegerField(verbose_name='SOC code')),
                ('soc', models.CharField(max_length=200, verbose_name='primary SOC')),
                ('coded_at', models.DateTimeField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('coded_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dictionary', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='coding.dictionary')),
                ('event', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='safety.adverseevent')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical coding',
                'verbose_name_plural': 'historical codings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalDictionary',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_role', models.CharField(blank=True, max_length=200)),
                ('history_act', models.UUIDField(db_index=True)),
                ('history_recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_changed', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], editable=False, size=None)),
                ('history_change_reason', models.TextField(blank=True, default='')),
                ('version', models.CharField(max_length=10)),
                ('language', models.CharField(max_length=10)),
                ('sha256', models.CharField(max_length=64)),
                ('terms', models.PositiveIntegerField()),
                ('loaded_at', models.DateTimeField()),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical dictionary',
                'verbose_name_plural': 'historical dictionarys',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Coding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('verbatim', models.CharField(max_length=200, verbose_name='reported term')),
                ('code', models.PositiveIntegerField(verbose_name='LLT code')),
                ('name', models.CharField(max_length=200, verbose_name='LLT')),
                ('pt_code', models.PositiveIntegerField(verbose_name='PT code')),
                ('pt', models.CharField(max_length=200, verbose_name='PT')),
                ('soc_code', models.PositiveIntegerField(verbose_name='SOC code')),
                ('soc', models.CharField(max_length=200, verbose_name='primary SOC')),
                ('coded_at', models.DateTimeField()),
                ('coded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codings', to='safety.adverseevent')),
                ('dictionary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coding.dictionary')),
            ],
            options={
                'ordering': ('event', 'number'),
                'constraints': [models.UniqueConstraint(fields=('event', 'number'), name='coding_number_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='coding_number_counts', violation_error_code='number', violation_error_message='Codings are numbered from 1.'), models.CheckConstraint(condition=models.Q(('verbatim__regex', '\\S')), name='coding_of_words', violation_error_code='verbatim', violation_error_message='A coding is of some words.')],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=200)),
                ('current', models.BooleanField()),
                ('pt_code', models.PositiveIntegerField()),
                ('pt', models.CharField(max_length=200)),
                ('hlt_code', models.PositiveIntegerField()),
                ('hlt', models.CharField(max_length=200)),
                ('hlgt_code', models.PositiveIntegerField()),
                ('hlgt', models.CharField(max_length=200)),
                ('soc_code', models.PositiveIntegerField()),
                ('soc', models.CharField(max_length=200)),
                ('dictionary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='coding.dictionary')),
            ],
            options={
                'ordering': ('name',),
                'indexes': [models.Index(models.F('dictionary'), django.db.models.functions.text.Lower('name'), name='term_by_name'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('name', config='simple'), name='term_by_words')],
                'constraints': [models.UniqueConstraint(fields=('dictionary', 'code', 'pt_code', 'soc_code'), name='term_and_its_path'), models.UniqueConstraint(fields=('dictionary', 'code'), name='term_once')],
            },
        ),
        ]),
        AuditFloor("Dictionary"),
        AuditFloor("Coding"),
        *(AppendOnly(name) for name in ("Dictionary", "Term", "Coding")),
        LockFloor("Coding", path="event__participant"),
        migrations.RunSQL(COMPARED, NOT_COMPARED),
    ]
