"""Take an applicant's file, replace it, have it scanned, and write down who read it.

A file is checked from its bytes, read in a process of its own and written anew before anything is
kept (`applications.content`, `applications.pdf`). It is stored under a name of ours before the row
that names it is committed, so a row without a file cannot be; a file without a row, left by a
crash in between, is swept up a day later.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications import content as contents
from applications import pdf
from applications.domain.storing import reaching_the_store
from applications.identity_numbers import Likeness, likeness, masked
from applications.models import Application, Document, Stage
from applications.models.documents import FOLDER
from applications.scanning import scan
from notifications.domain.outbox import Telling, queue

MAX_BYTES = 5 * 1024 * 1024
ASIDE_FOR = timedelta(minutes=15)
ORPHANED_AFTER = timedelta(days=1)
SWEPT_AT_ONCE = 500
# A CV is asked for when a place is confirmed, not of those who may decline it, and as long as
# companies may come to look at it.
ASKED = frozenset(
    {
        Stage.PLACE_CONFIRMED,
        Stage.FINALIST,
        Stage.FINAL_RESERVE,
        Stage.MATCHED,
    }
)
NOT_SCANNED = (Document.Scan.NOT_ASKED, Document.Scan.WAITING)


class UnableToUpload(Refused):
    """The file is not taken; the message says why, and nothing was kept."""


class Readiness(StrEnum):
    """Whether a file may be handed out."""

    READY = "ready"
    CHECKING = "checking"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Warned:
    """Nothing is kept yet: the file seems to hold an identity card number.

    Attributes:
        digest: names the file to `keep_document`, for a quarter of an hour.
    """

    name: str
    digest: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file that passed every check, as it will be stored."""

    name: str
    digest: str
    plain: bytes
    likeness: Likeness


def upload_document(
    *,
    application_id: int,
    name: str,
    content: bytes,
    by: User,
    now: datetime,
    kind: Document.Kind = Document.Kind.CV,
) -> Document | Warned:
    """Put a file in the place of the one before it. The same file again changes nothing.

    If it seems to hold an identity card number it is not stored: it waits in memory, for a quarter
    of an hour, for `keep_document`. The trail says that somebody was warned, never the number.

    Raises:
        UnableToUpload: no file of this kind is asked for, or it is not a whole, plain, readable PDF
            of at most 5 MB.
        StoreAway: the file could not be stored.
    """
    application = Application.objects.get(pk=application_id)
    _require_asked(application)
    digest = hashlib.sha256(content).hexdigest()
    there = _live(application, kind)
    if there and there.sha256 == digest:
        return there
    checked = _check(name, content, digest)
    if checked.likeness is Likeness.NONE:
        return _store(checked, application_id=application_id, kind=kind, by=by, now=now)
    with transaction.atomic():
        audit.record(
            application,
            "warn-identity-number",
            by=by,
            now=now,
            after={"kind": kind.value, "likeness": checked.likeness.name.lower()},
        )
    cache.set(_aside(application_id, kind), checked, timeout=ASIDE_FOR.total_seconds())
    return Warned(checked.name, digest, checked.likeness)


def keep_document(
    *,
    application_id: int,
    digest: str,
    by: User,
    now: datetime,
    kind: Document.Kind = Document.Kind.CV,
) -> Document:
    """Store the file about which the person was warned, because they want to keep it.

    Raises:
        UnableToUpload: it has been forgotten meanwhile, or another one came after it.
        StoreAway: the file could not be stored.
    """
    there = _live(Application(pk=application_id), kind)
    if there and there.sha256 == digest:
        return there
    checked = cache.get(_aside(application_id, kind))
    if not isinstance(checked, _Checked) or checked.digest != digest:
        raise UnableToUpload(_("We no longer have that file. Please choose it again."))
    document = _store(checked, application_id=application_id, kind=kind, by=by, now=now)
    cache.delete(_aside(application_id, kind))
    return document


