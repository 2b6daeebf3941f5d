"""Emptying a table is no deletion of rows: it has a trigger of its own."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION accounts_trail_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: it cannot be emptied', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_event_is_kept BEFORE TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_trail_is_kept();

CREATE TRIGGER audit_seal_is_kept BEFORE TRUNCATE ON accounts_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_trail_is_kept();
"""

BACKWARD = """
DROP TRIGGER audit_seal_is_kept ON accounts_auditseal;
DROP TRIGGER audit_event_is_kept ON accounts_auditevent;
DROP FUNCTION accounts_trail_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_find_addresses")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
