import accounts.personal
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('applications', '0009_name_more_columns'),
        ('selection', '0008_seats_above_the_list'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counted_at', models.DateTimeField(verbose_name='counted')),
                ('tables', models.JSONField(verbose_name='tables')),
                ('requests', models.JSONField(verbose_name='requests for an arrangement')),
                ('selection', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='selection.selection', verbose_name='list')),
            ],
            options={
                'verbose_name': 'count of a list',
                'verbose_name_plural': 'counts of lists',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Answers',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', accounts.personal.PersonalCharField(blank=True, choices=[('cantonese', 'Cantonese'), ('putonghua', 'Putonghua'), ('english', 'English'), ('other', 'Another language'), ('unsaid', 'I would rather not say')], max_length=10, verbose_name='Which language are you most at home in?')),
                ('disability', accounts.personal.PersonalCharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('unsaid', 'I would rather not say')], max_length=10, verbose_name='Do you have a disability or a long-term health condition?')),
                ('caring', accounts.personal.PersonalCharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('unsaid', 'I would rather not say')], max_length=10, verbose_name='Do you care for a child, or for a relative who needs help?')),
                ('first_in_family', accounts.personal.PersonalCharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('unsaid', 'I would rather not say')], max_length=10, verbose_name='Are you the first in your family to go to university or college?')),
                ('answered_at', models.DateTimeField(verbose_name='answered')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='applications.application')),
            ],
            options={
                'verbose_name': 'answers on equal opportunities',
                'verbose_name_plural': 'answers on equal opportunities',
                'constraints': [models.CheckConstraint(condition=models.Q(('language__in', ['', 'cantonese', 'putonghua', 'english', 'other', 'unsaid']), ('disability__in', ['', 'yes', 'no', 'unsaid']), ('caring__in', ['', 'yes', 'no', 'unsaid']), ('first_in_family__in', ['', 'yes', 'no', 'unsaid'])), name='monitoring_answers_are_choices'), models.CheckConstraint(condition=models.Q(('caring', ''), ('disability', ''), ('first_in_family', ''), ('language', ''), _negated=True), name='monitoring_answers_say_something')],
            },
        ),
    ]
