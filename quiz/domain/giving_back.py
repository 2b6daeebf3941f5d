"""Staff give time back: minutes to one person, an outage to everybody, a longer window.

An attempt that was closed because its time ran out is opened again when time is given back, as
long as it has not been scored. It then waits for its person, for a day at most, with its clock
standing still. What a person submitted before the time was over stays submitted.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.bulk import insert_rows
from accounts.domain import audit
from accounts.models import User
from applications.domain.cohorts import change_cohort
from applications.models import Cohort
from notifications.domain.outbox import Telling, queue
from notifications.moments import say_instant
from quiz.clock import Span, deadline_of, lost_in, with_pauses
from quiz.domain.arrangements import UnableToArrange, require_reason
from quiz.domain.breaks import locked
from quiz.domain.standing import require_scores_open
from quiz.domain.timekeeping import facts_of, keep_time
from quiz.models import Attempt, GivenTime, Outage, Pause, Quiz, ScoringRun

MOST_MINUTES = 600
COME_BACK_WITHIN = timedelta(hours=24)
LONGEST_OUTAGE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Share:
    """What an outage means for one attempt.

    Attributes:
        lost: working time that the outage took and that no pause has given back yet.
        deadline_at: when the attempt ends if it is given back now; of one that is opened again,
            the latest instant.
        reopens: whether it was closed for want of time, and is opened again.
        stays_closed: it was submitted before its time was over, or has been scored.
    """

    attempt: Attempt
    lost: timedelta
    deadline_at: datetime
    reopens: bool
    stays_closed: bool

    @property
    def minutes(self) -> str:
        """What it gets, with the seconds: `17:00`."""
        minutes, seconds = divmod(0 if self.stays_closed else self.lost.total_seconds(), 60)
        return f"{int(minutes)}:{int(seconds):02}"


def give_minutes(
    *, attempt_id: int, minutes: int, reason: str, by: User, now: datetime
) -> GivenTime:
    """Give minutes to one attempt, open or closed for want of time.

    Raises:
        UnableToArrange: no reason, a number out of range, or the attempt counts no more.
        InputLocked: a list has been published from the scores.
    """
    reason = require_reason(reason)
    if not 1 <= minutes <= MOST_MINUTES:
        raise UnableToArrange(
            _("Give from 1 to %(most)d minutes at a time.") % {"most": MOST_MINUTES}
        )
    with transaction.atomic():
        require_scores_open(attempts=attempt_id, now=now)
        _require_not_scoring(Quiz.objects.select_for_update().get(attempts=attempt_id))
        attempt = locked(attempt_id)
        if _stays_closed(attempt) or attempt.state == Attempt.State.VOID:
            raise UnableToArrange(
                _(
                    "This attempt was submitted, scored or made void. Only one that is open, or "
                    "whose time ran out, can be given time."
                )
            )
        given = GivenTime.objects.create(
            attempt=attempt, minutes=minutes, reason=reason, given_at=now, given_by=by
        )
        audit.record(
            given,
            "give-time",
            by=by,
            now=now,
            after={"attempt": attempt.pk, "minutes": minutes},
            reason=reason,
        )
        _reopen([attempt], now=now, by=by, reason=reason)
        keep_time([attempt], by=by, now=now, reason=reason)
        _tell_reopened([attempt], now=now)
        return given


def shares_of(quiz: Quiz, *, began_at: datetime, ended_at: datetime, now: datetime) -> list[Share]:
    """What an outage means for each attempt that was open then: the preview, and the deed.

    A constant number of queries, however many there are.
    """
    outage = Span(began_at, ended_at)
    attempts = list(
        Attempt.objects.live()
        .filter(quiz=quiz, started_at__lt=ended_at)
        .select_related("quiz__cohort", "application__cohort", "application__user")
        .order_by("pk")
    )
    facts = facts_of(attempts)
    shares = []
    for attempt in attempts:
        known = facts[attempt.pk]
        lost = lost_in(outage, known, closed_at=attempt.closed_at)
        if not lost:
            continue
        stays_closed, reopens = _stays_closed(attempt), _is_over(attempt, now)
        new = with_pauses(known, outage)
        if reopens:
            new = with_pauses(new, Span(attempt.deadline_at, now + COME_BACK_WITHIN))
        shares.append(
            Share(
                attempt=attempt,
                lost=lost,
                deadline_at=attempt.deadline_at if stays_closed else deadline_of(new),
                reopens=reopens and not stays_closed,
                stays_closed=stays_closed,
            )
        )
    return shares


def give_outage_back(
    *,
    quiz_id: int,
    began_at: datetime,
    ended_at: datetime,
    reason: str,
    by: User,
    now: datetime,
) -> Outage:
    """Record an outage and give everybody who was sitting exactly what it took from them, once.

    The same outage again changes nothing; of two that overlap, each minute is given back once.

    Raises:
        UnableToArrange: no reason, or times that cannot be.
        InputLocked: a list has been published from the scores.
    """
    reason = require_reason(reason)
    require_times(began_at, ended_at, now)
    with transaction.atomic():
        require_scores_open(pk=quiz_id, now=now)
        quiz = Quiz.objects.select_for_update().get(pk=quiz_id)
        _require_not_scoring(quiz)
        outage, created = Outage.objects.get_or_create(
            quiz=quiz,
            began_at=began_at,
            ended_at=ended_at,
            defaults={"reason": reason, "recorded_at": now, "recorded_by": by},
        )
        if not created:
            return outage
        # Locked in the order of their ids, before anything is worked out.
        list(
            Attempt.objects.live()
            .filter(quiz=quiz, started_at__lt=ended_at)
            .order_by("pk")
            .select_for_update()
            .values_list("pk")
        )
        shares = shares_of(quiz, began_at=began_at, ended_at=ended_at, now=now)
        attempts = [share.attempt for share in shares if not share.stays_closed]
        insert_rows(
            Pause,
            [
                {
                    "attempt_id": attempt.pk,
                    "kind": Pause.Kind.OUTAGE.value,
                    "started_at": began_at,
                    "until": ended_at,
                    "ended_at": ended_at,
                    "outage_id": outage.pk,
                }
                for attempt in attempts
            ],
        )
        audit.record(
            outage,
            "give-outage-back",
            by=by,
            now=now,
            after={
                "from": began_at.isoformat(),
                "to": ended_at.isoformat(),
                "attempts": len(attempts),
            },
            reason=reason,
        )
        reopened = _reopen(attempts, now=now, by=by, reason=reason)
        keep_time(attempts, by=by, now=now, reason=reason)
        _tell_reopened(reopened, now=now)
        return outage


def extend_window(
    *, quiz_id: int, closes_at: datetime, reason: str, by: User, now: datetime
) -> Quiz:
    """Let the quiz close later; who sits it now with less than the full time gets more at once.

    Raises:
        UnableToArrange: no reason, or it would not be later.
        applications.domain.cohorts.UnableToChangeCohort: the dates would be out of order.
        InputLocked: a list has been published from the scores.
    """
    reason = require_reason(reason)
    with transaction.atomic():
        require_scores_open(pk=quiz_id, now=now)
        quiz = Quiz.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=quiz_id)
        if closes_at <= quiz.closes_at:
            raise UnableToArrange(
                _("The quiz closes on %(at)s now. Give a later time.")
                % {"at": say_instant(quiz.closes_at)}
            )
        values = {"quiz_closes_at": closes_at}
        change_cohort(cohort_id=quiz.cohort_id, values=values, by=by, now=now, reason=reason)
        return Quiz.objects.select_related("cohort").get(pk=quiz_id)


def follow_window(cohort: Cohort, by: User, now: datetime) -> None:
    """After the window has moved: the open attempts follow, in the same transaction."""
    running = (
        Attempt.objects.select_for_update(of=("self",))
        .filter(quiz__cohort=cohort, state=Attempt.State.OPEN)
        .select_related("quiz__cohort")
        .order_by("pk")
    )
    keep_time(list(running), by=by, now=now, reason=_("The window of the quiz has moved."))


def require_times(began_at: datetime, ended_at: datetime, now: datetime) -> None:
    """Refuse an outage that ends before it began, is not over, or is longer than two days."""
    if not began_at < ended_at <= now:
        raise UnableToArrange(
            _("An outage ends after it began, and is over when its time is given back.")
        )
    if ended_at - began_at > LONGEST_OUTAGE:
        raise UnableToArrange(_("An outage of more than two days: set the dates anew instead."))


def _is_over(attempt: Attempt, now: datetime) -> bool:
    return not attempt.is_open or now >= attempt.deadline_at


def _stays_closed(attempt: Attempt) -> bool:
    """Whether its person submitted it before the time was over, or it has been scored."""
    if attempt.state == Attempt.State.SCORED:
        return True
    return attempt.closed_at is not None and attempt.closed_at < attempt.deadline_at


def _reopen(attempts: Iterable[Attempt], *, by: User, now: datetime, reason: str) -> list[Attempt]:
    """Open those again whose time had run out; they wait for their person."""
    over = [attempt for attempt in attempts if _is_over(attempt, now)]
    until = now + COME_BACK_WITHIN
    insert_rows(
        Pause,
        [
            {
                "attempt_id": attempt.pk,
                "kind": Pause.Kind.REOPENED.value,
                "started_at": attempt.deadline_at,
                "until": until,
            }
            for attempt in over
        ],
    )
    events = []
    for attempt in over:
        events.append(
            audit.event(
                attempt,
                "reopen-attempt",
                by=by,
                now=now,
                before={"state": attempt.state},
                after={"state": Attempt.State.OPEN.value, "until": until.isoformat()},
                reason=reason,
            )
        )
        attempt.state = Attempt.State.OPEN
        attempt.closed_at = attempt.submitted_at = None
        attempt.paused_until = until
        attempt.reopened += 1
    audit.record_many(events)
    return over


def _tell_reopened(attempts: Collection[Attempt], *, now: datetime) -> None:
    queue(
        [
            Telling(
                person=attempt.application.user,
                kind="quiz-reopened",
                run=f"quiz:{attempt.application.reference}:{attempt.number}:{attempt.reopened}",
                variables={
                    "name": attempt.application.called,
                    "cohort": attempt.application.cohort,
                    "reference": attempt.application.reference,
                    "minutes": int(attempt.left(now).total_seconds() // 60),
                    "until": attempt.paused_until,
                },
            )
            for attempt in attempts
            if attempt.is_paused(now)
        ],
        now=now,
    )


def _require_not_scoring(quiz: Quiz) -> None:
    if quiz.scoring_runs.filter(state=ScoringRun.State.RUNNING).exists():
        raise UnableToArrange(_("The quiz is being scored. Try again when that is done."))
