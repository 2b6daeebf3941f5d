"""What was put into a run and what came out of it cannot be changed, by anybody."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION selection_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is part of a run and cannot be changed', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER selection_rule_is_immutable BEFORE UPDATE OR DELETE ON selection_selectionrule
    FOR EACH ROW EXECUTE FUNCTION selection_refuse();

CREATE TRIGGER selection_seed_is_immutable BEFORE UPDATE OR DELETE ON selection_seedcommitment
    FOR EACH ROW EXECUTE FUNCTION selection_refuse();

CREATE TRIGGER selection_is_kept BEFORE DELETE ON selection_selection
    FOR EACH ROW EXECUTE FUNCTION selection_refuse();

-- The inputs stand from the first moment.
CREATE TRIGGER selection_inputs_are_immutable BEFORE UPDATE ON selection_selection
    FOR EACH ROW WHEN (
        (OLD.cohort_id, OLD.step, OLD.number, OLD.rule_id, OLD.seed_id, OLD.inputs,
         OLD.input_digest, OLD.reply_hours)
        IS DISTINCT FROM
        (NEW.cohort_id, NEW.step, NEW.number, NEW.rule_id, NEW.seed_id, NEW.inputs,
         NEW.input_digest, NEW.reply_hours)
    ) EXECUTE FUNCTION selection_refuse();

-- The result stands from the moment of ranking; what is published or discarded stays so.
CREATE TRIGGER selection_result_is_immutable BEFORE UPDATE ON selection_selection
    FOR EACH ROW WHEN (
        OLD.state <> 'ranking' AND (
            (OLD.result_digest, OLD.seats, OLD.cut_score, OLD.ties, OLD.tied)
            IS DISTINCT FROM
            (NEW.result_digest, NEW.seats, NEW.cut_score, NEW.ties, NEW.tied)
            OR NEW.state = 'ranking'
        )
        OR OLD.state IN ('published', 'discarded') AND NEW.state <> OLD.state
        OR OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at
    ) EXECUTE FUNCTION selection_refuse();

CREATE TRIGGER selection_entry_is_immutable BEFORE UPDATE ON selection_entry
    FOR EACH ROW WHEN (
        (OLD.selection_id, OLD.application_id, OLD.position, OLD.rank, OLD.score, OLD.scores,
         OLD.lottery, OLD.outcome, OLD.reserve_position)
        IS DISTINCT FROM
        (NEW.selection_id, NEW.application_id, NEW.position, NEW.rank, NEW.score, NEW.scores,
         NEW.lottery, NEW.outcome, NEW.reserve_position)
    ) EXECUTE FUNCTION selection_refuse();

CREATE TRIGGER selection_entry_is_kept BEFORE DELETE ON selection_entry
    FOR EACH ROW EXECUTE FUNCTION selection_refuse();

CREATE FUNCTION selection_entry_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE run selection_selection%ROWTYPE;
BEGIN
    SELECT * INTO run FROM selection_selection WHERE id = NEW.selection_id;
    IF TG_OP = 'INSERT' AND run.state <> 'ranking' THEN
        RAISE EXCEPTION 'run % is drawn up: nobody can be added', run.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.seat NOT BETWEEN 1 AND run.seats THEN
        RAISE EXCEPTION 'run % has no seat %', run.id, NEW.seat USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER selection_entry_is_added BEFORE INSERT ON selection_entry
    FOR EACH ROW EXECUTE FUNCTION selection_entry_belongs();

CREATE TRIGGER selection_entry_is_seated BEFORE UPDATE OF seat ON selection_entry
    FOR EACH ROW WHEN (NEW.seat IS NOT NULL AND NEW.seat IS DISTINCT FROM OLD.seat)
    EXECUTE FUNCTION selection_entry_belongs();
"""

BACKWARD = """
DROP TRIGGER selection_entry_is_seated ON selection_entry;
DROP TRIGGER selection_entry_is_added ON selection_entry;
DROP FUNCTION selection_entry_belongs();
DROP TRIGGER selection_entry_is_kept ON selection_entry;
DROP TRIGGER selection_entry_is_immutable ON selection_entry;
DROP TRIGGER selection_result_is_immutable ON selection_selection;
DROP TRIGGER selection_inputs_are_immutable ON selection_selection;
DROP TRIGGER selection_is_kept ON selection_selection;
DROP TRIGGER selection_seed_is_immutable ON selection_seedcommitment;
DROP TRIGGER selection_rule_is_immutable ON selection_selectionrule;
DROP FUNCTION selection_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("selection", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
