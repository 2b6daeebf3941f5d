"""Take over the applications of a web form's export: look first, then all or nothing.

A row belongs to the person of its e-mail address. What a person has saved here themselves, in a
draft or later, is never overwritten by a file, and a row that says what it said last time changes
nothing.
"""

import gc
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.bulk import insert_rows, new_ids, row_of
from accounts.domain import audit
from accounts.domain.jobs import Tell, unwatched
from accounts.domain.registration import NewPerson, register_people
from accounts.errors import Refused
from accounts.models import User
from applications.domain.applying import new_reference, receipt_for
from applications.domain.duplicates import look_for_duplicates
from applications.domain.import_columns import columns_of, remember_columns
from applications.domain.import_reports import (
    ImportReport,
    Remark,
    fault_remark,
    labelled,
    say,
)
from applications.domain.import_updates import Update, untimed, write_updates
from applications.domain.imported_rows import (
    answers_of,
    changes_of,
    digest_of,
    language_of,
    of_the_file,
    of_the_submission,
    time_remark,
    too_long,
)
from applications.domain.institutions import directory
from applications.domain.locking import require_open
from applications.domain.review import doubts_about
from applications.domain.stages import advance_unsaved
from applications.intake import Intake, Row, open_table, read_rows
from applications.intake.columns import Field
from applications.intake.faults import UnreadableFile
from applications.lifecycle import Move
from applications.locks import ELIGIBILITY
from applications.models import Application, Cohort, ImportFile, Institution, Stage
from notifications.domain.outbox import queue

BATCH = 1000
USUALLY, SELDOM = gc.get_threshold(), (100_000, 50, 1000)
STILL_OPEN = frozenset({Stage.DRAFT, Stage.SUBMITTED, Stage.ELIGIBLE})


class UnableToImport(Refused):
    """Nothing was imported; the message says why."""


@dataclass(slots=True)
class Tally:
    """What became of the rows so far."""

    create: int = 0
    update: int = 0
    skip: int = 0
    faults: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Batch:
    """What some rows of a file would do: people to make, applications to change."""

    create: tuple[tuple[Row, dict[str, Any]], ...]
    update: tuple[Update, ...]


def import_file(
    *,
    cohort_id: int,
    name: str,
    content: bytes,
    confirm: bool,
    by: User | None,
    now: datetime,
    chosen: Mapping[str, str] | None = None,
    tell: Tell = unwatched,
) -> ImportReport:
    """Import the good rows of an export, or without `confirm` say what that would do.

    New people get an account and the receipt of their application; clear cases become eligible.

    Args:
        chosen: what columns are taken for, from heading to field ("" for none); it goes before
            what is remembered of this layout, and an import remembers it.
        tell: is told how far the work is.

    Raises:
        UnableToImport: somebody applied at this very moment; nothing was imported.
        UnableToChoose: `chosen` names a column or a field that there is not.
        InputLocked: a list has been published, and no other would rank who came in now.
    """
    digest = hashlib.sha256(content).hexdigest()
    with _little_garbage(), transaction.atomic():
        if confirm:
            require_open(cohort_id=cohort_id, part=ELIGIBILITY, now=now)
        intake = _read(content, chosen or {}, tell)
        cohorts = Cohort.objects.select_related("programme", "rules")
        if confirm:
            cohorts = cohorts.select_for_update(of=("self",), no_key=True)
        cohort = cohorts.get(pk=cohort_id)
        confirmed = confirm and not intake.refused
        try:
            with transaction.atomic():
                tally = _take_over(intake, cohort, confirm=confirmed, by=by, now=now, tell=tell)
        except IntegrityError as error:
            raise UnableToImport(
                _("Somebody applied at this very moment. Nothing was imported; try again.")
            ) from error
        report = _report(intake, tally, digest, confirmed=confirmed)
        if confirmed:
            if chosen:
                remember_columns(intake.columns, by=by, now=now)
            _keep(cohort, name, content, report, by=by, now=now)
        return report


@contextmanager
def _little_garbage() -> Iterator[None]:
    """Look for garbage less often: going through 50,000 rows that stay is a fifth of the time."""
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*USUALLY)


def _read(content: bytes, chosen: Mapping[str, str], tell: Tell) -> Intake:
    """Read the file, as its columns were chosen."""
    reading = _("Reading the file")
    try:
        table = open_table(content)
    except UnreadableFile as error:
        return Intake(faults=(error.fault,), refused=True)
    return read_rows(
        table,
        resolve=directory().resolve,
        chosen=columns_of(table.header.cells, chosen),
        tell=lambda done, total: tell(done, total, reading),
    )


