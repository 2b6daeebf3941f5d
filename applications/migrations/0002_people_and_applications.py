import accounts.personal
import applications.models.documents
import applications.models.rules
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_trail_and_jobs'),
        ('applications', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('layout', models.CharField(max_length=64, unique=True, verbose_name='digest of the headings')),
                ('columns', models.JSONField(verbose_name='columns')),
                ('chosen_at', models.DateTimeField(verbose_name='time')),
                ('chosen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'column mapping',
                'verbose_name_plural': 'column mappings',
                'ordering': ['-chosen_at'],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('cv', 'CV')], max_length=10, verbose_name='kind')),
                ('file', accounts.personal.PersonalFileField(upload_to=applications.models.documents.place_of, verbose_name='file')),
                ('name', accounts.personal.PersonalCharField(max_length=200, verbose_name='file name')),
                ('content_type', models.CharField(max_length=60, verbose_name='type')),
                ('size', models.PositiveIntegerField(verbose_name='size in bytes')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('scan', models.CharField(choices=[('not-asked', 'not scanned'), ('waiting', 'being scanned'), ('clean', 'scanned'), ('infected', 'refused by the scanner')], default='not-asked', max_length=10, verbose_name='scan')),
                ('scanned_at', models.DateTimeField(blank=True, null=True, verbose_name='scanned at')),
                ('warned', models.BooleanField(default=False, verbose_name='warned of an identity card number')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded')),
                ('replaced_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='applications.application')),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('application', 'kind'), name='document_one_of_a_kind'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='document_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='DuplicateCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('mailbox', 'the same e-mail address but for case, dots or a plus'), ('mobile', 'the same mobile phone')], max_length=10, verbose_name='reason')),
                ('state', models.CharField(choices=[('open', 'to decide'), ('merged', 'merged'), ('distinct', 'two people')], default='open', max_length=10, verbose_name='state')),
                ('found_at', models.DateTimeField(verbose_name='found')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('note', models.TextField(blank=True, verbose_name='why')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duplicate_cases', to='applications.cohort', verbose_name='cohort')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application')),
            ],
            options={
                'verbose_name': 'possible duplicate',
                'verbose_name_plural': 'possible duplicates',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='duplicate_pair_once'), models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='duplicate_older_first'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('state', 'open')), models.Q(('decided_by__isnull', False), ('state__in', ['merged', 'distinct'])), _connector='OR'), name='duplicate_decided_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='EligibilityRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('statuses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('student', 'I am a student'), ('graduate', 'I have graduated')], max_length=10), default=applications.models.rules.every_status, size=None, verbose_name='who may apply')),
                ('completion_from', models.DateField(verbose_name='earliest completion month')),
                ('completion_to', models.DateField(verbose_name='latest completion month')),
                ('days_needed', models.PositiveSmallIntegerField(default=5, verbose_name='bootcamp days one must attend')),
                ('adults_only', models.BooleanField(default=True, verbose_name='18 or older')),
                ('created_at', models.DateTimeField(blank=True, null=True, verbose_name='since')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('previous', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next', to='applications.eligibilityrules', verbose_name='version before')),
            ],
            options={
                'verbose_name': 'eligibility rules',
                'verbose_name_plural': 'eligibility rules',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('completion_from__lte', models.F('completion_to'))), name='rules_completion_range', violation_error_message='“Earliest completion month” must not come after “latest completion month”.'), models.CheckConstraint(condition=models.Q(('statuses__len__gte', 1)), name='rules_somebody_may_apply', violation_error_message='“Who may apply” needs at least one group.')],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('purpose', models.CharField(max_length=30, verbose_name='purpose')),
                ('format', models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'Excel (XLSX)')], max_length=4, verbose_name='format')),
                ('reason', models.TextField(verbose_name='reason')),
                ('row_ids', models.JSONField(default=list, verbose_name='rows')),
                ('rows', models.PositiveIntegerField(verbose_name='number of people')),
                ('digest', models.CharField(max_length=64, verbose_name='digest of what was asked for')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='applications.cohort', verbose_name='cohort')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='InstitutionAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('key', models.CharField(editable=False, max_length=150, unique=True, verbose_name='key')),
                ('until', models.PositiveSmallIntegerField(blank=True, help_text='For a name that was given up.', null=True, verbose_name='until the year')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='applications.institution', verbose_name='institution')),
            ],
            options={
                'verbose_name': 'alias',
                'verbose_name_plural': 'aliases',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='LateAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField(verbose_name='until')),
                ('reason', models.TextField(verbose_name='reason')),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='late_access', to='applications.cohort', verbose_name='cohort')),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='late_access', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'late access',
                'verbose_name_plural': 'late access',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('cohort', 'user'), name='late_access_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='LegalText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('privacy-notice', 'Privacy notice'), ('honour-code', 'Honour code'), ('talent-pool', 'Consent: talent pool'), ('publicity', 'Consent: publicity'), ('marketing', 'Consent: other programmes and events')], max_length=20, verbose_name='kind')),
                ('version', models.CharField(max_length=20, verbose_name='version')),
                ('text_en', models.TextField(verbose_name='text (English)')),
                ('text_zh', models.TextField(verbose_name='text (Chinese)')),
                ('asks_again', models.BooleanField(default=True, help_text='Who accepted an earlier version is asked again.', verbose_name='the meaning has changed')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'text to accept',
                'verbose_name_plural': 'texts to accept',
                'ordering': ['kind', '-published_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'version'), name='legal_text_version_once'), models.CheckConstraint(condition=models.Q(('published_at__isnull', True), models.Q(models.Q(('text_en', ''), _negated=True), models.Q(('text_zh', ''), _negated=True)), _connector='OR'), name='legal_text_published_in_both_languages', violation_error_message='Both languages are needed.')],
            },
        ),
        migrations.CreateModel(
            name='ReviewClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('taken_at', models.DateTimeField(verbose_name='taken')),
                ('expires_at', models.DateTimeField(verbose_name='lapses')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='review_claim', to='applications.application')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'review in hand',
                'verbose_name_plural': 'reviews in hand',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(choices=[('privacy-notice', 'The privacy notice is right for this cohort'), ('agency', 'The operator may bring people and employers together'), ('special-measures', 'No place is reserved for a group of people'), ('wages', 'The wording on minimum wage and internships is right')], max_length=20, verbose_name='subject')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_offs', to='applications.cohort')),
            ],
            options={
                'verbose_name': 'sign-off',
                'verbose_name_plural': 'sign-offs',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'subject'), name='sign_off_once_a_subject')],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('answers', accounts.personal.PersonalJSONField(verbose_name='answers')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='applications.application')),
            ],
            options={
                'verbose_name': 'submitted version',
                'verbose_name_plural': 'submitted versions',
                'ordering': ['application', 'number'],
                'constraints': [models.UniqueConstraint(fields=('application', 'number'), name='submission_number_once')],
            },
        ),
        migrations.CreateModel(
            name='Acceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acceptances', to='applications.application')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.legaltext')),
            ],
            options={
                'verbose_name': 'acceptance',
                'verbose_name_plural': 'acceptances',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('application', 'text'), name='acceptance_once_a_text')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='application',
            name='application_submitted_has_time',
        ),
        migrations.AddField(
            model_name='accessrequest',
            name='arrangement',
            field=accounts.personal.PersonalTextField(blank=True, verbose_name='what we arranged'),
        ),
        migrations.AddField(
            model_name='accessrequest',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='decided'),
        ),
        migrations.AddField(
            model_name='accessrequest',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='accessrequest',
            name='state',
            field=models.CharField(choices=[('asked', 'to decide'), ('granted', 'granted'), ('refused', 'refused')], default='asked', max_length=10, verbose_name='state'),
        ),
        migrations.AddField(
            model_name='application',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='applications.application', verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='application',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='withdrawn'),
        ),
        migrations.AddField(
            model_name='application',
            name='withdrawn_from',
            field=models.CharField(blank=True, choices=[('draft', 'draft'), ('submitted', 'submitted'), ('eligible', 'eligible'), ('ineligible', 'not eligible'), ('withdrawn', 'withdrawn'), ('merged', 'merged into another application'), ('place-offered', 'place offered'), ('reserve', 'on the reserve list'), ('not-selected', 'not selected'), ('place-confirmed', 'place confirmed'), ('place-declined', 'place declined'), ('place-lapsed', 'place lapsed'), ('finalist', 'finalist'), ('final-reserve', "on the finalists' reserve list"), ('not-finalist', 'not a finalist'), ('matched', 'matched'), ('hired', 'offer accepted')], max_length=20, verbose_name='stage before withdrawing'),
        ),
        migrations.AddField(
            model_name='cohort',
            name='retention_months',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Counted from the published result; at most 24.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(24)], verbose_name='months until the data of unsuccessful applicants go'),
        ),
        migrations.AddField(
            model_name='importfile',
            name='job',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.job'),
        ),
        migrations.AddField(
            model_name='importfile',
            name='mapping',
            field=models.JSONField(blank=True, default=dict, verbose_name='columns'),
        ),
        migrations.AddField(
            model_name='institution',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='applications.institution', verbose_name='now listed as'),
        ),
        migrations.AlterField(
            model_name='application',
            name='stage',
            field=models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('eligible', 'eligible'), ('ineligible', 'not eligible'), ('withdrawn', 'withdrawn'), ('merged', 'merged into another application'), ('place-offered', 'place offered'), ('reserve', 'on the reserve list'), ('not-selected', 'not selected'), ('place-confirmed', 'place confirmed'), ('place-declined', 'place declined'), ('place-lapsed', 'place lapsed'), ('finalist', 'finalist'), ('final-reserve', "on the finalists' reserve list"), ('not-finalist', 'not a finalist'), ('matched', 'matched'), ('hired', 'offer accepted')], default='draft', max_length=20, verbose_name='stage'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='institution_not_merged_into_itself'),
        ),
        migrations.AddField(
            model_name='application',
            name='rules',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.eligibilityrules', verbose_name='rules at the submission'),
        ),
        migrations.AddField(
            model_name='cohort',
            name='rules',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cohorts', to='applications.eligibilityrules', verbose_name='eligibility rules in force'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['cohort', 'mobile'], name='application_mobile'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['draft', 'withdrawn', 'merged']), ('submitted_at__isnull', False), _connector='OR'), name='application_submitted_has_time'),
        ),
        migrations.AddConstraint(
            model_name='cohort',
            constraint=models.CheckConstraint(condition=models.Q(('retention_months__isnull', True), models.Q(('retention_months__gte', 1), ('retention_months__lte', 24)), _connector='OR'), name='cohort_retention_at_most_24_months', violation_error_message='Keep the data between 1 and 24 months.'),
        ),
    ]
