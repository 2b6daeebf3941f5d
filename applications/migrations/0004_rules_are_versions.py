import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0003_first_versions")]

    operations = [
        migrations.AlterField(
            model_name="cohort",
            name="rules",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cohorts",
                to="applications.eligibilityrules",
                verbose_name="eligibility rules in force",
            ),
        ),
        migrations.RemoveConstraint(
            model_name='cohort',
            name='cohort_completion_range',
        ),
        migrations.RemoveField(
            model_name='cohort',
            name='completion_from',
        ),
        migrations.RemoveField(
            model_name='cohort',
            name='completion_to',
        ),
        migrations.RemoveField(
            model_name='cohort',
            name='days_needed',
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', 'withdrawn'), ('withdrawn_at__isnull', False)), models.Q(models.Q(('stage', 'withdrawn'), _negated=True), ('withdrawn_at__isnull', True)), _connector='OR'), name='application_withdrawn_has_time'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('stage', 'merged')), models.Q(models.Q(('stage', 'merged'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='application_merged_has_target'),
        ),
    ]
