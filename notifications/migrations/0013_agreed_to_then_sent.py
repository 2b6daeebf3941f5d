"""What a second person has agreed to waits for a worker before it is sent."""

from django.db import migrations, models

MAY_MOVE = """
CREATE OR REPLACE FUNCTION notifications_announcement_is_written() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    moves CONSTANT text[] := ARRAY['state', 'approved_by_id', 'sent_at', 'told'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state IN ({states})
       AND (to_jsonb(NEW) - moves) = (to_jsonb(OLD) - moves) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'announcement % is written and cannot be changed', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
"""
FORWARD = MAY_MOVE.replace("{states}", "'draft', 'asked', 'agreed'")
BACKWARD = MAY_MOVE.replace("{states}", "'draft', 'asked'")
GIVEN_UP = """
UPDATE notifications_announcement SET state = 'dropped' WHERE state = 'agreed';
UPDATE notifications_correction SET state = 'draft' WHERE state = 'agreed';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0012_used_when_both_are_read'),
    ]

    operations = [
        migrations.AlterField(
            model_name='announcement',
            name='state',
            field=models.CharField(choices=[('draft', 'written, not sent'), ('asked', 'waits for a second person'), ('agreed', 'agreed to, not sent yet'), ('sent', 'sent'), ('refused', 'refused'), ('dropped', 'dropped')], default='draft', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='correction',
            name='state',
            field=models.CharField(choices=[('draft', 'not sent yet'), ('agreed', 'agreed to, not sent yet'), ('sent', 'sent')], default='draft', max_length=10, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'agreed'), _negated=True), ('approved_by__isnull', False), _connector='OR'), name='notifications_somebody_agreed'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        # On the way back this comes first: what was not sent yet is given up.
        migrations.RunSQL(migrations.RunSQL.noop, GIVEN_UP),
    ]
