import accounts.personal
import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='position')),
                ('digest', models.CharField(max_length=64, verbose_name='digest of the chain')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seal', to='accounts.auditevent', verbose_name='event')),
            ],
            options={
                'verbose_name': 'audit seal',
                'verbose_name_plural': 'audit seals',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('payload', models.JSONField(default=dict, verbose_name='content')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'running'), ('done', 'done'), ('failed', 'failed')], default='waiting', max_length=10, verbose_name='state')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='steps')),
                ('result', models.JSONField(default=dict, verbose_name='result')),
                ('error', models.TextField(blank=True, verbose_name='what went wrong')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('started_at', models.DateTimeField(null=True, verbose_name='started')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['done', 'failed'])), models.Q(('ended_at__isnull', True), ('state__in', ['waiting', 'running'])), _connector='OR'), name='accounts_job_ended_has_time')],
            },
        ),
        migrations.AddField(
            model_name='approval',
            name='payload',
            field=models.JSONField(blank=True, default=dict, verbose_name='content'),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='digest',
            field=models.CharField(default='', max_length=64, verbose_name='digest'),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='ip',
            field=accounts.personal.PersonalGenericIPAddressField(blank=True, null=True, verbose_name='from'),
        ),
        migrations.AddField(
            model_name='user',
            name='mailbox',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.ConcatPair(django.db.models.functions.text.Replace(models.Func(models.Func(django.db.models.functions.text.Lower('email'), models.Value('@'), models.Value(1), function='split_part', output_field=models.CharField()), models.Value('+'), models.Value(1), function='split_part', output_field=models.CharField()), models.Value('.'), models.Value('')), django.db.models.functions.text.ConcatPair(models.Value('@'), models.Func(django.db.models.functions.text.Lower('email'), models.Value('@'), models.Value(2), function='split_part', output_field=models.CharField()))), output_field=models.CharField(max_length=254, verbose_name='mailbox')),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['mailbox'], name='accounts_user_mailbox'),
        ),
    ]
