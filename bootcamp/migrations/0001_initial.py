import accounts.personal
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import uuid
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
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='applications.cohort')),
            ],
            options={
                'verbose_name': 'group',
                'verbose_name_plural': 'groups',
                'ordering': ['cohort', 'number'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'number'), name='group_once')],
            },
        ),
        migrations.CreateModel(
            name='Judge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tracks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('vision', 'Computer vision'), ('data_science', 'Data science')], max_length=20), blank=True, default=list, size=None, verbose_name='tracks they are an expert in')),
                ('employer', models.CharField(blank=True, max_length=150, verbose_name='employer')),
                ('conflicts_declared_at', models.DateTimeField(blank=True, null=True, verbose_name='conflicts declared')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='judges', to='applications.cohort')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='judges', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'judge',
                'verbose_name_plural': 'judges',
                'ordering': ['cohort', 'id'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'user'), name='judge_once', violation_error_message='This person is a judge of this cohort already.')],
            },
        ),
        migrations.CreateModel(
            name='Module',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4)], verbose_name='number')),
                ('title_en', models.CharField(max_length=150, verbose_name='title (English)')),
                ('title_zh', models.CharField(max_length=150, verbose_name='title (Chinese)')),
                ('description_en', models.TextField(blank=True, verbose_name='description (English)')),
                ('description_zh', models.TextField(blank=True, verbose_name='description (Chinese)')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='modules', to='applications.cohort')),
            ],
            options={
                'verbose_name': 'module',
                'verbose_name_plural': 'modules',
                'ordering': ['cohort', 'number'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'number'), name='module_number_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 4)), name='module_of_four')],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('track', models.CharField(choices=[('vision', 'Computer vision'), ('data_science', 'Data science')], max_length=20, verbose_name='Track')),
                ('title', accounts.personal.PersonalCharField(max_length=120, verbose_name='Title')),
                ('summary', accounts.personal.PersonalTextField(validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='Summary')),
                ('repository_url', models.URLField(max_length=300, verbose_name='Link to the code')),
                ('slides_url', models.URLField(max_length=300, verbose_name='Link to the slides')),
                ('video_url', models.URLField(blank=True, max_length=300, verbose_name='Link to the video')),
                ('contribution', accounts.personal.PersonalTextField(validators=[django.core.validators.MaxLengthValidator(1000)], verbose_name='What you did yourself')),
                ('ai_disclosure', accounts.personal.PersonalTextField(validators=[django.core.validators.MaxLengthValidator(1000)], verbose_name='Tools that helped you')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('submitted_at', models.DateTimeField(verbose_name='submitted')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='project', to='applications.application')),
            ],
            options={
                'verbose_name': 'mini-project',
                'verbose_name_plural': 'mini-projects',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('track__in', ['vision', 'data_science'])), name='project_of_a_track')],
            },
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_en', models.CharField(max_length=80, verbose_name='name (English)')),
                ('name_zh', models.CharField(blank=True, max_length=80, verbose_name='name (Chinese)')),
                ('capacity', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='people it holds')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='applications.cohort')),
            ],
            options={
                'verbose_name': 'room',
                'verbose_name_plural': 'rooms',
                'ordering': ['cohort', 'name_en'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'name_en'), name='room_name_once', violation_error_message='This cohort has a room of this name already.'), models.CheckConstraint(condition=models.Q(('capacity__gte', 1)), name='room_holds_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Rubric',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('criteria', models.JSONField(verbose_name='criteria')),
                ('gates', models.JSONField(default=list, verbose_name='gates')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rubrics', to='applications.cohort')),
            ],
            options={
                'verbose_name': 'rubric',
                'verbose_name_plural': 'rubrics',
                'ordering': ['cohort', '-version'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'version'), name='rubric_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='day')),
                ('position', models.PositiveSmallIntegerField(verbose_name='place within the day')),
                ('starts_at', models.DateTimeField(verbose_name='begins')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='applications.cohort')),
            ],
            options={
                'verbose_name': 'slot',
                'verbose_name_plural': 'slots',
                'ordering': ['cohort', 'on', 'position'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'on', 'position'), name='slot_once'), models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='slot_has_length', violation_error_message='A slot ends after it begins.')],
            },
        ),
        migrations.CreateModel(
            name='Timetable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('state', models.CharField(choices=[('drawn', 'drawn up, not published'), ('published', 'published'), ('superseded', 'replaced by a newer one')], default='drawn', max_length=12, verbose_name='state')),
                ('seed', models.BigIntegerField(verbose_name='seed')),
                ('inputs', models.JSONField(verbose_name='inputs')),
                ('input_digest', models.CharField(max_length=64, verbose_name='SHA-256 of the inputs')),
                ('result_digest', models.CharField(max_length=64, verbose_name='SHA-256 of the result')),
                ('objective', models.IntegerField(verbose_name='cost')),
                ('is_proven_best', models.BooleanField(verbose_name='proven to be the best')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='timetables', to='applications.cohort')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'timetable',
                'verbose_name_plural': 'timetables',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'number'), name='timetable_number_once'), models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('cohort',), name='timetable_one_published'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='timetable_published_has_time')],
            },
        ),
        migrations.CreateModel(
            name='Trainer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('modules', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), help_text='Numbers, separated by commas: 1,2,4', size=None, verbose_name='modules they can teach')),
                ('days', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), help_text='Bootcamp days, separated by commas: 2027-04-05,2027-04-06', size=None, verbose_name='days they can come')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainers', to='applications.cohort')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainers', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'trainer',
                'verbose_name_plural': 'trainers',
                'ordering': ['cohort', 'id'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'user'), name='trainer_once', violation_error_message='This person is a trainer of this cohort already.')],
            },
        ),
        migrations.CreateModel(
            name='Conflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('institution', 'Same institution'), ('employer', 'My company employs or is hiring them'), ('family', 'Family or friend'), ('supervised', 'I teach or supervise them'), ('other', 'Another reason')], max_length=12, verbose_name='reason')),
                ('declared_at', models.DateTimeField(verbose_name='declared')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='judge_conflicts', to='applications.application')),
                ('judge', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='conflicts', to='bootcamp.judge')),
            ],
            options={
                'verbose_name': 'conflict of interest',
                'verbose_name_plural': 'conflicts of interest',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('judge', 'application'), name='conflict_once')],
            },
        ),
        migrations.CreateModel(
            name='JudgingRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('method', models.CharField(choices=[('raw-mean/1', 'raw-mean/1'), ('judge-z/1', 'judge-z/1')], max_length=20, verbose_name='method')),
                ('inputs', models.JSONField(verbose_name='inputs')),
                ('input_digest', models.CharField(max_length=64, verbose_name='SHA-256 of the inputs')),
                ('result_digest', models.CharField(max_length=64, verbose_name='SHA-256 of the result')),
                ('notes', models.JSONField(default=list, verbose_name='notes')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='judging_runs', to='applications.cohort')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rubric', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='bootcamp.rubric')),
            ],
            options={
                'verbose_name': 'judging run',
                'verbose_name_plural': 'judging runs',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'number'), name='judging_run_number_once')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='membership', to='applications.application')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='bootcamp.group')),
            ],
            options={
                'verbose_name': 'place in a group',
                'verbose_name_plural': 'places in groups',
                'ordering': ['group', 'application'],
            },
        ),
        migrations.CreateModel(
            name='Lesson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(verbose_name='place within the module')),
                ('title_en', models.CharField(max_length=150, verbose_name='title (English)')),
                ('title_zh', models.CharField(max_length=150, verbose_name='title (Chinese)')),
                ('module', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lessons', to='bootcamp.module')),
            ],
            options={
                'verbose_name': 'lesson',
                'verbose_name_plural': 'lessons',
                'ordering': ['module', 'order'],
                'constraints': [models.UniqueConstraint(fields=('module', 'order'), name='lesson_order_once')],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='running order')),
                ('state', models.CharField(choices=[('assigned', 'assigned'), ('withdrawn', 'withdrawn')], default='assigned', max_length=10, verbose_name='state')),
                ('created_at', models.DateTimeField(verbose_name='assigned')),
                ('judge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='bootcamp.judge')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='bootcamp.project')),
            ],
            options={
                'verbose_name': 'assignment',
                'verbose_name_plural': 'assignments',
                'ordering': ['judge', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('project', 'judge'), name='assignment_once')],
            },
        ),
        migrations.CreateModel(
            name='ProjectVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('content', accounts.personal.PersonalJSONField(verbose_name='content')),
                ('digest', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('submitted_at', models.DateTimeField(verbose_name='submitted')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='bootcamp.project')),
                ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'submitted version',
                'verbose_name_plural': 'submitted versions',
                'ordering': ['project', '-number'],
                'constraints': [models.UniqueConstraint(fields=('project', 'number'), name='project_version_once')],
            },
        ),
        migrations.CreateModel(
            name='ProjectScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('raw_mean', models.DecimalField(decimal_places=4, max_digits=10, verbose_name='raw mean')),
                ('normalised_mean', models.DecimalField(decimal_places=4, max_digits=10, verbose_name='normalised mean')),
                ('spread', models.DecimalField(decimal_places=4, max_digits=10, verbose_name='spread')),
                ('anchor_spread', models.PositiveSmallIntegerField(verbose_name='spread in numbers of the scale')),
                ('marks', models.PositiveSmallIntegerField(verbose_name='sheets')),
                ('failed_gates', models.JSONField(default=list, verbose_name='failed gates')),
                ('score', models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True, verbose_name='score')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='bootcamp.project')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='bootcamp.judgingrun')),
            ],
            options={
                'verbose_name': 'project score',
                'verbose_name_plural': 'project scores',
                'ordering': ['run', '-score'],
                'constraints': [models.UniqueConstraint(fields=('run', 'project'), name='project_score_once'), models.CheckConstraint(condition=models.Q(('score__isnull', False), models.Q(('failed_gates', []), _negated=True), _connector='OR'), name='project_score_missing_for_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='bootcamp.group')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='bootcamp.lesson')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'ordering': ['group', 'lesson__module__number', 'lesson__order'],
                'constraints': [models.UniqueConstraint(fields=('lesson', 'group'), name='session_once_for_a_group')],
            },
        ),
        migrations.CreateModel(
            name='Sheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('marks', models.JSONField(default=dict, verbose_name='marks')),
                ('failed_gate', models.BooleanField(default=False, verbose_name='fails the academic-honesty question')),
                ('comment', accounts.personal.PersonalTextField(blank=True, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='Comment')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('saved_at', models.DateTimeField(verbose_name='saved')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted')),
                ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sheet', to='bootcamp.assignment')),
                ('rubric', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='bootcamp.rubric')),
            ],
            options={
                'verbose_name': 'sheet of marks',
                'verbose_name_plural': 'sheets of marks',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('presence', models.CharField(choices=[('present', 'Present'), ('late', 'Late by more than 15 minutes'), ('absent', 'Absent'), ('excused', 'Excused')], max_length=10, verbose_name='presence')),
                ('late_minutes', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='minutes late, if known')),
                ('marked_at', models.DateTimeField(verbose_name='marked')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='applications.application')),
                ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='bootcamp.session')),
            ],
            options={
                'verbose_name': 'attendance',
                'verbose_name_plural': 'attendance',
                'ordering': ['session', 'application'],
                'constraints': [models.UniqueConstraint(fields=('session', 'application'), name='attendance_once'), models.CheckConstraint(condition=models.Q(('late_minutes__isnull', True), ('presence', 'late'), _connector='OR'), name='attendance_minutes_of_a_late_one')],
            },
        ),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='bootcamp.group')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='bootcamp.room')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='bootcamp.session')),
                ('slot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='bootcamp.slot')),
                ('timetable', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='bootcamp.timetable')),
                ('trainer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='bootcamp.trainer')),
            ],
            options={
                'verbose_name': 'booking',
                'verbose_name_plural': 'bookings',
                'ordering': ['timetable', 'slot__on', 'slot__position', 'group__number'],
                'constraints': [models.UniqueConstraint(fields=('timetable', 'session'), name='booking_session_once'), models.UniqueConstraint(fields=('timetable', 'slot', 'group'), name='booking_group_free'), models.UniqueConstraint(fields=('timetable', 'slot', 'room'), name='booking_room_free'), models.UniqueConstraint(fields=('timetable', 'slot', 'trainer'), name='booking_trainer_free')],
            },
        ),
    ]
