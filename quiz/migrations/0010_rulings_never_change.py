"""What a ruling says, and which rulings a run was made under, cannot be changed by anybody."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION quiz_refuse_change_of_ruling() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is a record of what was decided and cannot be changed', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation', HINT = 'Make another ruling on the item.';
END $$;

CREATE TRIGGER quiz_ruling_is_immutable BEFORE UPDATE ON quiz_ruling
    FOR EACH ROW WHEN (
        (OLD.quiz_id, OLD.item_version_id, OLD.number, OLD.effect, OLD.keys, OLD.reason,
         OLD.proposed_at, OLD.proposed_by_id)
        IS DISTINCT FROM
        (NEW.quiz_id, NEW.item_version_id, NEW.number, NEW.effect, NEW.keys, NEW.reason,
         NEW.proposed_at, NEW.proposed_by_id)
        OR OLD.state <> 'proposed'
    ) EXECUTE FUNCTION quiz_refuse_change_of_ruling();

CREATE TRIGGER quiz_ruling_is_kept BEFORE DELETE ON quiz_ruling
    FOR EACH ROW EXECUTE FUNCTION quiz_refuse_change_of_ruling();

CREATE TRIGGER quiz_run_keeps_its_rulings BEFORE UPDATE OR DELETE ON quiz_scoringrun_rulings
    FOR EACH ROW EXECUTE FUNCTION quiz_refuse_change_of_ruling();
"""
BACKWARD = """
DROP TRIGGER quiz_run_keeps_its_rulings ON quiz_scoringrun_rulings;
DROP TRIGGER quiz_ruling_is_kept ON quiz_ruling;
DROP TRIGGER quiz_ruling_is_immutable ON quiz_ruling;
DROP FUNCTION quiz_refuse_change_of_ruling();
"""


class Migration(migrations.Migration):
    dependencies = [("quiz", "0009_rulings")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
