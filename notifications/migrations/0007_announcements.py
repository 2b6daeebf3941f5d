"""What staff write to many: written once, to people who are frozen with it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION notifications_announcement_is_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves CONSTANT text[] := ARRAY['state', 'approved_by_id', 'sent_at', 'told'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state IN ('draft', 'asked')
       AND (to_jsonb(NEW) - moves) = (to_jsonb(OLD) - moves) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'announcement % is written and cannot be changed', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER announcements_never_change BEFORE UPDATE OR DELETE ON notifications_announcement
    FOR EACH ROW EXECUTE FUNCTION notifications_announcement_is_written();

CREATE FUNCTION notifications_audience_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT FROM notifications_announcement WHERE id = NEW.announcement_id AND state = 'draft'
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the people of announcement % are frozen', NEW.announcement_id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audiences_are_frozen BEFORE INSERT OR UPDATE ON notifications_addressee
    FOR EACH ROW EXECUTE FUNCTION notifications_audience_is_frozen();
"""
BACKWARD = """
DROP TRIGGER audiences_are_frozen ON notifications_addressee;
DROP FUNCTION notifications_audience_is_frozen();
DROP TRIGGER announcements_never_change ON notifications_announcement;
DROP FUNCTION notifications_announcement_is_written();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0006_addresses_in_trouble'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(choices=[('notice', 'notice'), ('marketing', 'news, by consent')], max_length=10, verbose_name='class')),
                ('audience', models.CharField(max_length=40, verbose_name='audience')),
                ('parameters', models.JSONField(default=dict, verbose_name='of the audience')),
                ('subject_en', models.CharField(max_length=200, verbose_name='subject, English')),
                ('body_en', models.TextField(verbose_name='text, English')),
                ('subject_zh', models.CharField(max_length=200, verbose_name='subject, Chinese')),
                ('body_zh', models.TextField(verbose_name='text, Chinese')),
                ('why', models.CharField(max_length=500, verbose_name='why it is sent')),
                ('people', models.PositiveIntegerField(verbose_name='people')),
                ('unwilling', models.PositiveIntegerField(default=0, verbose_name='left out: they want no news')),
                ('digest', models.CharField(max_length=64, verbose_name='digest of the content')),
                ('state', models.CharField(choices=[('draft', 'written, not sent'), ('asked', 'waits for a second person'), ('sent', 'sent'), ('refused', 'refused'), ('dropped', 'dropped')], default='draft', max_length=10, verbose_name='state')),
                ('written_at', models.DateTimeField(verbose_name='written')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='put into the outbox')),
                ('told', models.PositiveIntegerField(null=True, verbose_name='letters')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreed by')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
            ],
            options={
                'verbose_name': 'announcement',
                'verbose_name_plural': 'announcements',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Addressee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addressees', to='notifications.announcement')),
            ],
            options={
                'verbose_name': 'addressee',
                'verbose_name_plural': 'addressees',
                'ordering': ['id'],
            },
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('subject_en', ''), _negated=True), models.Q(('body_en', ''), _negated=True), models.Q(('subject_zh', ''), _negated=True), models.Q(('body_zh', ''), _negated=True)), name='notifications_announced_in_both_languages'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(('people__gte', 1)), name='notifications_announced_to_somebody'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent'), ('told__isnull', False)), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True), ('told__isnull', True)), _connector='OR'), name='notifications_announcement_sent_has_time'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('people__lte', 20), ('approved_by__isnull', False), _connector='OR'), name='notifications_many_are_told_by_two'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('written_by')), _negated=True), _connector='OR'), name='notifications_announcement_agreed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='addressee',
            constraint=models.UniqueConstraint(fields=('announcement', 'person'), name='notifications_addressed_once'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