def readiness(document: Document) -> Readiness:
    """Whether this file may be handed out: never an infected one, and where a scanner is
    configured only what it has seen."""
    if document.scan == Document.Scan.INFECTED:
        return Readiness.REFUSED
    if settings.SCANNER_URL and document.scan in NOT_SCANNED:
        return Readiness.CHECKING
    return Readiness.READY


def open_document(document: Document) -> File:
    """The content of a file, open for reading.

    Raises:
        FileNotFoundError: there is a row and no file.
        StoreAway: the files cannot be reached now.
    """
    with reaching_the_store():
        return document.file.open("rb")


def record_reading(*, document: Document, by: User, now: datetime, company: str = "") -> None:
    """Write down that somebody read a file, for which company if for one."""
    after = {"document": str(document.uuid)} | ({"company": company} if company else {})
    audit.record(document.application, f"view-{document.kind}", by=by, now=now, after=after)


def waiting_for_scanner(limit: int) -> list[int]:
    """The files that nobody has scanned yet, the oldest first; none where there is no scanner."""
    if not settings.SCANNER_URL:
        return []
    waiting = Document.objects.filter(scan__in=NOT_SCANNED).order_by("pk")
    return list(waiting.values_list("pk", flat=True)[:limit])


def scan_document(*, document_id: int, now: datetime) -> Document.Scan | None:
    """Have one file scanned; None if it need not be. Who sent an infected one is told.

    Raises:
        ScannerAway: the file goes on waiting.
    """
    document = Document.objects.filter(pk=document_id, scan__in=NOT_SCANNED).first()
    if document is None or not settings.SCANNER_URL:
        return None
    try:
        file = document.file.open("rb")
    except FileNotFoundError:
        return None
    with file:
        verdict = scan(settings.SCANNER_URL, file.chunks())
    result = Document.Scan.CLEAN if verdict.clean else Document.Scan.INFECTED
    with transaction.atomic():
        document = (
            Document.objects.select_for_update(of=("self",))
            .select_related("application__user", "application__cohort")
            .get(pk=document_id)
        )
        if document.scan not in NOT_SCANNED:
            return None
        before = {"scan": document.scan}
        document.scan, document.scanned_at = result, now
        document.save(update_fields=["scan", "scanned_at"])
        after = {"scan": result.value} | ({"found": verdict.found} if verdict.found else {})
        audit.record(document, "scan", by=None, now=now, before=before, after=after)
        if result == Document.Scan.INFECTED and document.replaced_at is None:
            queue([_refusal(document)], now=now)
    return result


def sweep_files(*, now: datetime) -> int:
    """Delete the stored files that belong to no row, a day after they were written; count them."""
    gone = 0
    for names in _stored():
        known = set(Document.objects.filter(file__in=names).values_list("file", flat=True))
        for name in names:
            if name in known:
                continue
            with suppress(FileNotFoundError):  # somebody else sweeps, too
                if default_storage.get_modified_time(name) < now - ORPHANED_AFTER:
                    default_storage.delete(name)
                    gone += 1
    return gone


def _check(name: str, content: bytes, digest: str) -> _Checked:
    if len(content) > MAX_BYTES:
        raise UnableToUpload(too_large(len(content)))
    fault = contents.fault_of_pdf(content)
    if fault:
        raise UnableToUpload(_say(fault))
    reading = pdf.read_pdf(content)
    if reading.fault:
        raise UnableToUpload(_say(reading.fault))
    if len(reading.plain) > 2 * MAX_BYTES:
        raise UnableToUpload(_say(pdf.Fault.TOO_HEAVY))
    shown = contents.shown_name(name, otherwise="CV")
    return _Checked(
        name=contents.shown_name(masked(shown), otherwise="CV"),
        digest=digest,
        plain=reading.plain,
        likeness=max(likeness(reading.text), likeness(name)),
    )


