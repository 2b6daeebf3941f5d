import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models.functions import Concat, Upper


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_find_addresses'),
        ('applications', '0006_bootcamp_days_in_order'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['surname_en', 'given_en', 'id'], name='application_by_name'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(
                condition=models.Q(('stage', 'submitted')),
                fields=['submitted_at', 'id'],
                name='application_waiting',
            ),
        ),
        migrations.AddIndex(
            model_name='application',
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    Upper(
                        Concat(
                            'reference',
                            models.Value(' '),
                            'surname_en',
                            models.Value(' '),
                            'given_en',
                            models.Value(' '),
                            'preferred_name',
                            models.Value(' '),
                            'name_zh',
                            models.Value(' '),
                            'mobile',
                            output_field=models.TextField(),
                        )
                    ),
                    name='gin_trgm_ops',
                ),
                name='application_words',
            ),
        ),
    ]
