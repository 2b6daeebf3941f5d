"""A file of questions on its way: kept, looked at, confirmed or forgotten."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.languages import Language
from accounts.models import User
from quiz.domain.importing import ImportReport, import_items
from quiz.formats.drafts import Parsed
from quiz.formats.registry import FORMATS, read_items
from quiz.models import ItemFile

UNCONFIRMED_FOR = timedelta(hours=24)


class UnableToImportItems(Refused):
    """Nothing was brought in; the message says why."""


def keep_item_file(
    *, name: str, content: bytes, format: str, language: str, by: User, now: datetime
) -> ItemFile:
    """Keep a file and look what it would do; one that nobody confirms goes after a day."""
    with transaction.atomic():
        waiting = ItemFile.objects.filter(imported_at__isnull=True)
        waiting.filter(uploaded_at__lte=now - UNCONFIRMED_FOR).delete()
        file, _created = waiting.update_or_create(
            sha256=sha256(content).hexdigest(),
            uploaded_by=by,
            imported_at=None,
            defaults={
                "name": name[:200],
                "content": content,
                "format": format,
                "language": language,
                "uploaded_at": now,
            },
        )
        return _look(file, now=now)


def read_item_file_as(
    *, file_id: int, format: str, language: str, by: User, now: datetime
) -> ItemFile:
    """Look at a kept file again, as another format or in another language.

    Raises:
        UnableToImportItems: it has been imported already, or there is no such format.
    """
    with transaction.atomic():
        file = _waiting(file_id, by)
        if format not in FORMATS or language not in Language.values:
            raise UnableToImportItems(_("Choose one of the formats and languages."))
        file.format, file.language = format, language
        return _look(file, now=now)


def import_item_file(*, file_id: int, sha256: str, by: User, now: datetime) -> ItemFile:
    """Bring the questions of a kept file into the bank, exactly as somebody saw it.

    Args:
        sha256: of the file that was looked at.

    Raises:
        UnableToImportItems: it has problems, was imported already, is another file, or the bank
            has changed so that it would do something else now.
    """
    with transaction.atomic():
        file = _waiting(file_id, by)
        if file.sha256 != sha256:
            raise UnableToImportItems(_("This is not the file that you have looked at."))
        parsed = read_items(file.format, bytes(file.content), file.language)
        report = _run(file, parsed, by=by, now=now, confirm=True).as_json()
        if report["problems"]:
            raise UnableToImportItems(_("The file has problems. Nothing has been imported."))
        if report["steps"] != file.report.get("steps"):
            raise UnableToImportItems(  # which takes back what was just written
                _("The bank has changed since you looked. Look again what the file would do.")
            )
        file.imported_at = now
        file.report = report
        file.save(update_fields=["imported_at", "report"])
        after = {name: report[name] for name in ("create", "new-version", "translate", "skip")}
        audit.record(file, "import-items", by=by, now=now, after=after | {"sha256": file.sha256})
        return file


def _waiting(file_id: int, by: User) -> ItemFile:
    file = ItemFile.objects.select_for_update().get(pk=file_id)
    if file.imported_at is not None:
        raise UnableToImportItems(_("This file has been imported already."))
    if file.uploaded_by_id != by.pk:
        raise UnableToImportItems(_("Only who uploaded a file imports it."))
    return file


def _look(file: ItemFile, *, now: datetime) -> ItemFile:
    parsed = read_items(file.format, bytes(file.content), file.language)
    file.report = _run(file, parsed, by=None, now=now, confirm=False).as_json()
    file.save(update_fields=["format", "language", "report"])
    return file


def _run(
    file: ItemFile, parsed: Parsed, *, by: User | None, now: datetime, confirm: bool
) -> ImportReport:
    return import_items(
        parsed=parsed,
        language=file.language,
        source_name=file.name,
        source_sha256=file.sha256,
        by=by,
        now=now,
        confirm=confirm,
    )
