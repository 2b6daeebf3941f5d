"""What was put into a run, what came out of it, and what was submitted cannot be changed."""

from django.db import migrations

KEPT_WHOLE = (
    "bootcamp_booking",
    "bootcamp_projectversion",
    "bootcamp_rubric",
    "bootcamp_judgingrun",
    "bootcamp_projectscore",
)

FORWARD = """
CREATE FUNCTION bootcamp_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is part of a run and cannot be changed', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER bootcamp_timetable_is_kept BEFORE DELETE ON bootcamp_timetable
    FOR EACH ROW EXECUTE FUNCTION bootcamp_refuse();

CREATE TRIGGER bootcamp_timetable_is_immutable BEFORE UPDATE ON bootcamp_timetable
    FOR EACH ROW WHEN (
        (OLD.cohort_id, OLD.number, OLD.seed, OLD.inputs, OLD.input_digest, OLD.result_digest,
         OLD.objective, OLD.is_proven_best)
        IS DISTINCT FROM
        (NEW.cohort_id, NEW.number, NEW.seed, NEW.inputs, NEW.input_digest, NEW.result_digest,
         NEW.objective, NEW.is_proven_best)
        OR OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at
        OR OLD.state = 'superseded' AND NEW.state <> 'superseded'
    ) EXECUTE FUNCTION bootcamp_refuse();
""" + "".join(
    f"""
CREATE TRIGGER {table}_is_immutable BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION bootcamp_refuse();
"""
    for table in KEPT_WHOLE
)

BACKWARD = (
    "".join(f"DROP TRIGGER {table}_is_immutable ON {table};\n" for table in KEPT_WHOLE)
    + """
DROP TRIGGER bootcamp_timetable_is_immutable ON bootcamp_timetable;
DROP TRIGGER bootcamp_timetable_is_kept ON bootcamp_timetable;
DROP FUNCTION bootcamp_refuse();
"""
)


class Migration(migrations.Migration):
    dependencies = [("bootcamp", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
