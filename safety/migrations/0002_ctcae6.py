from django.db import migrations, models

from audit.operations import Tables


class Migration(migrations.Migration):

    dependencies = [
        ('safety', '0001_tables'),
        ('trial', '0001_tables'),
    ]

    operations = [
        Tables([
        migrations.RemoveConstraint(
            model_name='adverseevent',
            name='ae_severity_known',
        ),
        migrations.RemoveConstraint(
            model_name='adverseevent',
            name='ae_grade_of_death',
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scale', 'three'), ('severity__in', ['mild', 'moderate', 'severe'])), models.Q(('scale', 'ctcae5'), ('severity__in', ['grade1', 'grade2', 'grade3', 'grade4', 'grade5'])), models.Q(('scale', 'ctcae6'), ('severity__in', ['grade1', 'grade2', 'grade3', 'grade4', 'grade5'])), _connector='OR'), name='ae_severity_known', violation_error_code='severity', violation_error_message='Choose how severe it is.'),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('severity', 'grade5'), _negated=True), models.Q(('outcome', 'fatal'), ('scale__in', ('ctcae5', 'ctcae6')), _negated=True)), models.Q(('outcome', 'fatal'), ('severity', 'grade5')), _connector='OR'), name='ae_grade_of_death', violation_error_code='severity', violation_error_message='The grade of death and the outcome "fatal" go together.'),
        ),
        ]),
    ]
