"""Where a person stands, in five steps and four sentences. For the home page, the mail and staff.

What is said depends on the stage, the calendar, what has been published before its time, and the
clock. A decision that has not been published is not in the stage yet, so nothing said here can give
it away.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.domain.lateness import closes_for
from applications.models import Application, Cohort, Stage
from notifications.moments import HONG_KONG


class StepState(StrEnum):
    DONE = "done"
    NOW = "now"
    NEXT = "next"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class RailStep:
    """One station. `at` is the day on which it happens or happened, None if it never will."""

    label: str
    state: StepState
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Rail:
    """Attributes:
    happened, next: sentences in the active language.
    by: the instant that `next` speaks of, always ahead; None if there is none.
    to_do: what the person must do; None for nothing.
    """

    steps: tuple[RailStep, ...]
    happened: str
    next: str
    by: datetime | None
    to_do: str | None


@dataclass(frozen=True, slots=True)
class Chapter:
    """What is said until an instant of the calendar; `until` None is for ever after.

    Attributes:
        until, by: names of instants, see `calendar_of`.
        once: said, in place of all that follows, once this is published.
    """

    happened: Promise
    next: Promise
    until: str | None = None
    by: str | None = None
    to_do: Promise | None = None
    once: str | None = None


MATCH = "match"  # what may be published before or after the instant of the calendar
STEPS = (_("Applied"), _("Quiz"), _("Bootcamp"), _("Finalist"), _("Matched"))
S = Stage

# How many steps lie behind somebody in a stage. Whoever has left has no step ahead either.
STEPS_DONE = {
    S.DRAFT: 0,
    S.SUBMITTED: 1,
    S.ELIGIBLE: 1,
    S.INELIGIBLE: 1,
    S.WITHDRAWN: 1,
    S.MERGED: 1,
    S.PLACE_OFFERED: 2,
    S.RESERVE: 2,
    S.NOT_SELECTED: 2,
    S.PLACE_DECLINED: 2,
    S.PLACE_LAPSED: 2,
    S.PLACE_CONFIRMED: 2,
    S.NOT_FINALIST: 3,
    S.FINAL_RESERVE: 3,
    S.FINALIST: 4,
    S.MATCHED: 4,
    S.HIRED: 5,
}
ENDED = frozenset(
    {
        S.INELIGIBLE,
        S.WITHDRAWN,
        S.MERGED,
        S.NOT_SELECTED,
        S.PLACE_DECLINED,
        S.PLACE_LAPSED,
        S.NOT_FINALIST,
    }
)

LATE = _("This is taking longer than we promised. We write to you as soon as it is decided.")
NEXT_COHORT = _("You are welcome to apply to the next cohort.")

STORY: dict[Stage, tuple[Chapter, ...]] = {
    S.DRAFT: (
        Chapter(
            until="applications_close_at",
            happened=_("Your application is a draft. Only you can see it."),
            next=_("It can be submitted until applications close."),
            by="applications_close_at",
            to_do=_("Answer what is left and submit your application."),
        ),
        Chapter(
            happened=_("Applications have closed, and this one was not submitted."),
            next=_("Your draft is kept, but nobody looks at it. You can apply to the next cohort."),
        ),
    ),
    S.SUBMITTED: (
        Chapter(
            until="quiz_opens_at",
            happened=_("We have your application."),
            next=_("We check whether you can take part. This page tells you before the quiz."),
            by="quiz_opens_at",
        ),
        Chapter(
            until="quiz_closes_at",
            happened=_("We have your application and are still checking it."),
            next=_("If the quiz is about to close and you have not heard from us, write to us."),
            by="quiz_closes_at",
        ),
        Chapter(happened=_("We have your application and are still checking it."), next=LATE),
    ),
    S.ELIGIBLE: (
        Chapter(
            until="quiz_opens_at",
            happened=_("Your application is complete, and you can take part in the quiz."),
            next=_("The quiz opens. You sit it on this site, once, when it suits you."),
            by="quiz_opens_at",
        ),
        Chapter(
            until="quiz_closes_at",
            happened=_("The quiz is open."),
            next=_("The quiz closes."),
            by="quiz_closes_at",
            to_do=_("Take the quiz, if you have not taken it yet."),
        ),
        Chapter(
            until="shortlist_at",
            happened=_("The quiz has closed."),
            next=_("We publish who has a place in the bootcamp."),
            by="shortlist_at",
        ),
        Chapter(happened=_("The quiz has closed."), next=LATE),
    ),
    S.INELIGIBLE: (
        Chapter(
            happened=_("You do not meet the conditions of this cohort. We wrote to you why."),
            next=_("If we have misunderstood something, write to us."),
        ),
    ),
    S.WITHDRAWN: (
        Chapter(
            happened=_("You have withdrawn this application."),
            next=_("If that was a mistake, write to us."),
        ),
    ),
    S.MERGED: (
        Chapter(
            happened=_("You had applied twice. The two applications are one now."),
            next=_("Nothing you wrote is lost. The other application goes on."),
        ),
    ),
    S.PLACE_OFFERED: (
        Chapter(
            until="bootcamp_starts_at",
            happened=_("You have a place in the bootcamp, if you want it."),
            next=_("A place that is not confirmed in time lapses and is no longer kept for you."),
            to_do=_("Confirm or decline your place."),
        ),
        Chapter(
            happened=_("You have a place in the bootcamp, which has begun."),
            next=_("A place that is not confirmed in time lapses and is no longer kept for you."),
            to_do=_("Confirm or decline your place at once."),
        ),
    ),
    S.RESERVE: (
        Chapter(
            until="bootcamp_starts_at",
            happened=_("You are on the reserve list."),
            next=_(
                "If a place becomes free, we offer it to you by e-mail. "
                "The list ends shortly before the bootcamp begins."
            ),
            by="bootcamp_starts_at",
        ),
        Chapter(
            happened=_("The bootcamp has begun, and no place became free for you."),
            next=NEXT_COHORT,
        ),
    ),
    S.NOT_SELECTED: (
        Chapter(happened=_("You do not have a place in this bootcamp."), next=NEXT_COHORT),
    ),
    S.PLACE_DECLINED: (
        Chapter(happened=_("You have declined your place in the bootcamp."), next=NEXT_COHORT),
    ),
    S.PLACE_LAPSED: (
        Chapter(
            happened=_("Your place has lapsed, because it was not confirmed in time."),
            next=_("If something kept you from answering, write to us."),
        ),
    ),
    S.PLACE_CONFIRMED: (
        Chapter(
            until="bootcamp_starts_at",
            happened=_("Your place in the bootcamp is confirmed."),
            next=_("The bootcamp begins."),
            by="bootcamp_starts_at",
        ),
        Chapter(
            until="bootcamp_ends_at",
            happened=_("The bootcamp is under way."),
            next=_("The bootcamp ends."),
            by="bootcamp_ends_at",
            to_do=_("Come to the sessions in your timetable."),
        ),
        Chapter(
            until="project_due_at",
            happened=_("The bootcamp days are over."),
            next=_("Mini-projects are due."),
            by="project_due_at",
            to_do=_("Hand in your mini-project, if you have not done so yet."),
        ),
        Chapter(
            until="finalists_at",
            happened=_("The mini-projects are with the judges."),
            next=_("We publish the finalists."),
            by="finalists_at",
        ),
        Chapter(happened=_("The mini-projects are with the judges."), next=LATE),
    ),
    S.FINAL_RESERVE: (
        Chapter(
            until="rankings_close_at",
            happened=_("You are on the finalists’ reserve list."),
            next=_(
                "If a finalist leaves, the next person on the list moves up until rankings close."
            ),
            by="rankings_close_at",
        ),
        Chapter(
            happened=_("You were on the finalists’ reserve list, and no place became free."),
            next=_("Thank you for your work."),
        ),
    ),
    S.NOT_FINALIST: (
        Chapter(
            happened=_("You have finished the bootcamp and are not among the finalists."),
            next=_("Thank you for your work. You may ask us for the judges’ comments."),
        ),
    ),
    S.FINALIST: (
        Chapter(
            once=MATCH,
            happened=_("The match is published, and you are not matched with a company."),
            next=_("You remain a finalist. If a place becomes free, we write to you again."),
        ),
        Chapter(
            until="rankings_close_at",
            happened=_("You are a finalist."),
            next=_("Rankings close."),
            by="rankings_close_at",
            to_do=_("Meet the companies and put your choices in order."),
        ),
        Chapter(
            until="match_at",
            happened=_("You are a finalist, and the rankings have closed."),
            next=_("We publish the match."),
            by="match_at",
        ),
        Chapter(
            happened=_("You are a finalist, and the rankings have closed."),
            next=LATE,
        ),
    ),
    S.MATCHED: (
        Chapter(
            happened=_("You are matched with a company."),
            next=_("The company makes you its offer."),
            to_do=_("Answer the offer in time when it comes."),
        ),
    ),
    S.HIRED: (
        Chapter(
            happened=_("You have accepted an offer. Congratulations!"),
            next=_("The company writes to you about your first day."),
        ),
    ),
}


def rail_for(application: Application, now: datetime, *, published: Collection[str] = ()) -> Rail:
    """Say where this application stands. No query but for a draft's own deadline.

    Args:
        published: what of `MATCH` has been made public.
    """
    calendar = calendar_of(application.cohort)
    stage = Stage(application.stage)
    if stage == S.DRAFT:
        calendar["applications_close_at"] = closes_for(application)
    chapter = next(
        chapter
        for chapter in STORY[stage]
        if (chapter.once in published if chapter.once else True)
        and (chapter.until is None or now < calendar[chapter.until])
    )
    missed = stage == S.DRAFT and now >= calendar["applications_close_at"]
    return Rail(
        steps=_steps(application, calendar, now, ended=missed or stage in ENDED),
        happened=str(chapter.happened),
        next=str(chapter.next),
        by=calendar[chapter.by] if chapter.by else None,
        to_do=str(chapter.to_do) if chapter.to_do else None,
    )


def calendar_of(cohort: Cohort) -> dict[str, datetime]:
    """The instants that the story speaks of. A bootcamp day begins and ends at midnight."""
    days = sorted(cohort.bootcamp_dates)
    names = {chapter.until for chapters in STORY.values() for chapter in chapters}
    fields = {name: getattr(cohort, name) for name in names if name and hasattr(cohort, name)}
    return fields | {
        "bootcamp_starts_at": datetime.combine(days[0], time.min, HONG_KONG),
        "bootcamp_ends_at": datetime.combine(days[-1], time.max, HONG_KONG),
    }


def _steps(
    application: Application, calendar: dict[str, datetime], now: datetime, *, ended: bool
) -> tuple[RailStep, ...]:
    done = STEPS_DONE[Stage(application.stage)]
    if application.stage in (Stage.WITHDRAWN, Stage.MERGED) and not application.submitted_at:
        done = 0
    quiz = "quiz_opens_at" if now < calendar["quiz_opens_at"] else "quiz_closes_at"
    instants = (
        application.submitted_at or calendar["applications_close_at"],
        calendar[quiz],
        calendar["bootcamp_starts_at"],
        calendar["finalists_at"],
        calendar["match_at"],
    )
    steps = []
    for number, (label, at) in enumerate(zip(STEPS, instants, strict=True)):
        if number < done:
            state = StepState.DONE
        elif ended:
            state = StepState.SKIPPED
        else:
            state = StepState.NOW if number == done else StepState.NEXT
        steps.append(RailStep(str(label), state, None if state == StepState.SKIPPED else at))
    return tuple(steps)
