"""A seat may lie above the list as far as appeals have given some."""

from django.db import migrations

BODY = """
CREATE OR REPLACE FUNCTION selection_entry_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE run selection_selection%ROWTYPE;
BEGIN
    SELECT * INTO run FROM selection_selection WHERE id = NEW.selection_id;
    IF TG_OP = 'INSERT' AND run.state <> 'ranking' THEN
        RAISE EXCEPTION 'run % is drawn up: nobody can be added', run.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.seat NOT BETWEEN 1 AND LAST_SEAT THEN
        RAISE EXCEPTION 'run % has no seat %', run.id, NEW.seat USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("selection", "0007_appeals")]

    operations = [
        migrations.RunSQL(
            BODY.replace("LAST_SEAT", "run.seats + run.above"),
            BODY.replace("LAST_SEAT", "run.seats"),
        )
    ]
