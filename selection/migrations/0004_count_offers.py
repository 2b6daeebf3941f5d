"""Who has been offered a seat before has been offered one."""

from django.db import migrations

FORWARD = "UPDATE selection_entry SET offers = 1 WHERE offered_at IS NOT NULL;"


class Migration(migrations.Migration):
    dependencies = [("selection", "0003_entry_offers")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
