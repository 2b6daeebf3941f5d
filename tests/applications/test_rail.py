"""Everybody is told where they stand: for every stage, at every time, in both languages."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.utils import translation

from accounts.languages import Language
from applications.chapters import MATCH, STORY
from applications.lifecycle import STEPS
from applications.models import Application, Cohort, Stage
from applications.models.cohorts import INSTANTS_IN_ORDER
from applications.published import Standing
from applications.rail import Rail, StepState, calendar_of, rail_for

START = datetime(2027, 3, 1, 4, tzinfo=UTC)
TICK = timedelta(microseconds=1)
COHORT = Cohort(
    bootcamp_dates=[date(2027, 7, day) for day in (5, 6, 7, 8, 9, 12)],
    **{name: START + timedelta(days=30 * n) for n, name in enumerate(INSTANTS_IN_ORDER)},
)
EDGES = sorted(calendar_of(COHORT).values())
TIMES = [edge + tick for edge in EDGES for tick in (-TICK, timedelta(0))]
DONE, NOW, NEXT, SKIPPED = StepState
POOLS = [way.pool for way in STEPS.values()]


def stand(
    stage: Stage,
    at: datetime,
    submitted_at: datetime | None = START,
    published: tuple[str, ...] = (),
) -> Rail:
    application = Application(cohort=COHORT, stage=stage, submitted_at=submitted_at)
    return rail_for(application, at, published=published)


def states(rail: Rail) -> list[StepState]:
    return [step.state for step in rail.steps]


def left_out(stage: Stage, at: datetime, ask_until: datetime | None) -> Rail:
    application = Application(cohort=COHORT, stage=stage, submitted_at=START)
    return rail_for(application, at, standing=Standing(stage, left_out=True, ask_until=ask_until))


@pytest.mark.parametrize("stage", [Stage.SUBMITTED, *POOLS])
def test_whoever_a_list_came_out_without_has_no_step_ahead_and_is_told_until_when_to_ask(
    stage: Stage,
) -> None:
    in_time, late = left_out(stage, START - TICK, START), left_out(stage, START, None)

    assert (in_time.by, late.by) == (START, None)
    for rail in (in_time, late):
        assert set(states(rail)) == {DONE, SKIPPED}
        assert "came out without your application" in rail.happened


def test_what_is_read_is_where_the_lists_put_somebody_and_not_the_stage() -> None:
    closed = rail_for(
        Application(cohort=COHORT, stage=Stage.RESERVE, submitted_at=START),
        START,
        standing=Standing(Stage.NOT_SELECTED),
    )

    assert closed == stand(Stage.NOT_SELECTED, START)


def test_every_stage_has_a_story() -> None:
    assert set(STORY) == set(Stage)


@pytest.mark.parametrize("language", Language.values)
def test_whatever_the_stage_and_the_time_there_is_something_to_read(language: str) -> None:
    with translation.override(language):
        for stage, at, published in product(Stage, TIMES, ((), (MATCH,))):
            rail = stand(stage, at, published=published)
            assert len(rail.steps) == 5
            assert all([rail.happened, rail.next])
            assert rail.to_do is None or rail.to_do
            assert rail.by is None or rail.by > at, (stage, at)
            assert "%" not in rail.happened + rail.next + (rail.to_do or "")


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (Stage.DRAFT, [NOW, NEXT, NEXT, NEXT, NEXT]),
        (Stage.SUBMITTED, [DONE, NOW, NEXT, NEXT, NEXT]),
        (Stage.ELIGIBLE, [DONE, NOW, NEXT, NEXT, NEXT]),
        (Stage.INELIGIBLE, [DONE, SKIPPED, SKIPPED, SKIPPED, SKIPPED]),
        (Stage.WITHDRAWN, [DONE, SKIPPED, SKIPPED, SKIPPED, SKIPPED]),
        (Stage.MERGED, [DONE, SKIPPED, SKIPPED, SKIPPED, SKIPPED]),
        (Stage.PLACE_OFFERED, [DONE, DONE, NOW, NEXT, NEXT]),
        (Stage.RESERVE, [DONE, DONE, NOW, NEXT, NEXT]),
        (Stage.NOT_SELECTED, [DONE, DONE, SKIPPED, SKIPPED, SKIPPED]),
        (Stage.PLACE_CONFIRMED, [DONE, DONE, NOW, NEXT, NEXT]),
        (Stage.PLACE_DECLINED, [DONE, DONE, SKIPPED, SKIPPED, SKIPPED]),
        (Stage.PLACE_LAPSED, [DONE, DONE, SKIPPED, SKIPPED, SKIPPED]),
        (Stage.FINALIST, [DONE, DONE, DONE, DONE, NOW]),
        (Stage.FINAL_RESERVE, [DONE, DONE, DONE, NOW, NEXT]),
        (Stage.NOT_FINALIST, [DONE, DONE, DONE, SKIPPED, SKIPPED]),
        (Stage.MATCHED, [DONE, DONE, DONE, DONE, NOW]),
        (Stage.HIRED, [DONE, DONE, DONE, DONE, DONE]),
    ],
)
def test_the_steps_of_each_stage(stage: Stage, expected: list[StepState]) -> None:
    assert states(stand(stage, START)) == expected


def test_a_draft_that_was_withdrawn_was_never_applied() -> None:
    assert states(stand(Stage.WITHDRAWN, START, submitted_at=None)) == [SKIPPED] * 5


def test_a_draft_can_be_submitted_until_the_last_microsecond() -> None:
    close = COHORT.applications_close_at

    before, after = stand(Stage.DRAFT, close - TICK), stand(Stage.DRAFT, close)

    assert (before.by, before.to_do is None) == (close, False)
    assert (after.by, after.to_do, states(after)) == (None, None, [SKIPPED] * 5)


def test_somebody_eligible_is_told_of_the_quiz_before_during_and_after_it() -> None:
    opens, closes = COHORT.quiz_opens_at, COHORT.quiz_closes_at
    times = [opens - TICK, opens, closes - TICK, closes, COHORT.shortlist_at]

    told = [(rail.by, bool(rail.to_do)) for rail in (stand(Stage.ELIGIBLE, at) for at in times)]

    assert told == [
        (opens, False),
        (closes, True),
        (closes, True),
        (COHORT.shortlist_at, False),
        (None, False),
    ]


def test_nothing_tells_two_people_of_one_stage_apart() -> None:
    """What will be decided about them is not in the stage, so it cannot show."""
    for at in TIMES:
        one = Application(cohort=COHORT, stage=Stage.ELIGIBLE, submitted_at=START, pk=1)
        other = Application(
            cohort=COHORT, stage=Stage.ELIGIBLE, submitted_at=START, pk=2, python_rating=5
        )
        assert rail_for(one, at) == rail_for(other, at)


def test_every_chapter_is_told_at_some_time() -> None:
    """Nothing stands in the story that nobody can ever read."""
    told = {
        (stage, rail.happened, rail.next)
        for stage, at, published in product(Stage, TIMES, ((), (MATCH,)))
        for rail in [stand(stage, at, published=published)]
    } | {
        (stage, rail.happened, rail.next)
        for stage, until in product((Stage.SUBMITTED, *POOLS), (START, None))
        for rail in [left_out(stage, START - TICK, until)]
    }
    written = {
        (stage, str(chapter.happened), str(chapter.next))
        for stage, chapters in STORY.items()
        for chapter in chapters
    }

    assert told == written


def test_a_finalist_without_a_match_is_told_so_once_it_is_published() -> None:
    before = COHORT.match_at - TICK

    awaited, published = (
        stand(Stage.FINALIST, before),
        stand(Stage.FINALIST, before, published=(MATCH,)),
    )

    assert (awaited.next, awaited.by) == ("We publish the match.", COHORT.match_at)
    assert (published.happened, published.by) == (
        "The match is published, and you are not matched with a company.",
        None,
    )
