"""A scoring run that cannot be finished says why."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('quiz', '0011_score_rule'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='scoringrun',
            name='quiz_scoring_run_finished_has_digest',
        ),
        migrations.AddField(
            model_name='scoringrun',
            name='trouble',
            field=models.TextField(blank=True, verbose_name='why it failed'),
        ),
        migrations.AlterField(
            model_name='scoringrun',
            name='state',
            field=models.CharField(choices=[('running', 'running'), ('finished', 'finished'), ('failed', 'failed')], default='running', max_length=10, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='scoringrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('finished_at__isnull', True), ('state', 'running')), models.Q(('finished_at__isnull', False), ('state', 'finished'), models.Q(('digest', ''), _negated=True)), models.Q(('digest', ''), ('finished_at__isnull', True), ('state', 'failed')), _connector='OR'), name='quiz_scoring_run_finished_has_digest'),
        ),
        migrations.AddConstraint(
            model_name='scoringrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), models.Q(('trouble', ''), _negated=True)), models.Q(models.Q(('state', 'failed'), _negated=True), ('trouble', '')), _connector='OR'), name='quiz_scoring_run_failed_says_why'),
        ),
    ]
