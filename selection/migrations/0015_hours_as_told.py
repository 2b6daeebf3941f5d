"""Where a cohort's hours to confirm a place were changed after a list was drawn up, take the list's.

The letters and deadlines of the list go by its own hours; the public reads the cohort's.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F


def say_as_the_list(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    cohorts = apps.get_model("applications", "Cohort").objects
    runs = apps.get_model("selection", "Selection").objects
    committed = runs.filter(reply_hours__gte=1).exclude(state="discarded")
    differ = committed.exclude(reply_hours=F("cohort__reply_hours"))
    for cohort, hours in differ.values_list("cohort", "reply_hours"):
        cohorts.filter(pk=cohort).update(reply_hours=hours)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0011_name_the_relations"),
        ("selection", "0014_entries_of_one_cohort"),
    ]

    # Back again nothing is to be done: what had been typed over was told to nobody in a list.
    operations = [migrations.RunPython(say_as_the_list, migrations.RunPython.noop)]
