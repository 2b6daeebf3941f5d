"""Lists that leave the house: asked for with a reason, frozen, agreed to, taken, each on record.

The ids are frozen when the list is asked for; the rows are read when it is taken. So what was
agreed to can only become shorter: whoever has withdrawn since, or has taken a consent back, is not
in the file.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain import approvals, audit
from accounts.errors import Refused
from accounts.models import Approval, AuditEvent, User
from applications.exporting import (
    PURPOSES,
    Purpose,
    Row,
    headings_of,
    people_of,
    still_in_it,
)
from applications.models import Cohort, Export
from applications.rules import exports_many
from applications.tables import say, write_csv, write_xlsx

KIND = "export"
# More people than this only for those who may export many, and more than that for nobody alone.
FEW, MANY = 50, 200
PIECE = 64 * 1024  # bytes
VALID_FOR = timedelta(hours=72)
CONTENT_TYPES = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class UnableToExport(Refused):
    """No list leaves the house; the message says why."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A list as a file, which is nowhere else and goes when it is closed.

    Attributes:
        people: how many are in it.
    """

    name: str
    content_type: str
    file: IO[bytes]
    sha256: str
    people: int


def ask_export(
    *, cohort_id: int, purpose: str, format: str, reason: str, by: User, now: datetime
) -> Export:
    """Freeze who would be in a list.

    Raises:
        UnableToExport: it is not this person's to ask for, nobody is in it, or too many are.
    """
    what = PURPOSES[purpose]
    _require_allowed(what, by)
    with transaction.atomic():
        cohort = Cohort.objects.get(pk=cohort_id)
        ids = list(people_of(what, cohort).values_list("pk", flat=True))
        if what.names_people and not ids:
            raise UnableToExport(_("Nobody in this cohort would be in this list."))
        _require_may_take(len(ids), by)
        export = Export(
            cohort=cohort,
            purpose=purpose,
            format=format,
            reason=reason,
            row_ids=ids,
            rows=len(ids),
            asked_by=by,
            asked_at=now,
        )
        export.digest = approvals.digest_of(content_of(export))
        export.save()
        after = {"purpose": purpose, "cohort": cohort.slug, "format": format, "people": len(ids)}
        audit.record(export, "ask-export", by=by, now=now, after=after, reason=reason)
        return export


def ask_second_person(*, export_id: int, by: User, now: datetime) -> Approval:
    """Ask a second person to agree to a list of many people.

    Raises:
        UnableToExport: it is somebody else's, has lapsed or was changed, or needs nobody.
    """
    with transaction.atomic():
        export = _locked(export_id, by, now)
        if not needs_second_person(export):
            raise UnableToExport(_("This list needs no second person."))
        return approvals.request_approval(
            kind=KIND,
            object_id=export.pk,
            payload=content_of(export),
            by=by,
            now=now,
            reason=export.reason,
        )


def take_export(*, export_id: int, by: User, now: datetime) -> Taken:
    """Write the file of a list, of those people whom it still concerns, and put it on record.

    Raises:
        UnableToExport: it is somebody else's, has lapsed or was changed, or a second person has
            not agreed to it.
    """
    with transaction.atomic():
        export = _locked(export_id, by, now)
        if needs_second_person(export) and not is_agreed(export, now):
            taken_back = approvals.why_taken_back(kind=KIND, object_id=export.pk)
            raise UnableToExport(taken_back or _("A second person has not approved this list."))
        file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever takes it closes it
        people = _write(export, file, by=by, now=now)
        sha256 = _sha256(file)
        purpose = PURPOSES[export.purpose]
        after: dict[str, Any] = {
            "purpose": export.purpose,
            "cohort": export.cohort.slug,
            "format": export.format,
            "people": people if purpose.names_people else 0,
            "sha256": sha256,
        }
        audit.record(export, "export", by=by, now=now, after=after, reason=export.reason)
    return Taken(
        name=f"{export.cohort.slug}-{export.purpose}-{say(now)[:10]}.{export.format}",
        content_type=CONTENT_TYPES[Export.Format(export.format)],
        file=file,
        sha256=sha256,
        people=after["people"],
    )


def needs_second_person(export: Export) -> bool:
    """Whether a list has too many people for one person to take it."""
    return len(export.row_ids) > MANY


def is_agreed(export: Export, now: datetime) -> bool:
    """Whether a second person has approved exactly this list, not too long ago."""
    digest = approvals.digest_of(content_of(export))
    return approvals.is_approved(kind=KIND, object_id=export.pk, digest=digest, now=now)


def hold_list(approval: Approval) -> None:
    """Lock the list of this request, as taking it does."""
    _rows_to_take().get(pk=approval.object_id)


def was_taken(approval: Approval) -> bool:
    """Whether the file of this request has left the house."""
    taken = AuditEvent.objects.filter(
        object_type=Export._meta.label_lower, object_id=approval.object_id, verb="export"
    )
    return taken.exists()


def content_of(export: Export) -> dict[str, Any]:
    """What a list is, as plain JSON: who changes any of it has another list."""
    ids = ",".join(map(str, export.row_ids))
    return {
        "cohort": export.cohort_id,
        "purpose": export.purpose,
        "format": export.format,
        "reason": export.reason,
        "people": len(export.row_ids),
        "rows": hashlib.sha256(ids.encode()).hexdigest(),
    }


def _rows_to_take() -> QuerySet[Export]:
    """Lists, each locked so that nobody else takes it at this moment."""
    return Export.objects.select_related("cohort").select_for_update(of=("self",), no_key=True)


def _locked(export_id: int, by: User, now: datetime) -> Export:
    """The list, which nobody else takes at this moment, if it is this person's to take."""
    export = _rows_to_take().get(pk=export_id)
    if export.asked_by_id != by.pk:
        raise UnableToExport(_("Only the person who asked for a list can take it."))
    _require_allowed(PURPOSES.get(export.purpose), by)
    _require_may_take(len(export.row_ids), by)
    if export.asked_at + VALID_FOR <= now:
        raise UnableToExport(_("This list has lapsed. Ask for a new one."))
    if export.digest != approvals.digest_of(content_of(export)):
        raise UnableToExport(_("This list was changed after it was asked for. Ask for a new one."))
    return export


