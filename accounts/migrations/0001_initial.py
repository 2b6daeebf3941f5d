import accounts.personal
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', accounts.personal.PersonalEmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('preferred_name', accounts.personal.PersonalCharField(blank=True, max_length=100, verbose_name='preferred name')),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文')], default='en', max_length=10, verbose_name='language')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may open the staff site')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='joined')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['email'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='accounts_user_email_once', violation_error_message='Somebody has this e-mail address already.')],
            },
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('object_id', models.CharField(max_length=40, verbose_name='object')),
                ('digest', models.CharField(max_length=64, verbose_name='digest of the content')),
                ('state', models.CharField(choices=[('requested', 'waiting for a second person'), ('approved', 'approved'), ('refused', 'refused'), ('void', 'void: the content changed or the request lapsed')], default='requested', max_length=12, verbose_name='state')),
                ('requested_at', models.DateTimeField(verbose_name='asked')),
                ('expires_at', models.DateTimeField(verbose_name='lapses')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'approval',
                'verbose_name_plural': 'approvals',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='accounts_approval_by_a_second_person', violation_error_message='The person who asked cannot approve.'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('state__in', ['requested', 'void'])), models.Q(('decided_by__isnull', False), ('state__in', ['approved', 'refused'])), _connector='OR'), name='accounts_approval_decided_by_somebody'), models.UniqueConstraint(condition=models.Q(('state', 'requested')), fields=('kind', 'object_id'), name='accounts_approval_one_open_request')],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('verb', models.CharField(max_length=60, verbose_name='what')),
                ('object_type', models.CharField(max_length=60, verbose_name='kind of object')),
                ('object_id', models.CharField(max_length=40, verbose_name='object')),
                ('before', models.JSONField(blank=True, default=dict, verbose_name='before')),
                ('after', models.JSONField(blank=True, default=dict, verbose_name='after')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'audit event',
                'verbose_name_plural': 'audit trail',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='accounts_au_object__95e488_idx')],
            },
        ),
    ]
