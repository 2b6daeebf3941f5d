"""Start, save, submit, withdraw: what an applicant does with an application."""

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.answers import machine_values, written_out
from applications.domain.consents import accept_required, give_consents, notice_version
from applications.domain.duplicates import look_for_duplicates
from applications.domain.lateness import closes_at, closes_for
from applications.domain.restoring import RESTORABLE_FOR
from applications.domain.review import doubts_about, pass_clear_cases, reconsider
from applications.domain.stages import advance_locked
from applications.lifecycle import STEPS, Move
from applications.models import Application, Cohort, Stage, Submission
from notifications.domain.outbox import Telling, queue, void_unsent
from notifications.moments import say_instant

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CHANGEABLE = frozenset({Stage.DRAFT, Stage.SUBMITTED, Stage.ELIGIBLE})
EDITABLE = (
    "surname_en",
    "given_en",
    "preferred_name",
    "name_zh",
    "mobile",
    "institution",
    "institution_other",
    "study_programme",
    "discipline",
    "level",
    "status",
    "completion_on",
    "python_rating",
    "prior_learning",
    "evidence_url",
    "motivation",
    "track",
    "available_days",
    "conflicts",
    "source",
    "is_adult",
)
DECLARED = (
    "honour_code_at",
    "privacy_notice_at",
    "privacy_notice_version",
    "rules",
    "submitted_at",
    "saved_at",
)
REQUIRED_TO_SUBMIT = (
    "surname_en",
    "level",
    "status",
    "completion_on",
    "track",
    "study_programme",
)


class UnableToApply(Refused):
    """The application cannot be started, saved or submitted; the message says why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page showed when it was made: the names of its answers, and their `fingerprint`."""

    names: tuple[str, ...]
    digest: str


class SavedElsewhere(UnableToApply):
    """Another tab or device has saved since this one read; nothing was overwritten."""


def start_application(*, cohort_id: int, by: User, now: datetime) -> Application:
    """Begin a draft, or return the one this person has in this cohort.

    Raises:
        UnableToApply: the cohort does not take applications now.
    """
    with transaction.atomic():
        cohort = Cohort.objects.get(pk=cohort_id)
        existing = Application.objects.filter(cohort=cohort, user=by).first()
        if existing:
            return existing
        _require_open(cohort, by.pk, now)
        try:
            with transaction.atomic():
                application = Application.objects.create(
                    cohort=cohort,
                    user=by,
                    reference=new_reference(),
                    created_at=now,
                    saved_at=now,
                    preferred_name=by.preferred_name,
                )
        except IntegrityError:  # begun in another window at this very moment
            return Application.objects.get(cohort=cohort, user=by)
        audit.record(application, "start", by=by, now=now)
        return application


def save_draft(
    *,
    application_id: int,
    version: int,
    answers: Mapping[str, Any],
    by: User,
    now: datetime,
    seen: Seen | None = None,
) -> Application:
    """Save answers to a draft or, until the close, to a submitted application.

    Args:
        version: of the application as the page showed it.
        answers: some of `EDITABLE`, already of the field's type.
        seen: the page's own answers when it was made. Where they are still stored like that, what
            was saved meanwhile is none of them, and nothing can be overwritten.

    Raises:
        SavedElsewhere: the application has another version by now.
        UnableToApply: it is too late, or the application has moved on.
    """
    with transaction.atomic():
        application = _locked(application_id)
        _require_open(application.cohort, application.user_id, now)
        if application.stage not in CHANGEABLE:
            raise UnableToApply(_("This application can no longer be changed."))
        changed = {
            name: answers[name]
            for name in EDITABLE
            if name in answers and getattr(application, name) != answers[name]
        }
        current = application.version == version or (
            seen is not None
            and set(answers) <= set(seen.names)
            and seen.digest == fingerprint(application, seen.names)
        )
        whole = seen is None or set(answers) == set(seen.names)
        if not changed and (whole or current):
            return application
        if not current:
            raise SavedElsewhere(
                _(
                    "This application was changed in another window or on another device. "
                    "Nothing was overwritten: your text is still here. Reload to see the other one."
                )
            )
        doubts = doubts_about(application)
        if application.stage != Stage.DRAFT and not application.submissions.exists():
            keep_version(application, now=application.submitted_at or now)  # came from a file
        for name, value in changed.items():
            setattr(application, name, value)
        if application.stage != Stage.DRAFT:
            _require_complete(application)
        application.version += 1
        application.saved_at = now
        application.save(update_fields=[*changed, "version", "saved_at"])
        if application.stage != Stage.DRAFT:
            kept = keep_version(application, now=now)
            after = {"fields": sorted(changed), "submission": kept.number}
            audit.record(application, "edit", by=by, now=now, after=after)
            reconsider(application, before=doubts, by=by, now=now)
            if "mobile" in changed:
                look_for_duplicates(application_ids=[application.pk], now=now)
        return application


