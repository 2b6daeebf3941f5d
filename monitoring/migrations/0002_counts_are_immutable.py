"""What was counted of a list stands: a number that moved would tell of one person."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION monitoring_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % was counted once and cannot be changed', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER monitoring_count_is_kept BEFORE UPDATE OR DELETE ON monitoring_listcount
    FOR EACH ROW EXECUTE FUNCTION monitoring_refuse();
"""
BACKWARD = """
DROP TRIGGER monitoring_count_is_kept ON monitoring_listcount;
DROP FUNCTION monitoring_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
