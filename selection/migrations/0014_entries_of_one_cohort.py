"""A list is of one cohort: whoever is put into a run belongs to the run's cohort, and stays there."""

from django.db import migrations

FORWARD = """
-- For each statement and not for each row: thousands of entries come in a few statements.
CREATE FUNCTION selection_entries_of_one_cohort() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stranger record;
BEGIN
    SELECT added.application_id, run.id AS run_id INTO stranger
        FROM added
        JOIN selection_selection run ON run.id = added.selection_id
        JOIN applications_application application ON application.id = added.application_id
        WHERE application.cohort_id <> run.cohort_id
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'application % is not of the cohort of run %',
            stranger.application_id, stranger.run_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER selection_entries_are_of_the_cohort AFTER INSERT ON selection_entry
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION selection_entries_of_one_cohort();

CREATE FUNCTION selection_keeps_the_cohort() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM selection_entry WHERE application_id = OLD.id) THEN
        RAISE EXCEPTION 'application % is in a run and stays in its cohort', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER selection_application_keeps_its_cohort
    BEFORE UPDATE OF cohort_id ON applications_application
    FOR EACH ROW WHEN (NEW.cohort_id IS DISTINCT FROM OLD.cohort_id)
    EXECUTE FUNCTION selection_keeps_the_cohort();
"""

BACKWARD = """
DROP TRIGGER selection_application_keeps_its_cohort ON applications_application;
DROP FUNCTION selection_keeps_the_cohort();
DROP TRIGGER selection_entries_are_of_the_cohort ON selection_entry;
DROP FUNCTION selection_entries_of_one_cohort();
"""


class Migration(migrations.Migration):
    dependencies = [("selection", "0013_who_left_the_pool")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
