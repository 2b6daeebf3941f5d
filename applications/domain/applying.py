"""Start, save, submit, withdraw: what an applicant does with an application."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.domain.review import doubts_about, pass_clear_cases, reconsider
from applications.domain.stages import advance_locked
from applications.lifecycle import Move
from applications.models import AccessRequest, Application, Cohort, Consent, Stage
from notifications.domain.outbox import Telling, queue
from notifications.moments import say_instant

PRIVACY_NOTICE_VERSION = "2026-11"
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
        _require_open(cohort, now)
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
    *, application_id: int, version: int, answers: Mapping[str, Any], by: User, now: datetime
) -> Application:
    """Save answers to a draft or, until the close, to a submitted application.

    Args:
        version: of the application as the page showed it.
        answers: some of `EDITABLE`, already of the field's type.

    Raises:
        SavedElsewhere: the application has another version by now.
        UnableToApply: it is too late, or the application has moved on.
    """
    with transaction.atomic():
        application = _locked(application_id)
        _require_open(application.cohort, now)
        if application.stage not in CHANGEABLE:
            raise UnableToApply(_("This application can no longer be changed."))
        changed = {
            name: answers[name]
            for name in EDITABLE
            if name in answers and getattr(application, name) != answers[name]
        }
        if not changed:
            return application
        if application.version != version:
            raise SavedElsewhere(
                _(
                    "This application was changed in another window or on another device. "
                    "Nothing was overwritten: your text is still here. Reload to see the other one."
                )
            )
        doubts = doubts_about(application)
        for name, value in changed.items():
            setattr(application, name, value)
        if application.stage != Stage.DRAFT:
            _require_complete(application)
        application.version += 1
        application.saved_at = now
        application.save(update_fields=[*changed, "version", "saved_at"])
        if application.stage != Stage.DRAFT:
            audit.record(application, "edit", by=by, now=now, after={"fields": sorted(changed)})
            reconsider(application, before=doubts, by=by, now=now)
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
) -> Application:
    """Submit, once: a second call returns the application as it is, with the same receipt.

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
        _require_open(application.cohort, now)
        _require_complete(application)
        if not (honour_code and privacy_notice):
            raise UnableToApply(
                _("Please accept the honour code and confirm that you have read the notice.")
            )
        application.honour_code_at = application.privacy_notice_at = now
        application.privacy_notice_version = PRIVACY_NOTICE_VERSION
        application.submitted_at = application.saved_at = now
        application.rules = application.cohort.rules
        application.save(update_fields=DECLARED)
        give_consents(application=application, purposes=consents, language=language, now=now)
        advance_locked([application], move=Move.SUBMIT, by=by, now=now)
        queue([receipt_for(application)], now=now)
        pass_clear_cases([application], now=now)
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
        queue(
            [
                Telling(
                    person=application.user,
                    kind="application-withdrawn",
                    run=f"application:{application.reference}:withdrawn:{application.version}",
                    topic=f"application:{application.reference}",
                    variables={
                        "name": application.called,
                        "cohort": str(application.cohort),
                        "reference": application.reference,
                    },
                )
            ],
            now=now,
        )
        return application


def request_access(*, application_id: int, needs: str, by: User, now: datetime) -> None:
    """Record what somebody needs, in the table that only those who arrange it may read."""
    with transaction.atomic():
        application = _locked(application_id)
        written = needs.strip()
        asked = AccessRequest.objects.filter(application=application).first()
        if (asked.needs if asked else "") == written:
            return
        if written:
            AccessRequest.objects.update_or_create(
                application=application, defaults={"needs": written, "requested_at": now}
            )
        elif asked:
            asked.delete()
        audit.record(application, "request-access", by=by, now=now)


def give_consents(
    *, application: Application, purposes: tuple[str, ...], language: str, now: datetime
) -> None:
    """Record the optional consents that were ticked, and withdraw those that no longer are."""
    live = Consent.objects.filter(application=application, withdrawn_at__isnull=True)
    have = set(live.values_list("purpose", flat=True))
    if have.difference(purposes):
        live.exclude(purpose__in=purposes).update(withdrawn_at=now)
    Consent.objects.bulk_create(
        Consent(
            application=application,
            purpose=Consent.Purpose(purpose),
            text_version=PRIVACY_NOTICE_VERSION,
            language=language,
            given_at=now,
        )
        for purpose in purposes
        if purpose not in have
    )


def missing_answers(application: Application) -> list[str]:
    """The names of required fields that are still empty."""
    missing = [name for name in REQUIRED_TO_SUBMIT if not getattr(application, name)]
    if not (application.institution_id or application.institution_other):
        missing.append("institution")
    return missing


def new_reference() -> str:
    """A short reference that cannot be guessed and is easily read aloud: 39 bits."""
    return "DTT-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))


def receipt_for(application: Application) -> Telling:
    """What an applicant is told when the application has arrived; once for each application."""
    return Telling(
        person=application.user,
        kind="application-received",
        run=f"application:{application.reference}:submitted",
        topic=f"application:{application.reference}",
        variables={
            "name": application.called,
            "cohort": str(application.cohort),
            "reference": application.reference,
            "quiz_opens_at": application.cohort.quiz_opens_at,
            "quiz_closes_at": application.cohort.quiz_closes_at,
            "applications_close_at": application.cohort.applications_close_at,
        },
    )


def _locked(application_id: int) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("cohort__rules", "rules", "user")
        .get(pk=application_id)
    )


def may_change(application: Application, now: datetime) -> bool:
    """Whether `save_draft` would take an answer now."""
    cohort = application.cohort
    is_open = cohort.applications_open_at <= now < cohort.applications_close_at
    return is_open and application.stage in CHANGEABLE


def _require_complete(application: Application) -> None:
    missing = missing_answers(application)
    if missing:
        named = {field.name: str(field.verbose_name) for field in Application._meta.fields}
        labels = ", ".join(named[name] for name in missing)
        raise UnableToApply(_("Please answer first: %(fields)s.") % {"fields": labels})


def _require_open(cohort: Cohort, now: datetime) -> None:
    if now < cohort.applications_open_at:
        raise UnableToApply(
            _("Applications open on %(at)s.") % {"at": say_instant(cohort.applications_open_at)}
        )
    if now >= cohort.applications_close_at:
        raise UnableToApply(
            _("Applications closed on %(at)s.") % {"at": say_instant(cohort.applications_close_at)}
        )
