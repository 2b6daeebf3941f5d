import accounts.personal
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
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.CharField(max_length=80, verbose_name='fact')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('topic', models.CharField(blank=True, max_length=80, verbose_name='topic')),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文')], max_length=10, verbose_name='language')),
                ('subject', accounts.personal.PersonalTextField(verbose_name='subject')),
                ('body', accounts.personal.PersonalTextField(verbose_name='text')),
                ('state', models.CharField(choices=[('queued', 'waiting'), ('sending', 'being sent'), ('sent', 'sent'), ('failed', 'could not be sent'), ('void', 'overtaken by a newer decision')], default='queued', max_length=10, verbose_name='state')),
                ('queued_at', models.DateTimeField(verbose_name='queued')),
                ('due_at', models.DateTimeField(verbose_name='not before')),
                ('claimed_at', models.DateTimeField(blank=True, null=True, verbose_name='claimed')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='last error')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'outbox',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['due_at', 'id'], name='notifications_queued'), models.Index(fields=['person', 'topic'], name='notifications_person_topic')],
                'constraints': [models.UniqueConstraint(fields=('run', 'person', 'kind'), name='notifications_message_once'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='notifications_message_sent_has_time')],
            },
        ),
    ]
