"""An item analysis is part of the record of its run: the database refuses to change it."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION quiz_refuse_change_of_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is part of the record of a run and cannot be changed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER quiz_statistics_never_change BEFORE UPDATE OR DELETE ON quiz_itemstatistics
    FOR EACH ROW EXECUTE FUNCTION quiz_refuse_change_of_statistics();
CREATE TRIGGER quiz_figures_never_change BEFORE UPDATE OR DELETE ON quiz_itemfigure
    FOR EACH ROW EXECUTE FUNCTION quiz_refuse_change_of_statistics();
"""
THAW = """
DROP TRIGGER quiz_figures_never_change ON quiz_itemfigure;
DROP TRIGGER quiz_statistics_never_change ON quiz_itemstatistics;
DROP FUNCTION quiz_refuse_change_of_statistics();
"""


class Migration(migrations.Migration):
    dependencies = [("quiz", "0003_item_statistics")]

    operations = [migrations.RunSQL(FREEZE, THAW)]