def _store(
    checked: _Checked, *, application_id: int, kind: Document.Kind, by: User, now: datetime
) -> Document:
    scanned = Document.Scan.WAITING if settings.SCANNER_URL else Document.Scan.NOT_ASKED
    document = Document(
        application_id=application_id,
        kind=kind,
        name=checked.name,
        content_type=contents.PDF,
        size=len(checked.plain),
        sha256=checked.digest,
        scan=scanned,
        warned=checked.likeness is not Likeness.NONE,
        uploaded_at=now,
    )
    with reaching_the_store(), ExitStack() as undo:
        document.file.save(checked.name, ContentFile(checked.plain), save=False)
        undo.callback(document.file.delete, save=False)
        with transaction.atomic():
            application = Application.objects.select_for_update().get(pk=application_id)
            _require_asked(application)
            there = _live(application, kind)
            if there and there.sha256 == checked.digest:
                return there
            if there:
                there.replaced_at = now
                there.save(update_fields=["replaced_at"])
            document.save()
            audit.record(
                application,
                "upload-document",
                by=by,
                now=now,
                before={"document": str(there.uuid)} if there else {},
                after={
                    "document": str(document.uuid),
                    "kind": kind.value,
                    "sha256": checked.digest,
                    "kept_despite_warning": document.warned,
                },
            )
            if scanned == Document.Scan.WAITING:
                transaction.on_commit(lambda: _ask_for_scan(document.pk), robust=True)
        undo.pop_all()
    return document


def _ask_for_scan(document_id: int) -> None:
    """Ask a worker; if the broker is away, the periodic sweep finds the file."""
    current_app.send_task("applications.scan_document", kwargs={"document_id": document_id})


def _require_asked(application: Application) -> None:
    if application.stage not in ASKED:
        raise UnableToUpload(_("We do not ask you for a file now."))


def _live(application: Application, kind: Document.Kind) -> Document | None:
    return Document.objects.filter(
        application=application, kind=kind, replaced_at__isnull=True
    ).first()


def _aside(application_id: int, kind: Document.Kind) -> str:
    return f"applications.aside:{application_id}:{kind.value}"


def _stored() -> Iterator[list[str]]:
    """The names of all stored files, some at a time."""
    try:
        _folders, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return
    names = (f"{FOLDER}/{file}" for file in files)
    while some := list(islice(names, SWEPT_AT_ONCE)):
        yield some


def too_large(size: int) -> str:
    """What to say about a file of this many bytes."""
    megabytes = -(-size * 10 // (1024 * 1024)) / 10
    return _(
        "The file has %(size)s MB; at most %(most)d MB are accepted. Save it again with smaller "
        "pictures, or fewer pages."
    ) % {"size": megabytes, "most": MAX_BYTES // (1024 * 1024)}


def _say(fault: contents.Fault | pdf.Fault) -> str:
    return {
        contents.Fault.EMPTY: _("The file is empty. Choose another one."),
        contents.Fault.OTHER_KIND: _(
            "This is not a PDF, whatever its name says. Save your CV as a PDF and choose that file."
        ),
        contents.Fault.CUT_SHORT: _(
            "The end of this PDF is missing. It may not have been copied or sent as a whole: "
            "save it again and choose the new file."
        ),
        contents.Fault.SOMETHING_ELSE_TOO: _(
            "There is more in this file than a PDF. Save your CV as a PDF again and choose the new "
            "file."
        ),
        pdf.Fault.DAMAGED: _(
            "We could not open this PDF: it is damaged. Save your CV as a PDF again and choose the "
            "new file."
        ),
        pdf.Fault.LOCKED: _(
            "This PDF asks for a password, so nobody could read it. Save it without one."
        ),
        pdf.Fault.TOO_HEAVY: _(
            "This PDF takes too much time or memory to open. Save it again with simpler pages or "
            "smaller pictures."
        ),
    }[fault]


def _refusal(document: Document) -> Telling:
    application = document.application
    return Telling(
        person=application.user,
        kind="document-refused",
        run=f"document:{document.uuid}:refused",
        topic=f"document:{document.uuid}",
        variables={
            "name": application.called,
            "file": document.name,
            "cohort": application.cohort,
            "reference": application.reference,
        },
    )