def _take_over(
    intake: Intake, cohort: Cohort, *, confirm: bool, by: User | None, now: datetime, tell: Tell
) -> Tally:
    """Decide about every row and, with `confirm`, write it: the same statements for each batch."""
    tally = Tally(faults=[fault_remark(fault) for fault in intake.faults])
    institutions = {row.code: row for row in Institution.objects.all()}
    doing = _("Writing the applications") if confirm else _("Comparing with what is here")
    rows, timed = iter(intake.rows), Field.SUBMITTED_AT in intake.fields
    taken, written = 0, list[int]()
    while chunk := list(islice(rows, BATCH)):
        tell(taken, len(intake.rows), doing)
        batch = _decide(chunk, cohort, institutions, tally, lock=confirm)
        if timed:
            tally.warnings += _times(batch, cohort, now)
        if confirm:
            written += _write(batch, cohort, by=by, now=now)
        taken += len(chunk)
        tell(taken, len(intake.rows), doing)
    if written:
        look_for_duplicates(application_ids=written, now=now)
    tally.faults.sort(key=lambda remark: remark.row)
    tally.warnings += _without_times(intake, tally)
    tally.warnings += _foreign_days(cohort, intake.rows)
    tally.warnings.sort(key=lambda remark: remark.row)
    return tally


def _decide(
    rows: Sequence[Row],
    cohort: Cohort,
    institutions: dict[str, Institution],
    tally: Tally,
    *,
    lock: bool,
) -> Batch:
    """Decide for some rows, in two queries; with `lock` nobody can save there until the end.

    The people first: asked for both at once, the database walks through the whole cohort.
    """
    known = cohort.applications.select_related("user", "institution", "rules")
    if lock:
        known = known.select_for_update(of=("self",)).order_by("pk")
    emails = [row.values.email for row in rows]
    people = list(User.objects.filter(email__in=emails).values_list("pk", flat=True))
    existing = {each.user.email: each for each in known.filter(user__in=people)}
    own = _saved_here(existing.values())
    create, update = [], list[Update]()
    for row in rows:
        tally.warnings += [
            Remark(row.number, finding.kind.value, say(finding)) for finding in row.warnings
        ]
        answers = answers_of(row.values, cohort, institutions)
        overlong = too_long(answers)
        if overlong:
            tally.faults.append(Remark(row.number, overlong.kind.value, say(overlong)))
            continue
        application = existing.get(row.values.email)
        if application is None:
            create.append((row, answers))
            continue
        application.cohort = cohort
        hindrance = _hindrance(application, row, own)
        if hindrance:
            tally.warnings.append(Remark(row.number, "kept_as_it_is", hindrance))
        draft = application.stage == Stage.DRAFT
        changed = answers if draft else changes_of(application, row, answers)
        says_the_same = not changed or application.imported_digest == digest_of(row.values)
        if hindrance or (says_the_same and not draft):
            tally.skip += 1
        else:
            update.append(Update(application, row, changed))
    tally.create += len(create)
    tally.update += len(update)
    return Batch(tuple(create), tuple(update))


def _saved_here(applications: Iterable[Application]) -> set[int]:
    """Those in which the person has saved something, has sent a file or has asked for something."""
    applications = list(applications)
    drafts = [each.pk for each in applications if each.stage == Stage.DRAFT]
    others = (each for each in applications if each.stage != Stage.DRAFT)
    saved = {each.pk for each in others if each.saved_at != each.imported_at}
    if drafts:
        touched = Q(version__gt=1) | Q(documents__isnull=False) | Q(access_request__isnull=False)
        saved.update(
            Application.objects.filter(touched, pk__in=drafts).values_list("pk", flat=True)
        )
    return saved


def _hindrance(application: Application, row: Row, saved_here: Collection[int]) -> str:
    """Why an application that exists must stay as it is, or nothing."""
    if application.stage not in STILL_OPEN:
        return _("The application of %(email)s has moved on (%(stage)s) and stays as it is.") % {
            "email": row.values.email,
            "stage": application.get_stage_display(),
        }
    if application.pk in saved_here:
        return _("%(email)s has saved an application here; it stays as it is.") % {
            "email": row.values.email
        }
    return ""


