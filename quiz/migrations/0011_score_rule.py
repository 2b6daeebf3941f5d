"""What a score is: the rule of a quiz, the scale of a run, the marks under an equated score."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('quiz', '0010_rulings_never_change'),
    ]

    operations = [
        migrations.AddField(
            model_name='attemptscore',
            name='marks',
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='sum of marks'),
        ),
        migrations.AddField(
            model_name='quiz',
            name='score_rule',
            field=models.CharField(choices=[('sum', 'sum of marks'), ('equated', 'equated (Rasch)')], default='sum', max_length=10, verbose_name='what the score is'),
        ),
        migrations.AddField(
            model_name='scoringrun',
            name='scale',
            field=models.JSONField(blank=True, default=dict, verbose_name='difficulties'),
        ),
    ]