def _require_allowed(purpose: Purpose | None, by: User) -> None:
    if purpose is None or not purpose.allowed(by):
        raise UnableToExport(_("You cannot ask for a list of this kind."))


def _require_may_take(count: int, by: User) -> None:
    if count > FEW and not exports_many(by):
        raise UnableToExport(
            ngettext(
                "This list has %(count)d person. Ask the programme manager for a list of more "
                "than %(few)d.",
                "This list has %(count)d people. Ask the programme manager for a list of more "
                "than %(few)d.",
                count,
            )
            % {"count": count, "few": FEW}
        )


def _write(export: Export, file: IO[bytes], *, by: User, now: datetime) -> int:
    """Write the file and return how many rows it has."""
    purpose, cohort = PURPOSES[export.purpose], export.cohort
    people = still_in_it(purpose, cohort, export.row_ids)
    counted = _Counted(purpose.rows(cohort, people))
    notes, headings = _notes(export, purpose, by, now), headings_of(purpose, cohort)
    if export.format == Export.Format.XLSX:
        write_xlsx(notes, headings, counted, file)
    else:
        file.writelines(write_csv(notes, headings, counted))
    return counted.rows


class _Counted:
    """Rows that are counted as they go by."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._each = rows
        self.rows = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._each:
            self.rows += 1
            yield row


def _notes(export: Export, purpose: Purpose, by: User, now: datetime) -> list[str]:
    """What stands above the headings: for what, by whom, when, why."""
    told = [
        f"{purpose.title} · {export.cohort}",
        _("Exported by %(who)s at %(when)s") % {"who": by.email, "when": say(now)},
        _("Reason: %(reason)s") % {"reason": " ".join(export.reason.split())},
    ]
    if purpose.names_people:
        told.append(_("Personal data: use it for this purpose alone and delete it afterwards."))
    return told


def _sha256(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()
