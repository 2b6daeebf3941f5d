"""Who reads which language well enough to confirm texts in it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0012_approvals_end'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文')], max_length=10, verbose_name='language')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='languages_read', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
            ],
            options={
                'verbose_name': 'reader of a language',
                'verbose_name_plural': 'readers of languages',
                'ordering': ['person_id', 'language'],
                'constraints': [models.UniqueConstraint(fields=('person', 'language'), name='accounts_reader_once'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'zh-hant'])), name='accounts_reader_of_ours'), models.CheckConstraint(condition=models.Q(('recorded_by__isnull', True), models.Q(('recorded_by', models.F('person')), _negated=True), _connector='OR'), name='accounts_reader_recorded_by_another')],
            },
        ),
    ]
