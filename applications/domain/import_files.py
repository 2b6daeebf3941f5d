"""An uploaded file on its way: kept, its columns chosen, looked at, imported, forgotten.

A long file is looked at and imported by a job, which does what a page does with a short one.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain.jobs import OPEN, Tell, start_job, unwatched
from accounts.models import Job, User
from applications.domain.import_columns import UnableToChoose, columns_of, remember_columns
from applications.domain.importing import UnableToImport, import_file
from applications.intake import Column, Sample, sample
from applications.intake.columns import LABELS, Field, missing_fields, suggest_columns
from applications.intake.layouts import as_remembered
from applications.intake.workbooks import is_workbook
from applications.models import ImportFile

UNCONFIRMED_FOR = timedelta(hours=24)
LONG_TEXT = 400_000
LONG_WORKBOOK = 100_000
LOOK, IMPORT = "applications.look-at-file", "applications.import-file"


def keep_upload(
    *, cohort_id: int, name: str, content: bytes, by: User, now: datetime
) -> ImportFile:
    """Keep a file until somebody confirms it; one that nobody confirmed goes after a day."""
    with transaction.atomic():
        waiting = ImportFile.objects.filter(imported_at__isnull=True)
        stale = waiting.filter(uploaded_at__lte=now - UNCONFIRMED_FOR)
        stale.exclude(job__state__in=OPEN).delete()
        upload, _created = waiting.update_or_create(
            cohort_id=cohort_id,
            sha256=hashlib.sha256(content).hexdigest(),
            defaults={
                "name": name[:200],
                "content": content,
                "uploaded_at": now,
                "imported_by": by,
            },
        )
        return upload


def columns_shown(kept: ImportFile) -> tuple[Sample, tuple[Column, ...]]:
    """The headings of a kept file with some cells, and what each column is taken for so far."""
    seen = sample(bytes(kept.content))
    chosen = columns_of(seen.headings, kept.mapping)
    return seen, suggest_columns(seen.headings, chosen=chosen)


def choose_columns(
    *, import_file_id: int, fields: Mapping[int, str], by: User, now: datetime
) -> ImportFile:
    """Take columns for what a person says, this time and the next, and look at the file anew.

    Args:
        fields: from the index of a column to a field, "" for none; the others stay as they are.

    Raises:
        UnableToChoose: a field twice, or one that an application cannot be without is missing.
        UnableToImport: the file is being imported, or has been.
    """
    with transaction.atomic():
        kept = _waiting(import_file_id)
        seen, columns = columns_shown(kept)
        known = {field.value: field for field in Field} | {"": None}
        taken = tuple(
            Column(c.index, c.header, known.get(fields.get(c.index, c.field or ""), c.field))
            for c in columns
        )
        _require_possible(taken)
        if taken != suggest_columns(seen.headings, chosen=columns_of(seen.headings, {})):
            remember_columns(taken, by=by, now=now)
        kept.mapping = as_remembered(taken)
        kept.report, kept.job = {}, None
        kept.save(update_fields=["mapping", "report", "job"])
    return look_at(import_file_id=import_file_id, by=by, now=now)


def look_at(*, import_file_id: int, by: User, now: datetime) -> ImportFile:
    """Say what a file would do: at once for a short one, by a job for a long one.

    Raises:
        UnableToImport: the file is being imported, or has been.
    """
    return _by_job_if_long(LOOK, import_file_id, by=by, now=now)


def import_kept(*, import_file_id: int, seen: str, by: User, now: datetime) -> ImportFile:
    """Import a kept file: at once or by a job. What has been imported already stays as it is.

    Args:
        seen: the digest of what was shown, which is what is confirmed.

    Raises:
        UnableToImport: somebody has taken the columns for something else since, or applied at this
            very moment; nothing was imported.
    """
    with transaction.atomic():
        kept = ImportFile.objects.defer("content").get(pk=import_file_id)
        if kept.imported_at is not None:
            return kept
        if digest_of_look(_waiting(import_file_id)) != seen:
            raise UnableToImport(_("The columns were changed meanwhile: look again."))
        return _by_job_if_long(IMPORT, import_file_id, by=by, now=now)


def digest_of_look(kept: ImportFile) -> str:
    """SHA-256 over the file, what its columns are taken for, and what it would do."""
    return _digest({"file": kept.sha256, "columns": kept.mapping, "report": kept.report})


def run_look(job: Job, tell: Tell) -> dict[str, Any]:
    """The job that looks at a file."""
    return _look(job.payload["import_file"], now=_begun(job), tell=tell)


def run_import(job: Job, tell: Tell) -> dict[str, Any]:
    """The job that imports a file."""
    pk = job.payload["import_file"]
    return _import(pk, by=job.asked_by, now=_begun(job), tell=tell)


def _by_job_if_long(kind: str, import_file_id: int, *, by: User, now: datetime) -> ImportFile:
    with transaction.atomic():
        kept = _waiting(import_file_id)
        if _is_long(bytes(kept.content)):
            payload = {"import_file": kept.pk, "columns": _digest(kept.mapping)}
            kept.job = start_job(kind=kind, payload=payload, by=by, now=now)
            kept.save(update_fields=["job"])
            return kept
        kept.job = None
        kept.save(update_fields=["job"])
        if kind == LOOK:
            _look(kept.pk, now=now, tell=unwatched)
        else:
            _import(kept.pk, by=by, now=now, tell=unwatched)
        kept.refresh_from_db()
        return kept


def _look(import_file_id: int, *, now: datetime, tell: Tell) -> dict[str, Any]:
    kept = ImportFile.objects.get(pk=import_file_id)
    report = import_file(
        cohort_id=kept.cohort_id,
        name=kept.name,
        content=bytes(kept.content),
        confirm=False,
        by=None,
        now=now,
        chosen=kept.mapping,
        tell=tell,
    )
    shown = report.as_kept()
    unchanged = ImportFile.objects.filter(pk=kept.pk, imported_at=None, mapping=kept.mapping)
    unchanged.update(report=shown)
    return _numbers(shown)


def _import(import_file_id: int, *, by: User | None, now: datetime, tell: Tell) -> dict[str, Any]:
    kept = ImportFile.objects.select_for_update(of=("self",)).get(pk=import_file_id)
    if kept.imported_at is None:
        report = import_file(
            cohort_id=kept.cohort_id,
            name=kept.name,
            content=bytes(kept.content),
            confirm=True,
            by=by,
            now=now,
            chosen=kept.mapping,
            tell=tell,
        )
        if report.refused:
            raise UnableToImport(report.faults[0].message)
        return _numbers(report.as_kept())
    return _numbers(kept.report)


def _waiting(import_file_id: int) -> ImportFile:
    """The file, locked, if nobody imports it now and nobody has."""
    free = ImportFile.objects.select_for_update(of=("self",), skip_locked=True)
    kept = free.select_related("job").filter(pk=import_file_id).first()
    if kept is None:
        raise UnableToImport(_("This file is being worked on. Wait a moment."))
    if kept.imported_at is not None:
        raise UnableToImport(_("This file has been imported already."))
    if kept.job and kept.job.kind == IMPORT and kept.job.state in OPEN:
        raise UnableToImport(_("This file is being imported."))
    return kept


def _require_possible(columns: tuple[Column, ...]) -> None:
    held = [column.field for column in columns if column.field]
    if twice := sorted({_(LABELS[field]) for field in held if held.count(field) > 1}):
        raise UnableToChoose(
            _("Two columns are taken as: %(fields)s. Leave one of each out.")
            % {"fields": ", ".join(twice)}
        )
    if missing := missing_fields(columns):
        raise UnableToChoose(
            _("An application cannot be without: %(fields)s. Say which column holds it.")
            % {"fields": ", ".join(_(LABELS[field]) for field in missing)}
        )


def _digest(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _is_long(content: bytes) -> bool:
    return len(content) > (LONG_WORKBOOK if is_workbook(content) else LONG_TEXT)


def _begun(job: Job) -> datetime:
    if job.started_at is None:
        raise UnableToImport(_("This job has not begun."))
    return job.started_at


def _numbers(report: dict[str, Any]) -> dict[str, Any]:
    names = ("rows", "create", "update", "skip", "fault_count", "warning_count")
    return {name: report[name] for name in names}
