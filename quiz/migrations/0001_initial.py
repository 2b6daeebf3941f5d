import accounts.personal
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('applications', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=255, unique=True, verbose_name='code')),
                ('topic', models.SlugField(max_length=60, verbose_name='topic')),
                ('difficulty', models.CharField(choices=[('easy', 'easy'), ('medium', 'medium'), ('hard', 'hard')], max_length=10, verbose_name='difficulty')),
                ('created_at', models.DateTimeField(verbose_name='created')),
            ],
            options={
                'verbose_name': 'item',
                'verbose_name_plural': 'items',
                'ordering': ['code'],
                'indexes': [models.Index(fields=['topic', 'difficulty'], name='quiz_item_topic_d93a08_idx')],
            },
        ),
        migrations.CreateModel(
            name='Quiz',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_en', models.CharField(max_length=120, verbose_name='title (English)')),
                ('title_zh', models.CharField(max_length=120, verbose_name='title (Chinese)')),
                ('minutes', models.PositiveSmallIntegerField(default=40, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(600)], verbose_name='minutes')),
                ('grace_seconds', models.PositiveSmallIntegerField(default=45, validators=[django.core.validators.MaxValueValidator(600)], verbose_name='seconds for what was on its way')),
                ('core_weights', models.JSONField(default=dict, verbose_name='weights of the core topics')),
                ('paper_seed', models.CharField(max_length=64, verbose_name='seed of the papers')),
                ('created_at', models.DateTimeField(verbose_name='set up')),
                ('cohort', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='quiz', to='applications.cohort')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'quiz',
                'verbose_name_plural': 'quizzes',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('minutes__gte', 1), ('minutes__lte', 600)), name='quiz_minutes_1_to_600'), models.CheckConstraint(condition=models.Q(('grace_seconds__lte', 600)), name='quiz_grace_up_to_10_minutes')],
            },
        ),
        migrations.CreateModel(
            name='ExtraTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('factor', models.DecimalField(decimal_places=2, max_digits=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4)], verbose_name='factor')),
                ('reason', accounts.personal.PersonalTextField(verbose_name='reason')),
                ('granted_at', models.DateTimeField(verbose_name='granted')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='extra_time', to='applications.application')),
                ('granted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'extra time',
                'verbose_name_plural': 'extra time',
                'constraints': [models.CheckConstraint(condition=models.Q(('factor__gte', 1), ('factor__lte', 4)), name='quiz_extra_time_1_to_4')],
            },
        ),
        migrations.CreateModel(
            name='ItemVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('kind', models.CharField(choices=[('single', 'one answer out of several'), ('multiple', 'several answers'), ('truefalse', 'true or false'), ('numerical', 'a number'), ('short', 'a short text')], max_length=10, verbose_name='kind')),
                ('text_format', models.CharField(choices=[('markdown', 'Markdown'), ('html', 'HTML'), ('moodle', 'HTML with line breaks'), ('plain', 'plain text')], max_length=10, verbose_name='format')),
                ('stem_en', models.TextField(verbose_name='question (English)')),
                ('stem_zh', models.TextField(blank=True, verbose_name='question (Chinese)')),
                ('choices', models.JSONField(blank=True, default=list, verbose_name='choices')),
                ('key', models.JSONField(verbose_name='key')),
                ('feedback_en', models.TextField(blank=True, verbose_name='explanation (English)')),
                ('feedback_zh', models.TextField(blank=True, verbose_name='explanation (Chinese)')),
                ('source_name', models.CharField(blank=True, max_length=200, verbose_name='source file')),
                ('source_sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of the source file')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='quiz.item')),
            ],
            options={
                'verbose_name': 'version of an item',
                'verbose_name_plural': 'versions of items',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('item', 'number'), name='quiz_item_version_once'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='quiz_item_version_approved_by_somebody'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), ('created_by__isnull', True), models.Q(('approved_by', models.F('created_by')), _negated=True), _connector='OR'), name='quiz_item_version_approved_by_a_second_person', violation_error_message='The author cannot approve an item.'), models.CheckConstraint(condition=models.Q(('approved_at__isnull', True), models.Q(('stem_zh', ''), _negated=True), _connector='OR'), name='quiz_item_version_approved_in_both_languages', violation_error_message='An item needs both languages before it is approved.')],
            },
        ),
        migrations.CreateModel(
            name='BlueprintCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.SlugField(max_length=60, verbose_name='topic')),
                ('difficulty', models.CharField(choices=[('easy', 'easy'), ('medium', 'medium'), ('hard', 'hard')], max_length=10, verbose_name='difficulty')),
                ('count', models.PositiveSmallIntegerField(verbose_name='items on a paper')),
                ('quiz', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cells', to='quiz.quiz')),
            ],
            options={
                'verbose_name': 'part of the blueprint',
                'verbose_name_plural': 'blueprint',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('quiz', 'topic', 'difficulty'), name='quiz_blueprint_cell_once'), models.CheckConstraint(condition=models.Q(('count__gte', 1)), name='quiz_blueprint_cell_has_items')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='attempt')),
                ('state', models.CharField(choices=[('open', 'open'), ('submitted', 'closed'), ('scored', 'scored'), ('void', 'void')], default='open', max_length=10, verbose_name='state')),
                ('seed', models.CharField(max_length=64, verbose_name='seed of the paper')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('deadline_at', models.DateTimeField(verbose_name='deadline')),
                ('saves_until', models.DateTimeField(verbose_name='answers accepted until')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('score', models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True, verbose_name='score')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='applications.application')),
                ('quiz', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='quiz.quiz')),
            ],
            options={
                'verbose_name': 'attempt',
                'verbose_name_plural': 'attempts',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['saves_until', 'id'], name='quiz_attempt_to_close'), models.Index(fields=['quiz', 'state'], name='quiz_attempt_by_state')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'void'), _negated=True), fields=('quiz', 'application'), name='quiz_attempt_one_that_counts'), models.UniqueConstraint(fields=('quiz', 'application', 'number'), name='quiz_attempt_number_once'), models.CheckConstraint(condition=models.Q(('deadline_at__gt', models.F('started_at')), ('saves_until__gte', models.F('deadline_at'))), name='quiz_attempt_times_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), ('state', 'void'), models.Q(('closed_at__isnull', False), ('state__in', ['submitted', 'scored'])), _connector='OR'), name='quiz_attempt_closed_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'scored'), _negated=True), ('score__isnull', False), _connector='OR'), name='quiz_attempt_scored_has_score')],
            },
        ),
        migrations.CreateModel(
            name='ScoringRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='run')),
                ('state', models.CharField(choices=[('running', 'running'), ('finished', 'finished')], default='running', max_length=10, verbose_name='state')),
                ('rule', models.CharField(max_length=40, verbose_name='rule')),
                ('attempts', models.PositiveIntegerField(verbose_name='attempts to score')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='digest')),
                ('created_at', models.DateTimeField(verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
                ('quiz', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scoring_runs', to='quiz.quiz')),
            ],
            options={
                'verbose_name': 'scoring run',
                'verbose_name_plural': 'scoring runs',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('quiz', 'number'), name='quiz_scoring_run_once'), models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('quiz',), name='quiz_scoring_run_one_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('finished_at__isnull', True), ('state', 'running')), models.Q(('finished_at__isnull', False), ('state', 'finished'), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='quiz_scoring_run_finished_has_digest')],
            },
        ),
        migrations.CreateModel(
            name='QuizItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quiz_items', to='quiz.itemversion')),
                ('quiz', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quiz_items', to='quiz.quiz')),
            ],
            options={
                'verbose_name': 'item of a quiz',
                'verbose_name_plural': 'items of a quiz',
                'constraints': [models.UniqueConstraint(fields=('quiz', 'item_version'), name='quiz_pool_item_once')],
            },
        ),
        migrations.CreateModel(
            name='Response',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='number on the paper')),
                ('choice_order', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=4), blank=True, default=list, size=None)),
                ('answer', accounts.personal.PersonalJSONField(blank=True, null=True, verbose_name='answer')),
                ('sequence', models.BigIntegerField(default=0, verbose_name='sequence number')),
                ('saved_at', models.DateTimeField(blank=True, null=True, verbose_name='saved')),
                ('late', models.BooleanField(default=False, verbose_name='arrived after the deadline')),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='responses', to='quiz.attempt')),
                ('item_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='quiz.itemversion')),
            ],
            options={
                'verbose_name': 'response',
                'verbose_name_plural': 'responses',
                'ordering': ['attempt', 'position'],
                'constraints': [models.UniqueConstraint(fields=('attempt', 'position'), name='quiz_response_position_once'), models.UniqueConstraint(fields=('attempt', 'item_version'), name='quiz_response_item_once'), models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='quiz_response_positions_from_1'), models.CheckConstraint(condition=models.Q(models.Q(('saved_at__isnull', True), ('sequence', 0)), models.Q(('saved_at__isnull', False), ('sequence__gt', 0)), _connector='OR'), name='quiz_response_saved_has_time')],
            },
        ),
        migrations.CreateModel(
            name='AttemptScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.DecimalField(decimal_places=4, max_digits=9, verbose_name='score')),
                ('core_score', models.DecimalField(decimal_places=4, max_digits=9, verbose_name='core topics')),
                ('topics', accounts.personal.PersonalJSONField(verbose_name='by topic')),
                ('inputs', models.CharField(max_length=64, verbose_name='digest of the answers')),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='quiz.attempt')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='quiz.scoringrun')),
            ],
            options={
                'verbose_name': 'score',
                'verbose_name_plural': 'scores',
                'constraints': [models.UniqueConstraint(fields=('run', 'attempt'), name='quiz_attempt_score_once'), models.CheckConstraint(condition=models.Q(('score__gte', 0), ('core_score__gte', 0)), name='quiz_attempt_score_not_negative')],
            },
        ),
        migrations.AddField(
            model_name='quiz',
            name='pool',
            field=models.ManyToManyField(related_name='quizzes', through='quiz.QuizItem', to='quiz.itemversion'),
        ),
    ]
