"""What a row of a file changes in an application that exists, written with what was there before.

As when a person edits: the answers before and after are kept as versions, and a new doubt sends an
eligible application back to staff. In a constant number of statements, however many rows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from accounts.bulk import insert_rows
from accounts.domain import audit
from accounts.models import User
from applications.answers import machine_values
from applications.domain.imported_rows import ANSWERED_BY, of_the_file, of_the_submission
from applications.domain.review import doubts_about, pass_clear_cases
from applications.domain.stages import advance_locked
from applications.intake import Row
from applications.lifecycle import Move
from applications.models import Application, Cohort, Stage, Submission

DECLARED = ("submitted_at", "honour_code_at", "privacy_notice_at", "privacy_notice_version")
RENEWED = ("version", "saved_at", "imported_at", "imported_digest")
WRITTEN = (*ANSWERED_BY, *DECLARED, *RENEWED, "rules")


@dataclass(frozen=True, slots=True)
class Update:
    """An application, locked, the row that speaks of it, and the answers that the row changes."""

    application: Application
    row: Row
    changed: Mapping[str, Any]

    @property
    def submits(self) -> bool:
        """Whether the row makes a submission of an empty draft."""
        return self.application.stage == Stage.DRAFT


def write_updates(
    updates: Sequence[Update], cohort: Cohort, *, by: User | None, now: datetime
) -> tuple[list[Application], list[Application]]:
    """Write what rows change; return the drafts that are submitted now, and the others."""
    drafts = [each for each in updates if each.submits]
    others = [each for each in updates if not each.submits]
    answered = [each.application for each in others]
    versions = _newest_versions(answered)
    doubts = {application.pk: set(doubts_about(application)) for application in answered}
    before = {application.pk: machine_values(application) for application in answered}
    kept = [
        _version(application, 1, before[application.pk], application.submitted_at or now)
        for application in answered
        if application.pk not in versions
    ]
    events = [_submit(each, cohort, by=by, now=now) for each in drafts]
    for each in others:
        application = each.application
        number = versions.get(application.pk, 1) + 1
        _set(application, each.changed, of_the_file(each.row, now))
        after = machine_values(application)
        kept.append(_version(application, number, after, now))
        events.append(
            audit.event(
                application,
                "import",
                by=by,
                now=now,
                before={"answers": {name: before[application.pk][name] for name in each.changed}},
                after={
                    "fields": sorted(each.changed),
                    "submission": number,
                    "answers": {name: after[name] for name in each.changed},
                },
            )
        )
    submitted = [each.application for each in drafts]
    _save(submitted, WRITTEN)
    _save(answered, {*RENEWED, *(name for each in others for name in each.changed)})
    insert_rows(Submission, kept)
    audit.record_many(events)
    advance_locked(submitted, move=Move.SUBMIT, by=by, now=now)
    pass_clear_cases([*submitted, *answered], now=now)
    doubtful = [
        application
        for application in answered
        if application.stage == Stage.ELIGIBLE
        and set(doubts_about(application)) - doubts[application.pk]
    ]
    advance_locked(doubtful, move=Move.RECONSIDER, by=by, now=now)
    return submitted, answered


def _submit(update: Update, cohort: Cohort, *, by: User | None, now: datetime) -> dict[str, Any]:
    """Fill an empty draft with what the row says; return what the trail says."""
    application, row = update.application, update.row
    _set(application, update.changed, of_the_submission(row, now), of_the_file(row, now))
    application.rules = cohort.rules
    after = {"fields": sorted(update.changed)} | untimed(row)
    return audit.event(application, "import", by=by, now=now, after=after)


def untimed(row: Row) -> dict[str, str]:
    """What the trail says of a submission whose time is that of the import."""
    return {} if row.values.submitted_at else {"submitted_at": "not said"}


def _save(applications: Sequence[Application], fields: Collection[str]) -> None:
    """Write some fields; each field of each row is a part of the statement, so no others."""
    if applications:
        Application.objects.bulk_update(applications, sorted(fields))


def _set(application: Application, *groups: Mapping[str, Any]) -> None:
    for values in groups:
        for name, value in values.items():
            setattr(application, name, value)
    application.version += 1


def _newest_versions(applications: Sequence[Application]) -> dict[int, int]:
    kept = Submission.objects.filter(application__in=applications).order_by()
    return dict(kept.values_list("application").annotate(newest=Max("number")))


def _version(
    application: Application, number: int, answers: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """A row of `Submission`, as `applying.keep_version` writes it."""
    rules = application.rules
    return {
        "application_id": application.pk,
        "number": number,
        "at": at,
        "answers": answers | {"rules": rules.number if rules else None},
    }
