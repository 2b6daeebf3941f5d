"""Texts that staff write are versions: written once, used after a second person agreed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION notifications_text_is_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.approved_at IS NULL
       AND (to_jsonb(NEW) - 'approved_at' - 'approved_by_id')
           = (to_jsonb(OLD) - 'approved_at' - 'approved_by_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'version % of % is written and cannot be changed', OLD.number, OLD.kind
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER texts_never_change BEFORE UPDATE OR DELETE ON notifications_lettertext
    FOR EACH ROW EXECUTE FUNCTION notifications_text_is_written();
"""
BACKWARD = """
DROP TRIGGER texts_never_change ON notifications_lettertext;
DROP FUNCTION notifications_text_is_written();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0003_pace_of_all_workers'),
    ]

    operations = [
        migrations.CreateModel(
            name='LetterText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('subject_en', models.CharField(max_length=200, verbose_name='subject, English')),
                ('body_en', models.TextField(verbose_name='text, English')),
                ('subject_zh', models.CharField(max_length=200, verbose_name='subject, Chinese')),
                ('body_zh', models.TextField(verbose_name='text, Chinese')),
                ('why', models.CharField(max_length=500, verbose_name='why it is changed')),
                ('written_at', models.DateTimeField(verbose_name='written')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='in use from')),
            ],
            options={
                'verbose_name': 'text of a message',
                'verbose_name_plural': 'texts of messages',
                'ordering': ['kind', '-number'],
            },
        ),
        migrations.AddField(
            model_name='lettertext',
            name='approved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AddField(
            model_name='lettertext',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by'),
        ),
        migrations.AddConstraint(
            model_name='lettertext',
            constraint=models.UniqueConstraint(fields=('kind', 'number'), name='notifications_text_once'),
        ),
        migrations.AddConstraint(
            model_name='lettertext',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), models.Q(('approved_by', models.F('written_by')), _negated=True)), _connector='OR'), name='notifications_text_approved_by_another'),
        ),
        migrations.AddConstraint(
            model_name='lettertext',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('subject_en', ''), _negated=True), models.Q(('body_en', ''), _negated=True), models.Q(('subject_zh', ''), _negated=True), models.Q(('body_zh', ''), _negated=True)), name='notifications_text_in_both_languages'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
