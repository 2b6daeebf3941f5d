"""Of several corrections of one message that wait, the last written stays; the others are dropped.

Who wrote the last one meant it to take the place of those before it. Nobody decides on them any
more, and the trail says what became of them. On the way back they stay dropped.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

from accounts.domain.audit import event

UNSENT = ("draft", "agreed")
WHY = "A newer correction of the same messages was written."
OVERTAKEN = """
SELECT DISTINCT older.correction_id
  FROM notifications_correction_messages older
  JOIN notifications_correction_messages newer
    ON newer.message_id = older.message_id AND newer.correction_id > older.correction_id
 WHERE older.is_open AND newer.is_open
 ORDER BY older.correction_id
"""


def forward(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    corrections = apps.get_model("notifications", "Correction").objects
    corrected = apps.get_model("notifications", "Corrected").objects
    closed = corrections.exclude(state__in=UNSENT)
    corrected.filter(correction__in=closed.values("pk")).update(is_open=False)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(OVERTAKEN)
        overtaken = [pk for (pk,) in cursor.fetchall()]
    for correction in corrections.filter(pk__in=overtaken).order_by("pk"):
        _drop(apps, correction)
    corrected.filter(correction__in=overtaken).update(is_open=False)


def _drop(apps, correction) -> None:
    asked = apps.get_model("accounts", "Approval").objects.filter(
        kind="send-correction", object_id=str(correction.pk), state="requested"
    )
    for request in asked:
        request.state = "void"
        request.save(update_fields=["state"])
        after = {"state": "void", "digest": request.digest}
        _record(apps, request, "void-approval", before={"state": "requested"}, after=after)
    before = {"state": correction.state}
    correction.state = "dropped"
    correction.save(update_fields=["state"])
    _record(apps, correction, "drop-correction", before=before, reason=WHY)


def _record(apps, subject, verb, **said) -> None:
    facts = event(subject, verb, by=None, now=timezone.now(), **said)
    apps.get_model("accounts", "AuditEvent").objects.create(**facts)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_calendar_marks'),
        ('notifications', '0015_corrected_messages'),
    ]

    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
