from django.db import migrations, models

from audit.operations import Tables


class Migration(migrations.Migration):

    dependencies = [
        ('safety', '0002_ctcae6'),
        ('trial', '0001_tables'),
    ]

    operations = [
        Tables([
        migrations.AddField(
            model_name='adverseevent',
            name='pregnancy_ended',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name='adverseevent',
            name='pregnancy_outcome',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='adverseevent',
            name='special',
            field=models.CharField(choices=[('none', 'None'), ('pregnancy', 'Exposure during pregnancy, of the participant or of a partner'), ('overdose', 'Overdose of the study treatment')], default='none', max_length=10),
        ),
        migrations.AddField(
            model_name='historicaladverseevent',
            name='pregnancy_ended',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name='historicaladverseevent',
            name='pregnancy_outcome',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='historicaladverseevent',
            name='special',
            field=models.CharField(choices=[('none', 'None'), ('pregnancy', 'Exposure during pregnancy, of the participant or of a partner'), ('overdose', 'Overdose of the study treatment')], default='none', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('special__in', ['none', 'overdose', 'pregnancy'])), name='ae_special_known', violation_error_code='special', violation_error_message='Choose whether it is a special situation.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('special', 'none'), ('aware_at__isnull', False), _connector='OR'), name='ae_special_has_awareness', violation_error_code='aware_at', violation_error_message='Say when you became aware of it: 24 hours run from then.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('pregnancy_ended', ''), ('pregnancy_outcome', '')), models.Q(('pregnancy_ended__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])|-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|-(0[13-9]|1[0-2])-(29|30)|-(0[13578]|1[02])-31)?|((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)-02-29)$'), ('pregnancy_outcome__regex', '\\S'), ('special', 'pregnancy')), _connector='OR'), name='ae_pregnancy_has_outcome', violation_error_code='pregnancy_outcome', violation_error_message='How a pregnancy came out is said with its day, and of a pregnancy only.'),
        ),
        ]),
    ]
