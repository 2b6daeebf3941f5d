"""Where a person stands, in five steps and four sentences. For the home page, the mail and staff.

What is said depends on the stage, the calendar, what has been published before its time, and the
clock. A decision that has not been published is not in the stage yet, so nothing said here can give
it away.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from applications.chapters import ASK_UNTIL, LEFT_OUT, STORY
from applications.domain.lateness import closes_for
from applications.models import Application, Cohort, Stage
from applications.published import Standing
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


STEPS = (_("Applied"), _("Quiz"), _("Bootcamp"), _("Finalist"), _("Matched"))

# How many steps lie behind somebody in a stage. Whoever has left has no step ahead either.
STEPS_DONE = {
    Stage.DRAFT: 0,
    Stage.SUBMITTED: 1,
    Stage.ELIGIBLE: 1,
    Stage.INELIGIBLE: 1,
    Stage.WITHDRAWN: 1,
    Stage.MERGED: 1,
    Stage.PLACE_OFFERED: 2,
    Stage.RESERVE: 2,
    Stage.NOT_SELECTED: 2,
    Stage.PLACE_DECLINED: 2,
    Stage.PLACE_LAPSED: 2,
    Stage.PLACE_CONFIRMED: 2,
    Stage.NOT_FINALIST: 3,
    Stage.FINAL_RESERVE: 3,
    Stage.FINALIST: 4,
    Stage.MATCHED: 4,
    Stage.HIRED: 5,
}
ENDED = frozenset(
    {
        Stage.INELIGIBLE,
        Stage.WITHDRAWN,
        Stage.MERGED,
        Stage.NOT_SELECTED,
        Stage.PLACE_DECLINED,
        Stage.PLACE_LAPSED,
        Stage.NOT_FINALIST,
    }
)


def rail_for(
    application: Application,
    now: datetime,
    *,
    published: Collection[str] = (),
    standing: Standing | None = None,
) -> Rail:
    """Say where this application stands. No query but for a draft's own deadline.

    Args:
        published: what of `MATCH` has been made public.
        standing: where the lists put it; without one it stands in its stage.
    """
    calendar = calendar_of(application.cohort)
    standing = standing or Standing(Stage(application.stage))
    stage = standing.stage
    if standing.left_out:
        published = {*published, LEFT_OUT}
        calendar[ASK_UNTIL] = standing.ask_until or now
    if stage == Stage.DRAFT:
        calendar["applications_close_at"] = closes_for(application)
    chapter = next(
        chapter
        for chapter in STORY[stage]
        if (chapter.once in published if chapter.once else True)
        and (chapter.until is None or now < calendar[chapter.until])
    )
    missed = stage == Stage.DRAFT and now >= calendar["applications_close_at"]
    return Rail(
        steps=_steps(
            application,
            stage,
            calendar,
            now,
            ended=missed or standing.left_out or stage in ENDED,
        ),
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
    application: Application,
    stage: Stage,
    calendar: dict[str, datetime],
    now: datetime,
    *,
    ended: bool,
) -> tuple[RailStep, ...]:
    done = STEPS_DONE[stage]
    if stage in (Stage.WITHDRAWN, Stage.MERGED) and not application.submitted_at:
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
