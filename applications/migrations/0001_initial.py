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
    ]

    operations = [
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True, verbose_name='code')),
                ('name_en', models.CharField(max_length=150, verbose_name='name (English)')),
                ('name_zh', models.CharField(max_length=150, verbose_name='name (Chinese)')),
            ],
            options={
                'verbose_name': 'institution',
                'verbose_name_plural': 'institutions',
                'ordering': ['name_en'],
            },
        ),
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True, verbose_name='short name')),
                ('name_en', models.CharField(max_length=120, verbose_name='name (English)')),
                ('name_zh', models.CharField(max_length=120, verbose_name='name (Chinese)')),
                ('summary_en', models.TextField(verbose_name='summary (English)')),
                ('summary_zh', models.TextField(verbose_name='summary (Chinese)')),
                ('contact_email', models.EmailField(max_length=254, verbose_name='contact')),
            ],
            options={
                'verbose_name': 'programme',
                'verbose_name_plural': 'programmes',
                'ordering': ['slug'],
            },
        ),
        migrations.CreateModel(
            name='Cohort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True, verbose_name='short name')),
                ('name_en', models.CharField(max_length=120, verbose_name='name (English)')),
                ('name_zh', models.CharField(max_length=120, verbose_name='name (Chinese)')),
                ('is_public', models.BooleanField(default=False, verbose_name='shown to the public')),
                ('applications_open_at', models.DateTimeField(verbose_name='applications open')),
                ('applications_close_at', models.DateTimeField(verbose_name='applications close')),
                ('quiz_opens_at', models.DateTimeField(verbose_name='quiz opens')),
                ('quiz_closes_at', models.DateTimeField(verbose_name='quiz closes')),
                ('shortlist_at', models.DateTimeField(verbose_name='shortlist is published')),
                ('reply_hours', models.PositiveSmallIntegerField(default=48, verbose_name='hours to confirm a place')),
                ('bootcamp_dates', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), size=None, verbose_name='bootcamp days')),
                ('project_due_at', models.DateTimeField(verbose_name='mini-projects are due')),
                ('finalists_at', models.DateTimeField(verbose_name='finalists are published')),
                ('rankings_close_at', models.DateTimeField(verbose_name='rankings close')),
                ('match_at', models.DateTimeField(verbose_name='match is published')),
                ('places', models.PositiveIntegerField(default=100, validators=[django.core.validators.MinValueValidator(1)], verbose_name='bootcamp places')),
                ('places_with_ties', models.PositiveIntegerField(default=105, verbose_name='places if people tie')),
                ('finalists', models.PositiveIntegerField(default=50, validators=[django.core.validators.MinValueValidator(1)], verbose_name='finalists')),
                ('finalists_with_ties', models.PositiveIntegerField(default=50, verbose_name='finalists if people tie')),
                ('completion_from', models.DateField(verbose_name='earliest completion month')),
                ('completion_to', models.DateField(verbose_name='latest completion month')),
                ('days_needed', models.PositiveSmallIntegerField(default=5, verbose_name='bootcamp days one must attend')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cohorts', to='applications.programme', verbose_name='programme')),
            ],
            options={
                'verbose_name': 'cohort',
                'verbose_name_plural': 'cohorts',
                'ordering': ['-applications_open_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('applications_open_at__lte', models.F('applications_close_at'))), name='cohort_applications_open_then_applications_close', violation_error_message='“applications open” must not come after “applications close”.'), models.CheckConstraint(condition=models.Q(('applications_open_at__lte', models.F('quiz_opens_at'))), name='cohort_applications_open_then_quiz_opens', violation_error_message='“applications open” must not come after “quiz opens”.'), models.CheckConstraint(condition=models.Q(('applications_close_at__lte', models.F('quiz_closes_at'))), name='cohort_applications_close_then_quiz_closes', violation_error_message='“applications close” must not come after “quiz closes”.'), models.CheckConstraint(condition=models.Q(('quiz_opens_at__lte', models.F('quiz_closes_at'))), name='cohort_quiz_opens_then_quiz_closes', violation_error_message='“quiz opens” must not come after “quiz closes”.'), models.CheckConstraint(condition=models.Q(('quiz_closes_at__lte', models.F('shortlist_at'))), name='cohort_quiz_closes_then_shortlist', violation_error_message='“quiz closes” must not come after “shortlist is published”.'), models.CheckConstraint(condition=models.Q(('shortlist_at__lte', models.F('project_due_at'))), name='cohort_shortlist_then_project_due', violation_error_message='“shortlist is published” must not come after “mini-projects are due”.'), models.CheckConstraint(condition=models.Q(('project_due_at__lte', models.F('finalists_at'))), name='cohort_project_due_then_finalists', violation_error_message='“mini-projects are due” must not come after “finalists are published”.'), models.CheckConstraint(condition=models.Q(('finalists_at__lte', models.F('rankings_close_at'))), name='cohort_finalists_then_rankings_close', violation_error_message='“finalists are published” must not come after “rankings close”.'), models.CheckConstraint(condition=models.Q(('rankings_close_at__lte', models.F('match_at'))), name='cohort_rankings_close_then_match', violation_error_message='“rankings close” must not come after “match is published”.'), models.CheckConstraint(condition=models.Q(('places__gte', 1), ('places_with_ties__gte', models.F('places'))), name='cohort_places_positive', violation_error_message='“Bootcamp places” must be at least 1, and “places if people tie” not fewer.'), models.CheckConstraint(condition=models.Q(('finalists__gte', 1), ('finalists_with_ties__gte', models.F('finalists'))), name='cohort_finalists_positive', violation_error_message='“Finalists” must be at least 1, and “finalists if people tie” not fewer.'), models.CheckConstraint(condition=models.Q(('bootcamp_dates__len__gte', 1)), name='cohort_has_bootcamp_days', violation_error_message='“Bootcamp days” needs at least one day.'), models.CheckConstraint(condition=models.Q(('completion_from__lte', models.F('completion_to'))), name='cohort_completion_range', violation_error_message='“Earliest completion month” must not come after “latest completion month”.')],
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=16, unique=True, verbose_name='reference')),
                ('stage', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('eligible', 'eligible'), ('ineligible', 'not eligible'), ('withdrawn', 'withdrawn'), ('place-offered', 'place offered'), ('reserve', 'on the reserve list'), ('not-selected', 'not selected'), ('place-confirmed', 'place confirmed'), ('place-declined', 'place declined'), ('place-lapsed', 'place lapsed'), ('finalist', 'finalist'), ('final-reserve', "on the finalists' reserve list"), ('not-finalist', 'not a finalist'), ('matched', 'matched'), ('hired', 'offer accepted')], default='draft', max_length=20, verbose_name='stage')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('created_at', models.DateTimeField(verbose_name='started')),
                ('saved_at', models.DateTimeField(verbose_name='last saved')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted')),
                ('surname_en', accounts.personal.PersonalCharField(blank=True, max_length=100, verbose_name='Surname, as on your certificate')),
                ('given_en', accounts.personal.PersonalCharField(blank=True, max_length=100, verbose_name='Given names, as on your certificate')),
                ('preferred_name', accounts.personal.PersonalCharField(blank=True, max_length=100, verbose_name='What should we call you?')),
                ('name_zh', accounts.personal.PersonalCharField(blank=True, max_length=60, verbose_name='Chinese name')),
                ('mobile', accounts.personal.PersonalCharField(blank=True, max_length=20, verbose_name='Mobile phone')),
                ('institution_other', accounts.personal.PersonalCharField(blank=True, max_length=200, verbose_name='Other institution')),
                ('study_programme', accounts.personal.PersonalCharField(blank=True, max_length=200, verbose_name='Programme of study')),
                ('discipline', accounts.personal.PersonalCharField(blank=True, choices=[('engineering', 'Engineering'), ('computing', 'Computing'), ('science', 'Science and mathematics'), ('business', 'Business and economics'), ('health', 'Medicine and health'), ('humanities', 'Arts, humanities and social sciences'), ('other', 'Other')], max_length=20, verbose_name='Discipline')),
                ('level', accounts.personal.PersonalCharField(blank=True, choices=[('sub_degree', 'Higher diploma or associate degree'), ('bachelor', 'Bachelor’s degree'), ('taught_master', 'Taught master’s degree'), ('research', 'Research master’s degree or doctorate'), ('other', 'Other')], max_length=20, verbose_name='Level of study')),
                ('status', accounts.personal.PersonalCharField(blank=True, choices=[('student', 'I am a student'), ('graduate', 'I have graduated')], max_length=10, verbose_name='Are you a student or a graduate?')),
                ('completion_on', models.DateField(blank=True, null=True, verbose_name='Expected or actual completion')),
                ('python_rating', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(5)], verbose_name='How well do you know Python?')),
                ('prior_learning', accounts.personal.PersonalCharField(blank=True, choices=[('none', 'None'), ('course', 'A course'), ('project', 'A project of my own')], max_length=10, verbose_name='Have you learned machine learning before?')),
                ('evidence_url', models.URLField(blank=True, verbose_name='A link to something you made')),
                ('motivation', accounts.personal.PersonalTextField(blank=True, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='Why this programme?')),
                ('track', accounts.personal.PersonalCharField(blank=True, choices=[('vision', 'Computer vision'), ('data_science', 'Data science'), ('undecided', 'Not decided yet')], max_length=20, verbose_name='Mini-project track')),
                ('available_days', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None, verbose_name='Days you can attend')),
                ('conflicts', accounts.personal.PersonalTextField(blank=True, validators=[django.core.validators.MaxLengthValidator(1000)], verbose_name='Conflicts we should know about')),
                ('source', models.CharField(blank=True, choices=[('university', 'My university’s careers office'), ('friend', 'A friend'), ('social-media', 'Social media'), ('website', 'The programme’s website'), ('event', 'An event'), ('other', 'Other')], max_length=20, verbose_name='How did you hear of us?')),
                ('is_adult', models.BooleanField(blank=True, null=True, verbose_name='I am 18 or older')),
                ('honour_code_at', models.DateTimeField(blank=True, null=True, verbose_name='honour code accepted')),
                ('privacy_notice_at', models.DateTimeField(blank=True, null=True, verbose_name='privacy notice read')),
                ('privacy_notice_version', models.CharField(blank=True, max_length=20, verbose_name='version of the privacy notice')),
                ('imported_at', models.DateTimeField(blank=True, null=True, verbose_name='imported')),
                ('imported_digest', models.CharField(blank=True, max_length=64, verbose_name='digest of the row')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='applications.cohort', verbose_name='cohort')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='applications.institution', verbose_name='Institution')),
            ],
            options={
                'verbose_name': 'application',
                'verbose_name_plural': 'applications',
                'ordering': ['surname_en', 'given_en', 'id'],
                'indexes': [models.Index(fields=['cohort', 'stage'], name='application_cohort__05a899_idx')],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'user'), name='application_once_in_a_cohort', violation_error_message='You have an application in this cohort already.'), models.CheckConstraint(condition=models.Q(('stage__in', ['draft', 'withdrawn']), ('submitted_at__isnull', False), _connector='OR'), name='application_submitted_has_time'), models.CheckConstraint(condition=models.Q(('python_rating__isnull', True), ('python_rating__lte', 5), _connector='OR'), name='application_python_rating_to_5')],
            },
        ),
        migrations.CreateModel(
            name='ImportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='file name')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('content', models.BinaryField(verbose_name='content')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded')),
                ('imported_at', models.DateTimeField(blank=True, null=True, verbose_name='imported')),
                ('report', accounts.personal.PersonalJSONField(default=dict, verbose_name='report')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_files', to='applications.cohort')),
                ('imported_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'imported file',
                'verbose_name_plural': 'imported files',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('imported_at__isnull', True)), fields=('cohort', 'sha256'), name='import_file_waits_once')],
            },
        ),
        migrations.CreateModel(
            name='AccessRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('needs', accounts.personal.PersonalTextField(validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='Do you need any arrangement to take the quiz or attend?')),
                ('requested_at', models.DateTimeField(verbose_name='requested')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='access_request', to='applications.application')),
            ],
            options={
                'verbose_name': 'access request',
                'verbose_name_plural': 'access requests',
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('talent-pool', 'Keep my data in the talent pool after this cohort.'), ('publicity', 'You may publish my name if I am selected.'), ('marketing', 'Tell me about other programmes and events.')], max_length=20, verbose_name='purpose')),
                ('text_version', models.CharField(max_length=20, verbose_name='version of the text')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='applications.application')),
            ],
            options={
                'verbose_name': 'consent',
                'verbose_name_plural': 'consents',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('application', 'purpose'), name='consent_once_for_a_purpose')],
            },
        ),
    ]