def _write(batch: Batch, cohort: Cohort, *, by: User | None, now: datetime) -> list[int]:
    """Write what was decided, in a constant number of statements; return the ids."""
    people = register_people(
        (NewPerson(row.values.email, language_of(row.values)) for row, _answers in batch.create),
        by=by,
        now=now,
    )
    ids = new_ids(Application, len(batch.create))
    created = [
        Application(
            id=pk,
            cohort=cohort,
            user=people[row.values.email],
            reference=new_reference(),
            created_at=now,
            rules=cohort.rules,
            **of_the_submission(row, now),
            **of_the_file(row, now),
            **answers,
        )
        for pk, (row, answers) in zip(ids, batch.create, strict=True)
    ]
    said = [untimed(row) for row, _answers in batch.create]
    audit.record_many(_insert(created, said, by=by, now=now))
    submitted, changed = write_updates(batch.update, cohort, by=by, now=now)
    queue((receipt_for(application) for application in (*created, *submitted)), now=now)
    return [application.pk for application in (*created, *submitted, *changed)]


def _insert(
    applications: list[Application],
    said: list[dict[str, str]],
    *,
    by: User | None,
    now: datetime,
) -> list[dict[str, Any]]:
    """Write new applications where their first moves lead them; return what the trail says.

    Args:
        said: what the trail says of each import.

    To insert them as drafts and move them twice would write each of them three times.
    """
    events = [
        audit.event(application, "import", by=by, now=now, after=after)
        for application, after in zip(applications, said, strict=True)
    ]
    events += advance_unsaved(applications, move=Move.SUBMIT, by=by, now=now)
    clear = [application for application in applications if not doubts_about(application)]
    events += advance_unsaved(clear, move=Move.FIND_ELIGIBLE, by=None, now=now)
    insert_rows(Application, map(row_of, applications), with_ids=True)
    for application in applications:
        application._state.adding = False
    return events


def _times(batch: Batch, cohort: Cohort, now: datetime) -> Iterator[Remark]:
    """What somebody should know about the times of the submissions that the rows become."""
    submitted = [row for row, _answers in batch.create]
    submitted += [each.row for each in batch.update if each.submits]
    for row in submitted:
        if found := time_remark(row, cohort, now):
            yield Remark(row.number, *found)


def _without_times(intake: Intake, tally: Tally) -> Iterator[Remark]:
    """That nothing in a file says when: once for the file, not for each of its rows."""
    if tally.create and Field.SUBMITTED_AT not in intake.fields:
        text = _(
            "No column says when each person applied and accepted the texts; "
            "the time of the import is taken."
        )
        yield Remark(0, "time_unknown", text)


def _foreign_days(cohort: Cohort, rows: Iterable[Row]) -> Iterator[Remark]:
    """Days in the file that are none of the cohort's: perhaps this is another cohort's file."""
    own = {(day.month, day.day) for day in cohort.bootcamp_dates}
    named = {day for row in rows for day in row.values.available_days}
    foreign = sorted(day for day in named if tuple(day) not in own)
    if foreign:
        days = ", ".join(f"{day.month:02}-{day.day:02}" for day in foreign)
        text = _("Days in the file that are not bootcamp days of this cohort: %(days)s.")
        yield Remark(0, "foreign_days", text % {"days": days})


def _report(intake: Intake, tally: Tally, digest: str, *, confirmed: bool) -> ImportReport:
    return ImportReport(
        rows=intake.data_rows,
        create=tally.create,
        update=tally.update,
        skip=tally.skip,
        faults=tuple(tally.faults),
        warnings=tuple(tally.warnings),
        encoding=intake.encoding,
        delimiter=intake.delimiter,
        sheet=intake.sheet,
        columns=labelled(intake.columns),
        sha256=digest,
        refused=intake.refused,
        confirmed=confirmed,
    )


def _keep(
    cohort: Cohort,
    name: str,
    content: bytes,
    report: ImportReport,
    *,
    by: User | None,
    now: datetime,
) -> None:
    """Keep the original with what it did; one that changed nothing is not stored over again."""
    same = ImportFile.objects.filter(cohort=cohort, sha256=report.sha256)
    waits = same.filter(imported_at=None).exists()
    if not (report.create or report.update or waits) and same.exists():
        return
    did = {"imported_at": now, "imported_by": by, "report": report.as_kept()}
    kept, _created = ImportFile.objects.update_or_create(
        cohort=cohort,
        sha256=report.sha256,
        imported_at=None,
        create_defaults={"name": name[:200], "content": content, "uploaded_at": now} | did,
        defaults=did,
    )
    counts = {key: getattr(report, key) for key in ("rows", "create", "update", "skip")}
    audit.record(kept, "import", by=by, now=now, after=counts | {"sha256": report.sha256})
