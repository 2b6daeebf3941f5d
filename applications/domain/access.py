"""What somebody needs to sit the quiz or attend: asked, read and decided, apart from all else.

The trail says that somebody asked, read or decided, and never what was needed; it says so of the
request and not of the application, so that who reads the story of an application does not find it.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.lifecycle import LEFT
from applications.models import AccessRequest, Application
from notifications.domain.outbox import Telling, queue
from notifications.moments import HONG_KONG, say_instant

ANSWER_WITHIN = 2  # working days
SATURDAY = 5


class UnableToArrange(Refused):
    """Nothing was changed; the message says why."""


def may_ask(application: Application, now: datetime) -> bool:
    """Whether `request_access` would take a request now."""
    return application.stage not in LEFT and now < application.cohort.quiz_closes_at


def request_access(*, application_id: int, needs: str, by: User, now: datetime) -> None:
    """Record what somebody needs, in the table that only those who arrange it may read.

    A changed request is decided anew; an empty one takes the request back.

    Raises:
        UnableToArrange: the quiz has closed, or the person has left the cohort.
    """
    with transaction.atomic():
        application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("cohort")
            .get(pk=application_id)
        )
        written = needs.strip()
        asked = AccessRequest.objects.filter(application=application).first()
        if (asked.needs if asked else "") == written:
            return
        if application.stage in LEFT:
            raise UnableToArrange(_("This application can no longer be changed."))
        if not may_ask(application, now):
            raise UnableToArrange(
                _("The quiz closed on %(at)s. For what you need later, write to us.")
                % {"at": say_instant(application.cohort.quiz_closes_at)}
            )
        if written:
            asked, _new = AccessRequest.objects.update_or_create(
                application=application,
                defaults={
                    "needs": written,
                    "requested_at": now,
                    "state": AccessRequest.State.ASKED,
                    "decided_at": None,
                    "decided_by": None,
                },
            )
            audit.record(asked, "request-access", by=by, now=now)
        elif asked:
            audit.record(asked, "take-access-request-back", by=by, now=now)
            asked.delete()


def read_request(*, access_request_id: int, by: User, now: datetime) -> AccessRequest:
    """Open a request to arrange what it asks for; that it was read is on record."""
    with transaction.atomic():
        asked = AccessRequest.objects.select_related(
            "application__cohort", "application__user", "decided_by"
        ).get(pk=access_request_id)
        audit.record(asked, "read-access-request", by=by, now=now)
        return asked


def decide_access(
    *,
    access_request_id: int,
    granted: bool,
    arrangement: str,
    requested_at: datetime,
    by: User,
    now: datetime,
) -> AccessRequest:
    """Say what is arranged, or that it cannot be and why, in words for the person.

    Args:
        requested_at: of the request as it was read, so that nobody answers an older wording.

    Raises:
        UnableToArrange: no words, taken back or worded anew meanwhile, or one's own request.
    """
    if not arrangement.strip():
        raise UnableToArrange(_("Write what is arranged: the person reads it on their page."))
    with transaction.atomic():
        asked = (
            AccessRequest.objects.select_for_update(of=("self",))
            .select_related("application__cohort__programme", "application__user")
            .filter(pk=access_request_id)
            .first()
        )
        if asked is None:
            raise UnableToArrange(_("The person has taken this request back."))
        if asked.requested_at != requested_at:
            raise UnableToArrange(_("The person has changed this request. Read it again."))
        if asked.application.user_id == by.pk:
            raise UnableToArrange(_("Somebody else must decide about your own request."))
        state = AccessRequest.State.GRANTED if granted else AccessRequest.State.REFUSED
        if (asked.state, asked.arrangement) == (state, arrangement.strip()):
            return asked
        asked.state, asked.arrangement = state, arrangement.strip()
        asked.decided_at, asked.decided_by = now, by
        asked.save(update_fields=["state", "arrangement", "decided_at", "decided_by"])
        application = asked.application
        audit.record(asked, "answer-access-request", by=by, now=now)
        queue(
            [
                Telling(
                    person=application.user,
                    kind="access-decided",
                    run=f"access:{application.reference}:{now:%Y%m%d%H%M%S%f}",
                    topic=f"access:{application.reference}",
                    variables={
                        "name": application.called,
                        "cohort": application.cohort,
                        "reference": application.reference,
                        "contact": application.cohort.programme.contact_email,
                    },
                )
            ],
            now=now,
        )
        return asked


def undecided_requests(cohort_id: int, now: datetime) -> frozenset[int]:
    """The applications of a cohort whose request has no answer, however long it has waited."""
    asked = AccessRequest.objects.filter(
        state=AccessRequest.State.ASKED, application__cohort=cohort_id
    )
    return frozenset(asked.values_list("application", flat=True))


def answer_due_on(requested_at: datetime) -> date:
    """The day by which a request is answered: two working days after the one it came on.

    Monday to Friday; who answers knows the public holidays.
    """
    day, left = requested_at.astimezone(HONG_KONG).date(), ANSWER_WITHIN
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day
