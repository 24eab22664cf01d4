"""A list laid open: once, and for good."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.operations import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('randomization', '0006_unblinding'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reveal',
            fields=[
                ('list', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='reveal', serialize=False, to='randomization.allocationlist')),
                ('revealed_at', models.DateTimeField()),
                ('document', models.TextField(editable=False)),
                ('sha256', models.CharField(max_length=64)),
                ('revealed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$'), models.Q(('document', ''), _negated=True)), name='reveal_has_its_file', violation_error_message="A revealed list has its file and the file's SHA-256.")],
            },
        ),
        AppendOnly("Reveal"),
    ]