def submit_application(
    *,
    application_id: int,
    by: User,
    now: datetime,
    honour_code: bool,
    privacy_notice: bool,
    consents: tuple[str, ...] = (),
    language: str = "en",
    shown: Collection[int] | None = None,
) -> Application:
    """Submit, once: a second call returns the application as it is, with the same receipt.

    Args:
        language: in which the texts were read.
        shown: the ids of the texts that the page showed; None for those in force.

    Raises:
        UnableToApply: it is too late, a required answer is missing, or a declaration is not made.
    """
    with transaction.atomic():
        application = _locked(application_id)
        if application.stage == Stage.WITHDRAWN:
            raise UnableToApply(
                _("You have withdrawn this application. If that was a mistake, write to us.")
            )
        if application.stage != Stage.DRAFT:
            return application
        _require_open(application.cohort, application.user_id, now)
        _require_complete(application)
        if not (honour_code and privacy_notice):
            raise UnableToApply(
                _("Please accept the honour code and confirm that you have read the notice.")
            )
        application.honour_code_at = application.privacy_notice_at = now
        application.privacy_notice_version = notice_version()
        application.submitted_at = application.saved_at = now
        application.rules = application.cohort.rules
        application.save(update_fields=DECLARED)
        accept_required(application=application, language=language, now=now, shown=shown)
        give_consents(application=application, purposes=consents, language=language, now=now)
        keep_version(application, now=now)
        advance_locked([application], move=Move.SUBMIT, by=by, now=now)
        queue([receipt_for(application, answers=_Copy(application))], now=now)
        pass_clear_cases([application], now=now)
        look_for_duplicates(application_ids=[application.pk], now=now)
        return application


def withdraw_application(
    *, application_id: int, by: User, now: datetime, reason: str = ""
) -> Application:
    """Withdraw; doing so twice changes nothing."""
    with transaction.atomic():
        application = _locked(application_id)
        if application.stage == Stage.WITHDRAWN:
            return application
        advance_locked([application], move=Move.WITHDRAW, by=by, now=now, reason=reason)
        void_unsent(person_id=application.user_id, topics=_topics(application))
        queue(
            [
                Telling(
                    person=application.user,
                    kind="application-withdrawn",
                    run=f"application:{application.reference}:withdrawn:{application.version}",
                    topic=f"application:{application.reference}",
                    variables={
                        "name": application.called,
                        "cohort": application.cohort,
                        "reference": application.reference,
                        "contact": application.cohort.programme.contact_email,
                        "undo_until": now + RESTORABLE_FOR,
                    },
                )
            ],
            now=now,
        )
        return application


def missing_answers(application: Application) -> list[str]:
    """The names of required fields that are still empty."""
    missing = [name for name in REQUIRED_TO_SUBMIT if not getattr(application, name)]
    if not (application.institution_id or application.institution_other):
        missing.append("institution")
    return missing


def new_reference() -> str:
    """A short reference that cannot be guessed and is easily read aloud: 39 bits."""
    return "DTT-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))


def fingerprint(application: Application, names: Iterable[str]) -> str:
    """A short digest of some answers as they are stored; changes when one of them does."""
    stored = [[name, str(getattr(application, name))] for name in sorted(names)]
    return hashlib.sha256(json.dumps(stored).encode()).hexdigest()[:24]


def keep_version(application: Application, *, now: datetime) -> Submission:
    """Put the answers of a locked application on record, as the next version of what was sent."""
    newest = application.submissions.aggregate(newest=Max("number"))["newest"] or 0
    rules = application.rules
    return Submission.objects.create(
        application=application,
        number=newest + 1,
        at=now,
        answers=machine_values(application) | {"rules": rules.number if rules else None},
    )


def receipt_for(application: Application, *, answers: object = "") -> Telling:
    """What an applicant is told when the application has arrived; once for each application.

    Args:
        answers: what its text is the copy of the answers; nothing where they came from elsewhere.
    """
    return Telling(
        person=application.user,
        kind="application-received",
        run=f"application:{application.reference}:submitted",
        topic=f"application:{application.reference}",
        variables={
            "name": application.called,
            "cohort": application.cohort,
            "reference": application.reference,
            "quiz_opens_at": application.cohort.quiz_opens_at,
            "quiz_closes_at": application.cohort.quiz_closes_at,
            "shortlist_at": application.cohort.shortlist_at,
            "applications_close_at": closes_for(application)
            if answers
            else application.cohort.applications_close_at,
            "answers": answers,
        },
    )


class _Copy:
    """The answers, written out when the letter is, in the language of its reader."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __str__(self) -> str:
        return written_out(self.application)


def _topics(application: Application) -> list[str]:
    """What the house writes about this application, under the names that the rooms give it."""
    reference, cohort = application.reference, application.cohort
    return [
        *(f"{about}:{reference}" for about in ("application", "access", "project", "ranking")),
        *(f"{about}:{cohort.slug}" for about in ("timetable", "match")),
        *(f"selection:{cohort.pk}:{step}" for step in STEPS),
        f"late-access:{cohort.pk}",
    ]


def _locked(application_id: int) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("cohort__rules", "cohort__programme", "institution", "rules", "user")
        .get(pk=application_id)
    )


def may_change(application: Application, now: datetime) -> bool:
    """Whether `save_draft` would take an answer now."""
    opens = application.cohort.applications_open_at
    return application.stage in CHANGEABLE and opens <= now < closes_for(application)


def _require_complete(application: Application) -> None:
    missing = missing_answers(application)
    if missing:
        named = {field.name: str(field.verbose_name) for field in Application._meta.fields}
        labels = ", ".join(named[name] for name in missing)
        raise UnableToApply(_("Please answer first: %(fields)s.") % {"fields": labels})


def _require_open(cohort: Cohort, user_id: int, now: datetime) -> None:
    if now < cohort.applications_open_at:
        raise UnableToApply(
            _("Applications open on %(at)s.") % {"at": say_instant(cohort.applications_open_at)}
        )
    if now < cohort.applications_close_at:
        return
    close = closes_at(cohort, user_id)
    if now >= close:
        raise UnableToApply(_("Applications closed on %(at)s.") % {"at": say_instant(close)})
