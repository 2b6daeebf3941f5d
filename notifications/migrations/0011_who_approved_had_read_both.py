"""Who approved a version had read both languages; what still waits is asked for by language."""

import hashlib
import json
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

from accounts.domain.audit import event

FIELDS = ("subject_en", "body_en", "subject_zh", "body_zh")
ASKS = {"en": "read-letter-en", "zh-hant": "read-letter-zh"}
OPEN = "DISABLE TRIGGER texts_never_change"
CLOSE = "ENABLE TRIGGER texts_never_change"
FORWARD = """
UPDATE notifications_lettertext
   SET read_en_by_id = approved_by_id, read_en_at = approved_at,
       read_zh_by_id = approved_by_id, read_zh_at = approved_at
 WHERE approved_at IS NOT NULL;

UPDATE notifications_lettertext text
   SET refused_by_id = no.decided_by_id, refused_at = no.decided_at,
       refused_why = coalesce(nullif(no.reason, ''), '–')
  FROM accounts_approval no
 WHERE no.kind = 'use-letter' AND no.state = 'refused' AND no.object_id = text.id::text
   AND text.approved_at IS NULL;
"""
BACKWARD = """
UPDATE notifications_lettertext
   SET approved_by_id = CASE WHEN read_en_at > read_zh_at THEN read_en_by_id ELSE read_zh_by_id END
 WHERE approved_at IS NOT NULL;
"""


def forward(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _rewrite(schema_editor, FORWARD)
    texts = apps.get_model("notifications", "LetterText")
    asked = apps.get_model("accounts", "Approval").objects.filter(
        kind="use-letter", state="requested", expires_at__gt=timezone.now()
    )
    for request in asked.order_by("pk"):
        written = texts.objects.filter(pk=request.object_id).first()
        _void(apps, request)
        newer = written and texts.objects.filter(
            kind=written.kind, number__gt=written.number, approved_at__isnull=False
        )
        if written and not newer.exists():
            for language, kind in ASKS.items():
                _ask(apps, request, kind, _digest(written, language))


def backward(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _rewrite(schema_editor, BACKWARD)
    asked = apps.get_model("accounts", "Approval").objects.filter(
        kind__in=ASKS.values(), state="requested"
    )
    for request in asked:
        _void(apps, request)


def _rewrite(schema_editor: BaseDatabaseSchemaEditor, statements: str) -> None:
    """Change rows that nothing else may change."""
    schema_editor.execute(f"ALTER TABLE notifications_lettertext {OPEN}")
    schema_editor.execute(statements)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what was checked can be closed again
    schema_editor.execute(f"ALTER TABLE notifications_lettertext {CLOSE}")


def _void(apps: StateApps, request: Any) -> None:
    request.state = "void"
    request.save(update_fields=["state"])
    _record(
        apps,
        request,
        "void-approval",
        before={"state": "requested"},
        after={"state": "void", "digest": request.digest},
    )


def _ask(apps: StateApps, before: Any, kind: str, digest: str) -> None:
    request = type(before).objects.create(
        kind=kind,
        object_id=before.object_id,
        digest=digest,
        requested_by_id=before.requested_by_id,
        requested_at=before.requested_at,
        expires_at=before.expires_at,
    )
    after = {"kind": kind, "object": before.object_id, "digest": digest}
    _record(apps, request, "request-approval", after=after)


def _record(apps: StateApps, request: Any, verb: str, **said: Any) -> None:
    facts = event(request, verb, by=None, now=timezone.now(), **said)
    apps.get_model("accounts", "AuditEvent").objects.create(**facts)


def _digest(written: Any, language: str) -> str:
    said = {"kind": written.kind, "number": written.number, "language": language}
    said |= {name: getattr(written, name) for name in FIELDS}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_calendar_marks'),
        ('notifications', '0010_readers_of_each_language'),
    ]

    operations = [migrations.RunPython(forward, backward)]
