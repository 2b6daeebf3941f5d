"""What is decided afterwards about an item, and which runs were made under it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('quiz', '0008_files_of_items'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Ruling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='ruling')),
                ('effect', models.CharField(choices=[('void', 'void: it counts for nobody'), ('rekey', 'another key'), ('as-it-was', 'counts as it was approved')], max_length=10, verbose_name='effect')),
                ('keys', models.JSONField(blank=True, default=list, verbose_name='accepted keys')),
                ('reason', models.TextField(verbose_name='reason')),
                ('state', models.CharField(choices=[('proposed', 'proposed'), ('in-force', 'decided'), ('dropped', 'dropped')], default='proposed', max_length=10, verbose_name='state')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
            ],
            options={
                'verbose_name': 'ruling on an item',
                'verbose_name_plural': 'rulings on items',
                'ordering': ['quiz', '-number'],
            },
        ),
        migrations.AddField(
            model_name='ruling',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='ruling',
            name='item_version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rulings', to='quiz.itemversion', verbose_name='item'),
        ),
        migrations.AddField(
            model_name='ruling',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by'),
        ),
        migrations.AddField(
            model_name='ruling',
            name='quiz',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rulings', to='quiz.quiz', verbose_name='quiz'),
        ),
        migrations.AddField(
            model_name='scoringrun',
            name='rulings',
            field=models.ManyToManyField(related_name='runs', to='quiz.ruling', verbose_name='rulings'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.UniqueConstraint(fields=('quiz', 'number'), name='quiz_ruling_number_once'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('quiz', 'item_version'), name='quiz_ruling_one_proposal_an_item'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('effect', 'rekey'), models.Q(('keys', []), _negated=True)), models.Q(models.Q(('effect', 'rekey'), _negated=True), ('keys', [])), _connector='OR'), name='quiz_ruling_keys_as_its_effect'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'proposed')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state', 'in-force')), models.Q(('decided_at__isnull', False), ('state', 'dropped')), _connector='OR'), name='quiz_ruling_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'in-force'), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='quiz_ruling_by_two_people', violation_error_message='The person who proposed a ruling cannot decide on it.'),
        ),
    ]
