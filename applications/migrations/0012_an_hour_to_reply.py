"""Nobody can confirm a place in no time: where that was set, it is an hour."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def give_an_hour(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("applications", "Cohort").objects.filter(reply_hours=0).update(reply_hours=1)


class Migration(migrations.Migration):
    dependencies = [("applications", "0011_name_the_relations")]

    operations = [migrations.RunPython(give_an_hour, migrations.RunPython.noop)]
