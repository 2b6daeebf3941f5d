"""What went into a match and what came out of it cannot be changed, by anybody."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION matching_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is part of a match and cannot be changed', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER match_run_is_kept BEFORE DELETE ON matching_matchrun
    FOR EACH ROW EXECUTE FUNCTION matching_refuse();

CREATE TRIGGER match_run_is_immutable BEFORE UPDATE ON matching_matchrun
    FOR EACH ROW WHEN (
        (OLD.cohort_id, OLD.number, OLD.seed, OLD.inputs, OLD.input_digest, OLD.result_digest)
        IS DISTINCT FROM
        (NEW.cohort_id, NEW.number, NEW.seed, NEW.inputs, NEW.input_digest, NEW.result_digest)
        OR OLD.state <> 'drawn' AND NEW.state <> OLD.state
        OR OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at
    ) EXECUTE FUNCTION matching_refuse();

CREATE TRIGGER match_pair_is_immutable BEFORE UPDATE OR DELETE ON matching_matchpair
    FOR EACH ROW EXECUTE FUNCTION matching_refuse();

CREATE TRIGGER unmatched_person_is_immutable BEFORE UPDATE OR DELETE ON matching_unmatchedperson
    FOR EACH ROW EXECUTE FUNCTION matching_refuse();
"""

BACKWARD = """
DROP TRIGGER unmatched_person_is_immutable ON matching_unmatchedperson;
DROP TRIGGER match_pair_is_immutable ON matching_matchpair;
DROP TRIGGER match_run_is_immutable ON matching_matchrun;
DROP TRIGGER match_run_is_kept ON matching_matchrun;
DROP FUNCTION matching_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
