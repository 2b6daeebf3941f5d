"""Who has confirmed a language of a text is on record as reading it; of others nothing is guessed.

Only people who may still confirm: active programme managers. What is on record stays on the way
back; the table goes with the migration of its own room.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q
from django.utils import timezone

from accounts.domain.audit import event

CONFIRMED = {"en": "read_en_by", "zh-hant": "read_zh_by"}


def forward(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    texts = apps.get_model("notifications", "LetterText").objects
    readers = apps.get_model("accounts", "Reader").objects
    trail = apps.get_model("accounts", "AuditEvent").objects
    managers = apps.get_model("accounts", "User").objects.filter(
        Q(groups__name="programme-manager") | Q(is_superuser=True), is_active=True
    )
    confirmed = {
        language: set(texts.exclude(**{by: None}).values_list(by, flat=True))
        for language, by in CONFIRMED.items()
    }
    now = timezone.now()
    for person in managers.distinct().order_by("pk"):
        before = sorted(readers.filter(person=person).values_list("language", flat=True))
        found = [one for one, people in confirmed.items() if person.pk in people]
        new = [one for one in found if one not in before]
        for language in new:
            readers.create(person=person, language=language, recorded_at=now)
        if new:
            said = {"before": {"reads": before}, "after": {"reads": sorted([*before, *new])}}
            trail.create(**event(person, "record-reading", by=None, now=now, **said))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_readers'),
        ('notifications', '0017_one_open_correction'),
    ]

    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
