"""Practice items never enter a quiz that counts, and its items never enter practice.

The rule joins three tables, so triggers keep it: on what enters a pool or a practice, and on the
item's own mark, which cannot change once one of its versions is in use on the other side.
"""

from django.db import migrations

APART = """
CREATE FUNCTION quiz_refuse_wrong_side() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    for_practice boolean;
BEGIN
    SELECT item.practice INTO for_practice
    FROM quiz_itemversion AS version JOIN quiz_item AS item ON item.id = version.item_id
    WHERE version.id = NEW.item_version_id FOR SHARE OF item;
    IF for_practice <> (TG_ARGV[0] = 'practice') THEN
        RAISE EXCEPTION 'item version % is on the other side of practice', NEW.item_version_id
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Practice items are never in a quiz that counts, and the others only there.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER quiz_pool_takes_no_practice_item
    BEFORE INSERT OR UPDATE OF item_version_id ON quiz_quizitem
    FOR EACH ROW EXECUTE FUNCTION quiz_refuse_wrong_side('counts');
CREATE TRIGGER quiz_practice_takes_practice_items_only
    BEFORE INSERT OR UPDATE OF item_version_id ON quiz_practiceanswer
    FOR EACH ROW EXECUTE FUNCTION quiz_refuse_wrong_side('practice');

CREATE FUNCTION quiz_refuse_changing_sides() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM quiz_itemversion AS version
        WHERE version.item_id = NEW.id AND (
            NEW.practice AND EXISTS (
                SELECT 1 FROM quiz_quizitem WHERE item_version_id = version.id)
            OR NEW.practice AND EXISTS (
                SELECT 1 FROM quiz_response WHERE item_version_id = version.id)
            OR NOT NEW.practice AND EXISTS (
                SELECT 1 FROM quiz_practiceanswer WHERE item_version_id = version.id))
    ) THEN
        RAISE EXCEPTION 'item % is in use and cannot change sides', NEW.id
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'Practice items are never in a quiz that counts, and the others only there.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER quiz_items_in_use_keep_their_side
    BEFORE UPDATE OF practice ON quiz_item
    FOR EACH ROW WHEN (OLD.practice <> NEW.practice)
    EXECUTE FUNCTION quiz_refuse_changing_sides();
"""
TOGETHER = """
DROP TRIGGER quiz_items_in_use_keep_their_side ON quiz_item;
DROP FUNCTION quiz_refuse_changing_sides();
DROP TRIGGER quiz_practice_takes_practice_items_only ON quiz_practiceanswer;
DROP TRIGGER quiz_pool_takes_no_practice_item ON quiz_quizitem;
DROP FUNCTION quiz_refuse_wrong_side();
"""


class Migration(migrations.Migration):
    dependencies = [("quiz", "0013_practice")]

    operations = [migrations.RunSQL(APART, TOGETHER)]
