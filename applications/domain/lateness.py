"""Late access: one person may apply, or change an application, until later than everybody else."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.impartial import require_another
from accounts.errors import Refused
from accounts.models import User
from applications.domain.locking import require_open
from applications.locks import ELIGIBILITY
from applications.models import Application, Cohort, LateAccess
from applications.models.deadlines import until_the_minute_is_over
from notifications.domain.outbox import Telling, queue
from notifications.moments import say_instant


class UnableToExtend(Refused):
    """Nothing was changed; the message says why."""


def closes_at(cohort: Cohort, user_id: int | None) -> datetime:
    """Until when this person may apply and change: the cohort's close or, if later, their own."""
    if user_id is None:
        return cohort.applications_close_at
    live = LateAccess.objects.filter(cohort=cohort, user_id=user_id, ended_at__isnull=True)
    own = live.values_list("until", flat=True).first()
    return max(cohort.applications_close_at, own) if own else cohort.applications_close_at


def closes_for(application: Application) -> datetime:
    """The same for an application; no query where `applications_of` has read it."""
    known: datetime | None = application.__dict__.get("late_until")
    if "late_until" not in application.__dict__:
        return closes_at(application.cohort, application.user_id)
    close = application.cohort.applications_close_at
    return max(close, known) if known else close


def give_late_access(
    *, cohort_id: int, user_id: int, until: datetime, reason: str, by: User, now: datetime
) -> LateAccess:
    """Let one person apply until later; a second extension takes the place of the first.

    Raises:
        AboutOneself: the extension would be one's own.
        UnableToExtend: no reason, or `until` is over, not later than the cohort's own close, or
            later than the quiz closes.
        InputLocked: the list that the application would wait for has been published.
    """
    until = until_the_minute_is_over(until)
    if not reason.strip():
        raise UnableToExtend(_("Give a reason: it is kept with the extension."))
    require_another(by, [user_id])
    with transaction.atomic():
        require_open(cohort_id=cohort_id, part=ELIGIBILITY, now=now)
        # Whoever extends the same person at this moment waits here; foreign keys do not.
        person = User.objects.select_for_update(no_key=True).get(pk=user_id)
        cohort = Cohort.objects.get(pk=cohort_id)
        _check(cohort, until, now)
        live = LateAccess.objects.filter(cohort=cohort, user=person, ended_at__isnull=True).first()
        if live:
            if live.until == until:
                return live
            _end(live, by=by, now=now)
        late = LateAccess.objects.create(
            cohort=cohort,
            user=person,
            until=until,
            reason=reason.strip(),
            given_at=now,
            given_by=by,
        )
        audit.record(
            late,
            "give-late-access",
            by=by,
            now=now,
            before={"until": live.until.isoformat()} if live else {},
            after={"until": until.isoformat(), "person": person.pk, "cohort": cohort.slug},
            reason=late.reason,
        )
        queue([_letter(late)], now=now)
        return late


def end_late_access(*, late_access_id: int, by: User, now: datetime) -> LateAccess:
    """Take an extension back; doing so twice changes nothing. What was saved stays saved."""
    with transaction.atomic():
        late = LateAccess.objects.select_for_update().get(pk=late_access_id)
        if late.ended_at is None:
            _end(late, by=by, now=now)
        return late


def _check(cohort: Cohort, until: datetime, now: datetime) -> None:
    if until <= now:
        raise UnableToExtend(_("The new time must lie ahead."))
    if until <= cohort.applications_close_at:
        raise UnableToExtend(
            _("The new time must be later than the close for everybody, %(at)s.")
            % {"at": say_instant(cohort.applications_close_at)}
        )
    if until > cohort.quiz_closes_at:
        raise UnableToExtend(
            _("The quiz closes on %(at)s; who applies later could not take it.")
            % {"at": say_instant(cohort.quiz_closes_at)}
        )


def _end(late: LateAccess, *, by: User, now: datetime) -> None:
    late.ended_at = now
    late.save(update_fields=["ended_at"])
    audit.record(late, "end-late-access", by=by, now=now, before={"until": late.until.isoformat()})


def _letter(late: LateAccess) -> Telling:
    return Telling(
        person=late.user,
        kind="application-extended",
        run=f"late-access:{late.pk}",
        topic=f"late-access:{late.cohort_id}",
        variables={
            "cohort": late.cohort,
            "cohort_slug": late.cohort.slug,
            "until": late.until,
            "contact": late.cohort.programme.contact_email,
        },
    )
