"""A version is used only when both languages were read, each by somebody who did not write it."""

from django.conf import settings
from django.db import migrations, models

# What is set stays; nothing more is said about a version that is used or was found wrong.
FORWARD = """
CREATE OR REPLACE FUNCTION notifications_text_is_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves CONSTANT text[] := ARRAY[
        'read_en_by_id', 'read_en_at', 'read_zh_by_id', 'read_zh_at', 'approved_at',
        'refused_by_id', 'refused_at', 'refused_language', 'refused_why'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.approved_at IS NULL AND OLD.refused_at IS NULL
       AND to_jsonb(NEW) - moves = to_jsonb(OLD) - moves
       AND (OLD.read_en_at IS NULL
            OR (NEW.read_en_by_id, NEW.read_en_at) = (OLD.read_en_by_id, OLD.read_en_at))
       AND (OLD.read_zh_at IS NULL
            OR (NEW.read_zh_by_id, NEW.read_zh_at) = (OLD.read_zh_by_id, OLD.read_zh_at)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'version % of % is written and cannot be changed', OLD.number, OLD.kind
        USING ERRCODE = 'restrict_violation';
END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION notifications_text_is_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.approved_at IS NULL
       AND (to_jsonb(NEW) - 'approved_at' - 'approved_by_id')
           = (to_jsonb(OLD) - 'approved_at' - 'approved_by_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'version % of % is written and cannot be changed', OLD.number, OLD.kind
        USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0011_who_approved_had_read_both'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RemoveField(
            model_name='lettertext',
            name='approved_by',
        ),
        migrations.AddConstraint(
            model_name='lettertext',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('read_en_by__isnull', True), ('read_en_at__isnull', True)), models.Q(('read_en_by__isnull', False), ('read_en_at__isnull', False), models.Q(('read_en_by', models.F('written_by')), _negated=True)), _connector='OR'), name='notifications_text_en_read_by_another'),
        ),
        migrations.AddConstraint(
            model_name='lettertext',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('read_zh_by__isnull', True), ('read_zh_at__isnull', True)), models.Q(('read_zh_by__isnull', False), ('read_zh_at__isnull', False), models.Q(('read_zh_by', models.F('written_by')), _negated=True)), _connector='OR'), name='notifications_text_zh_read_by_another'),
        ),
        migrations.AddConstraint(
            model_name='lettertext',
            constraint=models.CheckConstraint(condition=models.Q(('approved_at__isnull', True), models.Q(('read_en_at__isnull', False), ('read_zh_at__isnull', False), ('refused_at__isnull', True)), _connector='OR'), name='notifications_text_used_when_both_are_read'),
        ),
        migrations.AddConstraint(
            model_name='lettertext',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('refused_at__isnull', True), ('refused_by__isnull', True), ('refused_language', '')), models.Q(('refused_at__isnull', False), ('refused_by__isnull', False), models.Q(('refused_why', ''), _negated=True), models.Q(('refused_by', models.F('written_by')), _negated=True)), _connector='OR'), name='notifications_text_found_wrong_by_another'),
        ),
    ]
