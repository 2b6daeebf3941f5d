"""An approved version of an item is history: the database itself refuses to change it."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION quiz_refuse_change_of_approved_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'item version % is approved and can no longer change', OLD.id
        USING ERRCODE = 'integrity_constraint_violation',
              HINT = 'Make a new version of the item.';
END
$$;
CREATE TRIGGER quiz_approved_items_never_change
    BEFORE UPDATE OR DELETE ON quiz_itemversion
    FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL)
    EXECUTE FUNCTION quiz_refuse_change_of_approved_item();
"""
THAW = """
DROP TRIGGER quiz_approved_items_never_change ON quiz_itemversion;
DROP FUNCTION quiz_refuse_change_of_approved_item();
"""


class Migration(migrations.Migration):
    dependencies = [("quiz", "0001_initial")]

    operations = [migrations.RunSQL(FREEZE, THAW)]
