"""A message has an address of its own, says when it was read, and what it must not contradict."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

FORWARD = """
ALTER TABLE notifications_message ADD COLUMN uuid uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE notifications_message ALTER COLUMN uuid DROP DEFAULT;
ALTER TABLE notifications_message ADD CONSTRAINT notifications_message_uuid_key UNIQUE (uuid);
"""
BACKWARD = "ALTER TABLE notifications_message DROP COLUMN uuid"


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='category',
            field=models.CharField(choices=[('notice', 'notice'), ('marketing', 'news, by consent')], default='notice', max_length=10, verbose_name='class'),
        ),
        migrations.AddField(
            model_name='message',
            name='corrects',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='corrections', to='notifications.message', verbose_name='corrects'),
        ),
        migrations.AddField(
            model_name='message',
            name='excludes',
            field=models.CharField(blank=True, max_length=20, verbose_name='excludes'),
        ),
        migrations.AddField(
            model_name='message',
            name='in_bulk',
            field=models.BooleanField(default=False, verbose_name='one of many'),
        ),
        migrations.AddField(
            model_name='message',
            name='read_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='read'),
        ),
        migrations.AddField(
            model_name='message',
            name='text_version',
            field=models.PositiveIntegerField(default=0, verbose_name='version of the text'),
        ),
        # Every row that is there gets one of its own.
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARD, BACKWARD)],
            state_operations=[
                migrations.AddField(
                    model_name='message',
                    name='uuid',
                    field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
            ],
        ),
        migrations.AlterField(
            model_name='message',
            name='state',
            field=models.CharField(choices=[('queued', 'waiting'), ('sending', 'being sent'), ('sent', 'sent'), ('failed', 'could not be sent'), ('void', 'overtaken by a newer decision'), ('recalled', 'taken back before it left'), ('withheld', 'kept back')], default='queued', max_length=10, verbose_name='state'),
        ),
        migrations.RemoveIndex(
            model_name='message',
            name='notifications_queued',
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['in_bulk', 'due_at', 'id'], name='notifications_waiting'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['person', 'due_at'], name='notifications_unread'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ['sending', 'failed', 'withheld'])), fields=['state', 'claimed_at'], name='notifications_troubles'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'queued'), models.Q(('excludes', ''), _negated=True)), fields=('person', 'topic', 'excludes'), name='notifications_no_contradiction_waits'),
        ),
    ]
