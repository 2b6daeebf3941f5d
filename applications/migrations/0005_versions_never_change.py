"""What somebody was judged by, accepted or submitted cannot be changed, by anybody."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION applications_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is on record and cannot be changed', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER rules_never_change BEFORE UPDATE OR DELETE ON applications_eligibilityrules
    FOR EACH ROW EXECUTE FUNCTION applications_refuse();

CREATE TRIGGER published_texts_never_change BEFORE UPDATE OR DELETE ON applications_legaltext
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION applications_refuse();

CREATE TRIGGER submissions_never_change BEFORE UPDATE ON applications_submission
    FOR EACH ROW EXECUTE FUNCTION applications_refuse();
"""

BACKWARD = """
DROP TRIGGER submissions_never_change ON applications_submission;
DROP TRIGGER published_texts_never_change ON applications_legaltext;
DROP TRIGGER rules_never_change ON applications_eligibilityrules;
DROP FUNCTION applications_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0004_rules_are_versions")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
