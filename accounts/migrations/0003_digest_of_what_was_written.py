"""Events from before the chain get the digest of what they say."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.domain.audit import fact_of


def digest(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    events = apps.get_model("accounts", "AuditEvent")
    batch = []
    for event in events.objects.filter(digest="").iterator():
        event.digest = fact_of(event).digest()
        batch.append(event)
        if len(batch) == 1000:
            events.objects.bulk_update(batch, ["digest"])
            batch = []
    events.objects.bulk_update(batch, ["digest"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_trail_and_jobs")]

    operations = [migrations.RunPython(digest, migrations.RunPython.noop)]
