"""Take over the applications of a web form's export: look first, then all or nothing.

A row belongs to the person of its e-mail address. What a person has saved here themselves is
never overwritten by a file, and a row that says what it said last time changes nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.registration import NewPerson, register_people
from accounts.errors import Refused
from accounts.models import User
from applications.domain.applying import new_reference, receipt_for
from applications.domain.imported_rows import (
    WRITTEN,
    answers_of,
    digest_of,
    language_of,
    of_the_form,
    too_long,
)
from applications.domain.review import review_clear_cases
from applications.domain.stages import advance
from applications.intake import Finding, Intake, Row, RowFault, read
from applications.intake.columns import LABELS
from applications.intake.faults import MESSAGES
from applications.lifecycle import Move
from applications.models import Application, Cohort, ImportFile, Institution, Stage
from notifications.domain.outbox import queue

BATCH = 500
UNCONFIRMED_FOR = timedelta(hours=24)
STILL_OPEN = frozenset({Stage.DRAFT, Stage.SUBMITTED, Stage.ELIGIBLE})


class UnableToImport(Refused):
    """Nothing was imported; the message says why."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at in a row; row 0 is the whole file."""

    row: int
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file does, or did.

    Attributes:
        rows: of data in the file; each is created, updated, skipped or faulty.
        faults: rows that are left out, in the order of the file.
        warnings: what a person should look at in rows that are taken.
        refused: the file cannot be read as a whole; `faults` says why.
        confirmed: it was imported; otherwise this is what would happen.
    """

    rows: int
    create: int = 0
    update: int = 0
    skip: int = 0
    faults: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    sha256: str = ""
    refused: bool = False
    confirmed: bool = False

    def as_json(self) -> dict[str, Any]:
        """The part that programs read."""
        return {
            "rows": self.rows,
            "create": self.create,
            "update": self.update,
            "skip": self.skip,
            "faults": [asdict(fault) for fault in self.faults],
        }


@dataclass(slots=True)
class Plan:
    """What a file would do to a cohort: rows to create, applications to change, remarks."""

    create: list[Row] = field(default_factory=list)
    update: list[tuple[Application, Row, dict[str, Any]]] = field(default_factory=list)
    skip: int = 0
    faults: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)


def import_file(
    *,
    cohort_id: int,
    name: str,
    content: bytes,
    confirm: bool,
    by: User | None,
    now: datetime,
) -> ImportReport:
    """Import the good rows of an export, or without `confirm` say what that would do.

    New people get an account and the receipt of their application; clear cases become eligible.

    Raises:
        UnableToImport: somebody applied at this very moment; nothing was imported.
    """
    intake = read(content)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        cohorts = Cohort.objects.select_related("programme")
        if confirm:
            cohorts = cohorts.select_for_update(of=("self",), no_key=True)
        cohort = cohorts.get(pk=cohort_id)
        plan = _plan(cohort, intake)
        report = _report(intake, plan, digest, confirmed=confirm and not intake.refused)
        if report.confirmed:
            try:
                with transaction.atomic():
                    _carry_out(plan, cohort, by=by, now=now)
            except IntegrityError as error:
                raise UnableToImport(
                    _("Somebody applied at this very moment. Nothing was imported; try again.")
                ) from error
            _keep(cohort, name, content, report, by=by, now=now)
        return report


def keep_upload(
    *, cohort_id: int, name: str, content: bytes, by: User, now: datetime
) -> ImportFile:
    """Keep a file until somebody confirms it; one that nobody confirmed goes after a day."""
    with transaction.atomic():
        waiting = ImportFile.objects.filter(imported_at__isnull=True)
        waiting.filter(uploaded_at__lte=now - UNCONFIRMED_FOR).delete()
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


def say(finding: Finding) -> str:
    """A finding in the active language."""
    params = dict(finding.params)
    if "column" in params:
        params["column"] = _(str(params["column"]))
    return _(MESSAGES[finding.kind]) % params


def _plan(cohort: Cohort, intake: Intake) -> Plan:
    """Decide for every row; three queries whatever the size."""
    plan = Plan(faults=[_fault_remark(fault) for fault in intake.faults])
    institutions = {row.code: row for row in Institution.objects.all()}
    emails = [row.values.email for row in intake.rows]
    existing = {
        application.user.email: application
        for application in cohort.applications.filter(user__email__in=emails).select_related(
            "user", "institution"
        )
    }
    for row in intake.rows:
        plan.warnings += [
            Remark(row.number, finding.kind.value, say(finding)) for finding in row.warnings
        ]
        answers = answers_of(row.values, cohort, institutions)
        overlong = too_long(answers)
        if overlong:
            plan.faults.append(Remark(row.number, overlong.kind.value, say(overlong)))
            continue
        application = existing.get(row.values.email)
        if application is None:
            plan.create.append(row)
            continue
        hindrance = _hindrance(application, row)
        if hindrance:
            plan.warnings.append(Remark(row.number, "kept_as_it_is", hindrance))
        changed = {k: v for k, v in answers.items() if getattr(application, k) != v}
        says_the_same = application.imported_digest == digest_of(row.values) or not changed
        if hindrance or (says_the_same and application.stage != Stage.DRAFT):
            plan.skip += 1
        else:
            plan.update.append((application, row, changed))
    plan.faults.sort(key=lambda remark: remark.row)
    plan.warnings += _foreign_days(cohort, intake.rows)
    plan.warnings.sort(key=lambda remark: remark.row)
    return plan


def _hindrance(application: Application, row: Row) -> str:
    """Why an application that exists must stay as it is, or nothing."""
    if application.stage not in STILL_OPEN:
        return _("The application of %(email)s has moved on (%(stage)s) and stays as it is.") % {
            "email": row.values.email,
            "stage": application.get_stage_display(),
        }
    if application.stage != Stage.DRAFT and application.saved_at != application.imported_at:
        return _("%(email)s has saved an application here; it stays as it is.") % {
            "email": row.values.email
        }
    return ""


def _carry_out(plan: Plan, cohort: Cohort, *, by: User | None, now: datetime) -> None:
    """Write the plan: a constant number of statements for each batch of rows."""
    institutions = {row.code: row for row in Institution.objects.all()}
    people = register_people(
        (NewPerson(row.values.email, language_of(row.values)) for row in plan.create),
        by=by,
        now=now,
    )
    created = Application.objects.bulk_create(
        (
            Application(
                cohort=cohort,
                user=people[row.values.email],
                reference=new_reference(),
                created_at=now,
                **of_the_form(row, now),
                **answers_of(row.values, cohort, institutions),
            )
            for row in plan.create
        ),
        batch_size=BATCH,
    )
    events = [audit.event(application, "import", by=by, now=now) for application in created]
    for application, row, changed in plan.update:
        before_submission = application.stage == Stage.DRAFT
        for name, value in (changed | of_the_form(row, now)).items():
            if before_submission or name != "submitted_at":
                setattr(application, name, value)
        application.version += 1
        after = {"fields": sorted(changed)}
        events.append(audit.event(application, "import", by=by, now=now, after=after))
    updated = [application for application, _row, _changed in plan.update]
    if updated:
        Application.objects.bulk_update(updated, WRITTEN, batch_size=BATCH)
    audit.record_many(events)
    drafts = [a for a in (*created, *updated) if a.stage == Stage.DRAFT]
    advance(application_ids=[a.pk for a in drafts], move=Move.SUBMIT, by=by, now=now)
    review_clear_cases(application_ids=[a.pk for a in (*created, *updated)], now=now)
    queue((receipt_for(application) for application in drafts), now=now)


def _foreign_days(cohort: Cohort, rows: Iterable[Row]) -> Iterator[Remark]:
    """Days in the file that are none of the cohort's: perhaps this is another cohort's file."""
    own = {(day.month, day.day) for day in cohort.bootcamp_dates}
    named = {day for row in rows for day in row.values.available_days}
    foreign = sorted(day for day in named if tuple(day) not in own)
    if foreign:
        days = ", ".join(f"{day.month:02}-{day.day:02}" for day in foreign)
        text = _("Days in the file that are not bootcamp days of this cohort: %(days)s.")
        yield Remark(0, "foreign_days", text % {"days": days})


def _fault_remark(fault: RowFault) -> Remark:
    message = " ".join(say(finding) for finding in (fault.finding, *fault.further))
    return Remark(fault.row, fault.kind.value, message)


def _report(intake: Intake, plan: Plan, digest: str, *, confirmed: bool) -> ImportReport:
    return ImportReport(
        rows=intake.data_rows,
        create=len(plan.create),
        update=len(plan.update),
        skip=plan.skip,
        faults=tuple(plan.faults),
        warnings=tuple(plan.warnings),
        encoding=intake.encoding,
        delimiter=intake.delimiter,
        columns=tuple(
            (column.header, LABELS[column.field] if column.field else "")
            for column in intake.columns
        ),
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
    """Keep the original with what it did; a file that changed nothing is not kept again."""
    same = ImportFile.objects.filter(cohort=cohort, sha256=report.sha256)
    if not (report.create or report.update) and same.filter(imported_at__isnull=False).exists():
        same.filter(imported_at__isnull=True).delete()
        return
    kept, _created = ImportFile.objects.update_or_create(
        cohort=cohort,
        sha256=report.sha256,
        imported_at=None,
        create_defaults={
            "name": name[:200],
            "content": content,
            "uploaded_at": now,
            "imported_at": now,
            "imported_by": by,
            "report": report.as_json(),
        },
        defaults={"imported_at": now, "imported_by": by, "report": report.as_json()},
    )
    counts = {key: getattr(report, key) for key in ("rows", "create", "update", "skip")}
    audit.record(kept, "import", by=by, now=now, after=counts | {"sha256": report.sha256})
