"""The trail only grows: the database refuses to change or delete what is in it."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION accounts_trail_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: no row of it can be changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_event_only_grows BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION accounts_trail_only_grows();

CREATE TRIGGER audit_seal_only_grows BEFORE UPDATE OR DELETE ON accounts_auditseal
    FOR EACH ROW EXECUTE FUNCTION accounts_trail_only_grows();
"""

BACKWARD = """
DROP TRIGGER audit_seal_only_grows ON accounts_auditseal;
DROP TRIGGER audit_event_only_grows ON accounts_auditevent;
DROP FUNCTION accounts_trail_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_digest_of_what_was_written")]

    operations = [
        migrations.AlterField(
            model_name="auditevent",
            name="digest",
            field=models.CharField(max_length=64, verbose_name="digest"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
