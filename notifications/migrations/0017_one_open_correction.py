"""No message has two corrections that are still to be sent, whatever changes their state."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION notifications_correction_closes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE notifications_correction_messages
       SET is_open = NEW.state IN ('draft', 'agreed')
     WHERE correction_id = NEW.id AND is_open <> (NEW.state IN ('draft', 'agreed'));
    RETURN NULL;
END $$;

CREATE TRIGGER corrections_close AFTER UPDATE OF state ON notifications_correction
    FOR EACH ROW EXECUTE FUNCTION notifications_correction_closes();

CREATE FUNCTION notifications_corrected_as_its_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.is_open := EXISTS (
        SELECT FROM notifications_correction
         WHERE id = NEW.correction_id AND state IN ('draft', 'agreed')
    );
    RETURN NEW;
END $$;

CREATE TRIGGER corrected_as_its_correction BEFORE INSERT ON notifications_correction_messages
    FOR EACH ROW EXECUTE FUNCTION notifications_corrected_as_its_correction();
"""
BACKWARD = """
DROP TRIGGER corrected_as_its_correction ON notifications_correction_messages;
DROP FUNCTION notifications_corrected_as_its_correction();
DROP TRIGGER corrections_close ON notifications_correction;
DROP FUNCTION notifications_correction_closes();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0016_one_correction_waits'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='corrected',
            constraint=models.UniqueConstraint(condition=models.Q(('is_open', True)), fields=('message',), name='notifications_one_open_correction'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
