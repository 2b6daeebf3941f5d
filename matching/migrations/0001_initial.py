import accounts.personal
import django.db.models.constraints
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
            name='Company',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True, verbose_name='short name')),
                ('name_en', models.CharField(max_length=120, verbose_name='name (English)')),
                ('name_zh', models.CharField(blank=True, max_length=120, verbose_name='name (Chinese)')),
                ('sector', models.CharField(choices=[('robotics', 'Robotics and manufacturing'), ('health', 'Health and life science'), ('finance', 'Finance and insurance'), ('logistics', 'Logistics and transport'), ('buildings', 'Construction and property'), ('energy', 'Energy and environment'), ('education', 'Education'), ('retail', 'Retail and food'), ('media', 'Media and language')], max_length=20, verbose_name='sector')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('about_en', models.TextField(blank=True, verbose_name='about the company (English)')),
                ('about_zh', models.TextField(blank=True, verbose_name='about the company (Chinese)')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'company',
                'verbose_name_plural': 'companies',
                'ordering': ['name_en'],
            },
        ),
        migrations.CreateModel(
            name='MinimumWage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_on', models.DateField(unique=True, verbose_name='from')),
                ('hourly_cents', models.PositiveIntegerField(verbose_name='an hour, in cents')),
            ],
            options={
                'verbose_name': 'minimum wage',
                'verbose_name_plural': 'minimum wages',
                'ordering': ['-from_on'],
            },
        ),
        migrations.CreateModel(
            name='PublicHoliday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(unique=True, verbose_name='day')),
                ('name_en', models.CharField(max_length=80, verbose_name='name (English)')),
                ('name_zh', models.CharField(max_length=80, verbose_name='name (Chinese)')),
            ],
            options={
                'verbose_name': 'public holiday',
                'verbose_name_plural': 'public holidays',
                'ordering': ['on'],
            },
        ),
        migrations.CreateModel(
            name='MatchRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='run')),
                ('seed', models.CharField(max_length=64, verbose_name='seed of the lottery')),
                ('inputs', accounts.personal.PersonalJSONField(verbose_name='inputs')),
                ('input_digest', models.CharField(max_length=64, verbose_name='digest of the inputs')),
                ('result_digest', models.CharField(max_length=64, verbose_name='digest of the result')),
                ('state', models.CharField(choices=[('drawn', 'drawn up, not published'), ('published', 'published'), ('discarded', 'discarded')], default='drawn', max_length=10, verbose_name='state')),
                ('created_at', models.DateTimeField(verbose_name='drawn up')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='match_runs', to='applications.cohort', verbose_name='cohort')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'match',
                'verbose_name_plural': 'matches',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'number'), name='match_run_number_once'), models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('cohort',), name='match_run_published_once', violation_error_message='The match of this cohort has been published already.'), models.UniqueConstraint(condition=models.Q(('state', 'drawn')), fields=('cohort',), name='match_run_one_in_work'), models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', False), ('state', 'published')), models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', True)), _connector='OR'), name='match_run_published_has_time')],
            },
        ),
        migrations.CreateModel(
            name='PersonRankingSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, verbose_name='version')),
                ('saved_at', models.DateTimeField(verbose_name='saved')),
                ('certified_at', models.DateTimeField(blank=True, null=True, verbose_name='certified')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='ranking_sheet', to='applications.application')),
            ],
            options={
                'verbose_name': 'a person’s ranking',
                'verbose_name_plural': 'people’s rankings',
            },
        ),
        migrations.CreateModel(
            name='Opportunity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=16, unique=True, verbose_name='reference')),
                ('kind', models.CharField(choices=[('job', 'Job'), ('internship', 'Internship')], max_length=12, verbose_name='kind')),
                ('track', models.CharField(choices=[('vision', 'Computer vision'), ('data_science', 'Data science'), ('either', 'Either track')], default='either', max_length=20, verbose_name='track')),
                ('title_en', models.CharField(max_length=120, verbose_name='title (English)')),
                ('title_zh', models.CharField(blank=True, max_length=120, verbose_name='title (Chinese)')),
                ('description_en', models.TextField(verbose_name='description (English)')),
                ('description_zh', models.TextField(blank=True, verbose_name='description (Chinese)')),
                ('purpose_en', models.TextField(verbose_name='what the company uses people’s data for (English)')),
                ('purpose_zh', models.TextField(blank=True, verbose_name='what the company uses people’s data for (Chinese)')),
                ('vacancies', models.PositiveIntegerField(verbose_name='vacancies')),
                ('place_en', models.CharField(max_length=120, verbose_name='place of work (English)')),
                ('place_zh', models.CharField(blank=True, max_length=120, verbose_name='place of work (Chinese)')),
                ('hours_per_week', models.PositiveSmallIntegerField(verbose_name='hours a week')),
                ('pay_cents', models.PositiveIntegerField(verbose_name='pay, in cents')),
                ('currency', models.CharField(default='HKD', max_length=3, verbose_name='currency')),
                ('pay_basis', models.CharField(choices=[('monthly', 'a month'), ('hourly', 'an hour')], max_length=10, verbose_name='paid by')),
                ('wage_exemption', models.CharField(choices=[('none', 'none: the minimum wage applies'), ('student-intern', 'student intern: part of the curriculum'), ('work-experience', 'work experience student: at most 59 days')], default='none', max_length=20, verbose_name='exempt from the minimum wage')),
                ('starts_on', models.DateField(verbose_name='starts')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends')),
                ('conditions_en', models.TextField(blank=True, verbose_name='conditions (English)')),
                ('conditions_zh', models.TextField(blank=True, verbose_name='conditions (Chinese)')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('approved', 'approved'), ('closed', 'closed')], default='draft', max_length=10, verbose_name='state')),
                ('written_at', models.DateTimeField(verbose_name='last written')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='applications.cohort', verbose_name='cohort')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='matching.company', verbose_name='company')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'opportunity',
                'verbose_name_plural': 'opportunities',
                'ordering': ['company__name_en', 'title_en', 'id'],
                'indexes': [models.Index(fields=['cohort', 'state'], name='matching_op_cohort__44595f_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('written_by')), _negated=True), _connector='OR'), name='opportunity_approved_by_a_second_person', violation_error_message='Whoever wrote it cannot approve it.'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True), ('state', 'draft')), models.Q(models.Q(('state', 'draft'), _negated=True), ('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='opportunity_approved_by_somebody'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='opportunity_ends_after_start', violation_error_message='It cannot end before it starts.'), models.CheckConstraint(condition=models.Q(('kind', 'job'), ('ends_on__isnull', False), _connector='OR'), name='opportunity_internship_ends', violation_error_message='Say when the internship ends.'), models.CheckConstraint(condition=models.Q(('hours_per_week__gte', 1), ('hours_per_week__lte', 72)), name='opportunity_hours_possible', violation_error_message='Hours a week must be from 1 to 72.')],
            },
        ),
        migrations.CreateModel(
            name='Recruiter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='removed')),
                ('undertaking_version', models.CharField(blank=True, max_length=20, verbose_name='version of the undertaking')),
                ('undertaking_accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='undertaking accepted')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recruiters', to='matching.company', verbose_name='company')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recruiter_seats', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'recruiter',
                'verbose_name_plural': 'recruiters',
                'ordering': ['company', 'user'],
                'constraints': [models.UniqueConstraint(fields=('company', 'user'), name='recruiter_once_at_a_company', violation_error_message='This person recruits for this company already.'), models.CheckConstraint(condition=models.Q(models.Q(('undertaking_accepted_at__isnull', True), ('undertaking_version', '')), models.Q(models.Q(('undertaking_version', ''), _negated=True), ('undertaking_accepted_at__isnull', False)), _connector='OR'), name='recruiter_undertaking_has_time')],
            },
        ),
        migrations.CreateModel(
            name='UnmatchedPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('nothing_listed', 'certified no list of opportunities'), ('ranked_by_none', 'ranked by none of those they listed'), ('no_vacancy', 'those that ranked them have no vacancy'), ('places_taken', 'every place went to somebody preferred')], max_length=20, verbose_name='reason')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='unmatched', to='matching.matchrun')),
            ],
            options={
                'verbose_name': 'unmatched person',
                'verbose_name_plural': 'unmatched people',
                'ordering': ['run_id', 'application_id'],
                'constraints': [models.UniqueConstraint(fields=('run', 'application'), name='unmatched_person_once')],
            },
        ),
        migrations.CreateModel(
            name='CompanyConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text_version', models.CharField(max_length=20, verbose_name='version of the text')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='company_consents', to='applications.application')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='matching.company')),
            ],
            options={
                'verbose_name': 'consent for a company',
                'verbose_name_plural': 'consents for companies',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('application', 'company'), name='company_consent_live_once')],
            },
        ),
        migrations.CreateModel(
            name='MatchPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_rank', models.PositiveSmallIntegerField(verbose_name='place on the person’s list')),
                ('opportunity_rank', models.PositiveSmallIntegerField(verbose_name='tier on the opportunity’s list')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='match_pairs', to='applications.application')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pairs', to='matching.matchrun')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='match_pairs', to='matching.opportunity')),
            ],
            options={
                'verbose_name': 'matched pair',
                'verbose_name_plural': 'matched pairs',
                'ordering': ['run_id', 'application_id'],
                'constraints': [models.UniqueConstraint(fields=('run', 'application'), name='match_pair_person_once')],
            },
        ),
        migrations.CreateModel(
            name='OpportunityRankingSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, verbose_name='version')),
                ('saved_at', models.DateTimeField(verbose_name='saved')),
                ('certified_at', models.DateTimeField(blank=True, null=True, verbose_name='certified')),
                ('certified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('opportunity', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='ranking_sheet', to='matching.opportunity')),
            ],
            options={
                'verbose_name': 'an opportunity’s ranking',
                'verbose_name_plural': 'opportunities’ rankings',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('certified_at__isnull', True), ('certified_by__isnull', True)), models.Q(('certified_at__isnull', False), ('certified_by__isnull', False)), _connector='OR'), name='opportunity_sheet_certified_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='PersonRanking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='matching.opportunity')),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='matching.personrankingsheet')),
            ],
            options={
                'ordering': ['sheet_id', 'position'],
                'constraints': [models.UniqueConstraint(fields=('sheet', 'opportunity'), name='person_ranking_opportunity_once'), models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('sheet', 'position'), name='person_ranking_position_once'), models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='person_ranking_position_from_1')],
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=16, unique=True, verbose_name='reference')),
                ('state', models.CharField(choices=[('sent', 'waiting for an answer'), ('accepted', 'accepted'), ('declined', 'declined'), ('expired', 'not answered in time'), ('withdrawn', 'withdrawn by the company')], default='sent', max_length=10, verbose_name='state')),
                ('conditions', accounts.personal.PersonalTextField(verbose_name='conditions')),
                ('sent_at', models.DateTimeField(verbose_name='sent')),
                ('expires_at', models.DateTimeField(verbose_name='stands until')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='applications.application', verbose_name='person')),
                ('pair', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='matching.matchpair')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='matching.opportunity', verbose_name='opportunity')),
            ],
            options={
                'verbose_name': 'offer',
                'verbose_name_plural': 'offers',
                'ordering': ['-sent_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'sent')), fields=['expires_at'], name='offer_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'accepted')), fields=('application',), name='offer_accepted_once', violation_error_message='This person has accepted an offer already.'), models.UniqueConstraint(condition=models.Q(('state__in', ['sent', 'accepted'])), fields=('pair',), name='offer_one_in_force'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('sent_at'))), name='offer_stands_for_some_time'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('state__in', ['accepted', 'declined'])), models.Q(models.Q(('state__in', ['accepted', 'declined']), _negated=True), ('answered_at__isnull', True)), _connector='OR'), name='offer_answered_has_time')],
            },
        ),
        migrations.CreateModel(
            name='OpportunityRanking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tier', models.PositiveSmallIntegerField(verbose_name='tier')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='applications.application')),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='matching.opportunityrankingsheet')),
            ],
            options={
                'ordering': ['sheet_id', 'tier', 'application_id'],
                'constraints': [models.UniqueConstraint(fields=('sheet', 'application'), name='opportunity_ranking_person_once'), models.CheckConstraint(condition=models.Q(('tier__gte', 1)), name='opportunity_ranking_tier_from_1')],
            },
        ),
    ]
