"""Who has an application in hand. Two reviewers never decide about one at the same moment.

A claim lapses by itself, so nobody blocks anybody for ever. Every function locks the application's
row before it looks at the claim; `take_next` skips rows that somebody else is locking.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import User
from applications.models import Application, ReviewClaim
from applications.queries import waiting_for_review
from notifications.moments import say_time

HELD_FOR = timedelta(minutes=10)


class UnableToClaim(Refused):
    """Somebody else has this application in hand; the message says who and until when."""


def take_next(
    *, by: User, now: datetime, cohort_id: int | None = None, after: int | None = None
) -> Application | None:
    """Take the application that has waited longest and that nobody has in hand.

    What this reviewer has in hand already comes first, unless it is `after`: that one is given
    back, the search goes on behind it, and begins again at the front when nothing follows.

    Args:
        cohort_id: take from this cohort alone; from all if None.
    """
    with transaction.atomic():
        left = Application.objects.filter(pk=after).first() if after else None
        if left:
            ReviewClaim.objects.filter(application=left, reviewer=by).delete()
        queue = waiting_for_review(cohort_id).exclude(user=by)
        if left is None:
            mine = queue.filter(review_claim__reviewer=by, review_claim__expires_at__gt=now)
            return _take_first(mine, by=by, now=now) or _take_first(queue, by=by, now=now)
        if left.submitted_at is None:
            return _take_first(queue.exclude(pk=left.pk), by=by, now=now)
        at = left.submitted_at
        behind = Q(submitted_at__gt=at) | Q(submitted_at=at, pk__gt=left.pk)
        return _take_first(queue.filter(behind), by=by, now=now) or _take_first(
            queue.exclude(pk=left.pk), by=by, now=now
        )


def hold(*, application_id: int, by: User, now: datetime) -> ReviewClaim:
    """Take an application in hand, or keep it for another while.

    Raises:
        UnableToClaim: somebody else has it.
    """
    with transaction.atomic():
        Application.objects.select_for_update().get(pk=application_id)
        claim = _claim(application_id)
        if claim and claim.expires_at > now and claim.reviewer_id != by.pk:
            raise UnableToClaim(_held(claim))
        return _write(application_id, claim, by=by, now=now)


def give_back(*, by: User, but: int | None = None, application_id: int | None = None) -> None:
    """Give one application back, or all that this reviewer has in hand `but` one."""
    claims = ReviewClaim.objects.filter(reviewer=by)
    if application_id:
        claims = claims.filter(application=application_id)
    claims.exclude(application=but).delete()


def require_claim(application_id: int, *, by: User, now: datetime) -> ReviewClaim:
    """The reviewer's live claim on an application that the caller has locked.

    Raises:
        UnableToClaim: there is none, or it is somebody else's.
    """
    claim = _claim(application_id)
    if claim is None or claim.expires_at <= now:
        raise UnableToClaim(
            _("You no longer have this application in hand, so nothing was decided. Look again.")
        )
    if claim.reviewer_id != by.pk:
        raise UnableToClaim(_held(claim))
    return claim


def _claim(application_id: int) -> ReviewClaim | None:
    claims = ReviewClaim.objects.filter(application=application_id)
    return claims.select_related("reviewer").first()


def _take_first(queue: QuerySet[Application], *, by: User, now: datetime) -> Application | None:
    taken = ReviewClaim.objects.filter(application=OuterRef("pk"), expires_at__gt=now)
    free = queue.exclude(Exists(taken.exclude(reviewer=by)))
    while application := free.select_for_update(of=("self",), skip_locked=True).first():
        # Somebody may have taken and committed between the look and the lock.
        claim = _claim(application.pk)
        if claim is None or claim.expires_at <= now or claim.reviewer_id == by.pk:
            _write(application.pk, claim, by=by, now=now)
            return application
    return None


def _write(
    application_id: int, found: ReviewClaim | None, *, by: User, now: datetime
) -> ReviewClaim:
    """Keep the reviewer's claim, or put it in the place of one that has lapsed."""
    until = now + HELD_FOR
    if found is None:
        return ReviewClaim.objects.create(
            application_id=application_id, reviewer=by, taken_at=now, expires_at=until
        )
    if found.reviewer_id != by.pk:
        found.reviewer, found.taken_at = by, now
    found.expires_at = until
    found.save(update_fields=["reviewer", "taken_at", "expires_at"])
    return found


def _held(claim: ReviewClaim) -> str:
    return _("%(who)s has this application in hand until %(until)s.") % {
        "who": claim.reviewer,
        "until": say_time(claim.expires_at),
    }
