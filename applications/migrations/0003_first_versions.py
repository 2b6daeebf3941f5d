"""What cohorts said about eligibility becomes the first version of their rules."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, OuterRef, Subquery


def make_versions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    cohorts = apps.get_model("applications", "Cohort")
    rules = apps.get_model("applications", "EligibilityRules")
    applications = apps.get_model("applications", "Application")
    for cohort in cohorts.objects.filter(rules__isnull=True):
        cohort.rules = rules.objects.create(
            completion_from=cohort.completion_from,
            completion_to=cohort.completion_to,
            days_needed=cohort.days_needed,
            created_at=cohort.applications_open_at,
        )
        cohort.save(update_fields=["rules"])
    in_force = cohorts.objects.filter(pk=OuterRef("cohort_id")).values("rules_id")
    applications.objects.filter(submitted_at__isnull=False, rules__isnull=True).update(
        rules_id=Subquery(in_force)
    )
    applications.objects.filter(stage="withdrawn", withdrawn_at__isnull=True).update(
        withdrawn_at=F("saved_at"), withdrawn_from="submitted"
    )


def put_back(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    cohorts = apps.get_model("applications", "Cohort")
    for cohort in cohorts.objects.select_related("rules"):
        cohort.completion_from = cohort.rules.completion_from
        cohort.completion_to = cohort.rules.completion_to
        cohort.days_needed = cohort.rules.days_needed
        cohort.save(update_fields=["completion_from", "completion_to", "days_needed"])


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_people_and_applications")]

    operations = [migrations.RunPython(make_versions, put_back)]
