"""Conflicts, panels, sheets, and the count that the finalists are drawn by."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoDbBlocker

from accounts.models import User
from applications.models import Application, Cohort
from bootcamp import judging, snapshots
from bootcamp.domain.marking import (
    MarkedElsewhere,
    UnableToCloseJudging,
    UnableToSaveMarks,
    close_judging,
    save_marks,
)
from bootcamp.domain.panels import (
    UnableToAssign,
    UnableToDeclare,
    assign_judges,
    declare_conflicts,
)
from bootcamp.models import Assignment, Judge, JudgingRun, ProjectScore, Rubric, Sheet
from bootcamp.queries import Band, project_profile, project_scores
from bootcamp.rules import assignments_for
from bootcamp.verification import verify_judging
from dtt.play.bootcamp import make_judges, mark_everything
from dtt.play.people import make_user
from notifications.models import Message
from selection import sources
from tests.bootcamp.conftest import confirm, make_small_cohort, submit
from tests.conftest import NOW, rolled_back

pytestmark = pytest.mark.django_db
GOOD = {"soundness": 4, "rigour": 4, "demo": 3, "impact": 3, "communication": 4}


@pytest.fixture(scope="module")
def submitted_projects(confirmed: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Five of the six people have a project; four judges know nobody."""
    with django_db_blocker.unblock(), rolled_back():
        cohort = Cohort.objects.get(slug="spring")
        make_judges(cohort, 4, by=User.objects.get(email="manager@dtt.example"), now=NOW)
        for person in cohort.applications.select_related("user").order_by("pk")[:5]:
            submit(person, at=NOW)
        yield


@pytest.fixture
def judges(submitted_projects: None, cohort: Cohort) -> list[Judge]:
    """Four judges who know nobody."""
    return list(Judge.objects.filter(cohort=cohort).select_related("user").order_by("pk"))


@pytest.fixture
def submitted(submitted_projects: None, people: list[Application]) -> list[Application]:
    """Five of the six people have a project."""
    return people[:5]


@pytest.fixture
def assigned(
    cohort: Cohort,
    submitted: list[Application],
    judges: list[Judge],
    manager: User,
    after_due: datetime,
) -> Cohort:
    """Every project has its three judges; nobody has begun."""
    assign_judges(cohort_id=cohort.pk, seed=1, by=manager, now=after_due)
    return cohort


def live(cohort: Cohort) -> list[tuple[int, int]]:
    rows = Assignment.objects.filter(judge__cohort=cohort, state="assigned")
    return sorted(rows.values_list("judge", "project"))


def first_of(cohort: Cohort) -> Assignment:
    return Assignment.objects.filter(judge__cohort=cohort, state="assigned").order_by("pk")[0]


def save(assignment: Assignment, at: datetime, **changes: object) -> Sheet:
    arguments = {
        "marks": GOOD,
        "comment": "",
        "failed_gate": False,
        "submit": True,
        "version": 0,
        "by": assignment.judge.user,
    }
    return save_marks(assignment_id=assignment.pk, now=at, **arguments | changes)


# ---- panels ------------------------------------------------------------------------------------


def test_every_project_has_three_judges_and_loads_differ_by_one_at_most(assigned: Cohort) -> None:
    pairs = live(assigned)

    assert set(Counter(project for _, project in pairs).values()) == {3}
    assert sorted(Counter(judge for judge, _ in pairs).values()) == [3, 4, 4, 4]


def test_each_judge_is_told_once_for_each_list(
    assigned: Cohort, manager: User, after_due: datetime
) -> None:
    assign_judges(cohort_id=assigned.pk, seed=1, by=manager, now=after_due)

    told = Message.objects.filter(kind="judging-assigned")
    assert told.count() == told.values("person").distinct().count() == 4


def test_judges_are_not_assigned_while_projects_can_change(
    cohort: Cohort, submitted: list[Application], judges: list[Judge], manager: User
) -> None:
    with pytest.raises(UnableToAssign, match="Projects can change until"):
        assign_judges(
            cohort_id=cohort.pk,
            seed=1,
            by=manager,
            now=cohort.project_due_at - timedelta(microseconds=1),
        )
    assign_judges(cohort_id=cohort.pk, seed=1, by=manager, now=cohort.project_due_at)


def test_who_has_not_declared_gets_no_project(
    cohort: Cohort,
    submitted: list[Application],
    judges: list[Judge],
    manager: User,
    after_due: datetime,
) -> None:
    silent = judges[0]
    Judge.objects.filter(pk=silent.pk).update(conflicts_declared_at=None)

    assign_judges(cohort_id=cohort.pk, seed=1, by=manager, now=after_due)

    assert silent.pk not in {judge for judge, _ in live(cohort)}


def test_too_few_judges_is_said_in_words(
    cohort: Cohort,
    submitted: list[Application],
    judges: list[Judge],
    manager: User,
    after_due: datetime,
) -> None:
    for judge in judges[:2]:
        declare_conflicts(
            judge_id=judge.pk,
            conflicts={submitted[0].pk: "family"},
            by=judge.user,
            now=after_due,
        )

    with pytest.raises(UnableToAssign, match="1 projects with fewer than 3 judges"):
        assign_judges(cohort_id=cohort.pk, seed=1, by=manager, now=after_due)
    assert live(cohort) == []


def test_a_declared_conflict_is_never_assigned(
    cohort: Cohort,
    submitted: list[Application],
    judges: list[Judge],
    manager: User,
    after_due: datetime,
) -> None:
    judge, known = judges[0], submitted[0]
    declare_conflicts(
        judge_id=judge.pk, conflicts={known.pk: "employer"}, by=judge.user, now=after_due
    )

    assign_judges(cohort_id=cohort.pk, seed=1, by=manager, now=after_due)

    assert (judge.pk, known.project.pk) not in live(cohort)


def test_a_late_conflict_withdraws_the_sheet_and_seats_somebody_else(
    assigned: Cohort, after_due: datetime
) -> None:
    before = live(assigned)
    row = first_of(assigned)
    save(row, after_due)

    declare_conflicts(
        judge_id=row.judge_id,
        conflicts={row.project.application_id: "supervised"},
        by=row.judge.user,
        now=after_due,
    )

    row.refresh_from_db()
    assert row.state == Assignment.State.WITHDRAWN
    [replacement] = set(live(assigned)) - set(before)
    assert replacement[1] == row.project_id
    assert set(before) - set(live(assigned)) == {(row.judge_id, row.project_id)}
    assert row not in assignments_for(row.judge.user)
    with pytest.raises(UnableToSaveMarks, match="not yours"):
        save(row, after_due, version=1, comment="Later")


def test_a_late_conflict_that_nobody_can_replace_changes_nothing(
    assigned: Cohort, after_due: datetime
) -> None:
    row = first_of(assigned)
    others = Judge.objects.exclude(assignments__project=row.project)
    for judge in others:
        declare_conflicts(
            judge_id=judge.pk,
            conflicts={row.project.application_id: "family"},
            by=judge.user,
            now=after_due,
        )

    with pytest.raises(UnableToDeclare, match="Nobody else"):
        declare_conflicts(
            judge_id=row.judge_id,
            conflicts={row.project.application_id: "family"},
            by=row.judge.user,
            now=after_due,
        )

    assert (row.judge_id, row.project_id) in live(assigned)
    assert row.judge.conflicts.count() == 0


def test_assigning_again_keeps_what_has_been_begun(
    assigned: Cohort, manager: User, after_due: datetime
) -> None:
    row = first_of(assigned)
    save(row, after_due, submit=False, marks={"demo": 2})

    assign_judges(cohort_id=assigned.pk, seed=2, by=manager, now=after_due)

    assert (row.judge_id, row.project_id) in live(assigned)
    assert Sheet.objects.get().assignment == row


def test_a_person_of_another_cohort_cannot_be_named(
    judges: list[Judge], after_due: datetime
) -> None:
    [foreigner] = confirm(make_small_cohort(slug="other", by=judges[0].user), 1, seed=4)

    with pytest.raises(UnableToDeclare, match="not in this cohort"):
        declare_conflicts(
            judge_id=judges[0].pk,
            conflicts={foreigner.pk: "family"},
            by=judges[0].user,
            now=after_due,
        )


# ---- sheets ------------------------------------------------------------------------------------


def test_a_draft_may_be_incomplete_and_a_submission_may_not(
    assigned: Cohort, after_due: datetime
) -> None:
    row = first_of(assigned)
    draft = save(row, after_due, submit=False, marks={"demo": 3})

    with pytest.raises(UnableToSaveMarks, match="Technical soundness, Data and experiment rigour"):
        save(row, after_due, marks={"demo": 3}, version=1)

    draft.refresh_from_db()
    assert (draft.marks, draft.submitted_at, draft.version) == ({"demo": 3}, None, 1)


@pytest.mark.parametrize("number", [1, 5])
def test_a_1_or_a_5_needs_a_comment(assigned: Cohort, after_due: datetime, number: int) -> None:
    row, marks = first_of(assigned), GOOD | {"impact": number}

    with pytest.raises(UnableToSaveMarks, match="Impact"):
        save(row, after_due, marks=marks, comment="  ")

    assert save(row, after_due, marks=marks, comment="Nobody is named.").submitted_at == after_due


@pytest.mark.parametrize(
    "marks", [{"demo": 0}, {"demo": 6}, {"beauty": 3}, {"demo": True}, {"demo": "3"}]
)
def test_a_mark_off_the_scale_is_refused(
    assigned: Cohort, after_due: datetime, marks: dict[str, int]
) -> None:
    with pytest.raises(UnableToSaveMarks, match="from 1 to 5"):
        save(first_of(assigned), after_due, submit=False, marks=marks)
    assert Sheet.objects.count() == 0


def test_two_tabs_do_not_overwrite_each_other(assigned: Cohort, after_due: datetime) -> None:
    row = first_of(assigned)
    save(row, after_due, comment="From one tab")

    with pytest.raises(MarkedElsewhere):
        save(row, after_due, comment="From another tab")

    assert Sheet.objects.get().comment == "From one tab"


def test_a_double_click_saves_once(assigned: Cohort, after_due: datetime) -> None:
    row = first_of(assigned)

    assert save(row, after_due).version == save(row, after_due).version == 1


def test_nobody_saves_the_sheet_of_another_judge(assigned: Cohort, after_due: datetime) -> None:
    row = first_of(assigned)
    other = Judge.objects.exclude(pk=row.judge_id)[0]

    with pytest.raises(UnableToSaveMarks, match="not yours"):
        save(row, after_due, by=other.user)


def test_a_submitted_sheet_can_change_until_judging_is_closed(
    assigned: Cohort, manager: User, after_due: datetime
) -> None:
    mark_everything(assigned, now=after_due)
    row = first_of(assigned)
    save(row, after_due, version=1)

    close_judging(cohort_id=assigned.pk, by=manager, now=after_due)

    with pytest.raises(UnableToSaveMarks, match="closed"):
        save(row, after_due, version=2, comment="Too late")
    with pytest.raises(UnableToAssign, match="closed"):
        assign_judges(cohort_id=assigned.pk, seed=2, by=manager, now=after_due)
    with pytest.raises(UnableToDeclare, match="closed"):
        declare_conflicts(judge_id=row.judge_id, conflicts={}, by=row.judge.user, now=after_due)


# ---- the count ---------------------------------------------------------------------------------


def test_judging_does_not_close_while_a_project_lacks_a_sheet(
    assigned: Cohort, manager: User, after_due: datetime
) -> None:
    mark_everything(assigned, now=after_due)
    row = first_of(assigned)
    Sheet.objects.filter(assignment=row).update(submitted_at=None)

    with pytest.raises(UnableToCloseJudging, match=rf"{row.project.application.reference} \(2/3\)"):
        close_judging(cohort_id=assigned.pk, by=manager, now=after_due)

    assert JudgingRun.objects.count() == 0


def test_the_count_is_that_of_the_documented_method(
    assigned: Cohort, manager: User, after_due: datetime
) -> None:
    mark_everything(assigned, now=after_due)

    run = close_judging(cohort_id=assigned.pk, by=manager, now=after_due)

    rubric = Rubric.objects.get(cohort=assigned).pure()
    expected = judging.aggregate(
        (
            judging.Sheet(s.assignment.judge_id, s.assignment.project_id, s.marks)
            for s in Sheet.objects.select_related("assignment")
        ),
        rubric,
        judging.Method.JUDGE_Z,
    )
    assert snapshots.count(run.inputs) == expected
    assert list(
        ProjectScore.objects.order_by("project").values_list(
            "project", "raw_mean", "normalised_mean", "spread", "score"
        )
    ) == [(s.project, s.raw_mean, s.normalised_mean, s.spread, s.score) for s in expected.scores]
    assert verify_judging(f"{assigned.slug}/1").matches
    assert close_judging(cohort_id=assigned.pk, by=manager, now=after_due) == run


def test_a_tampered_score_is_found(assigned: Cohort, manager: User, after_due: datetime) -> None:
    mark_everything(assigned, now=after_due)
    run = close_judging(cohort_id=assigned.pk, by=manager, now=after_due)

    with pytest.raises(IntegrityError, match="part of a run"), transaction.atomic():
        ProjectScore.objects.update(score=Decimal(99))

    assert verify_judging(str(run.pk)).matches


def test_a_score_is_for_who_has_a_project_that_passes_the_gate(
    assigned: Cohort,
    submitted: list[Application],
    people: list[Application],
    manager: User,
    after_due: datetime,
) -> None:
    mark_everything(assigned, now=after_due)
    row = first_of(assigned)
    save(row, after_due, version=1, failed_gate=True, comment="Copied from the course notes.")
    assert project_scores(assigned.pk) == {}

    close_judging(cohort_id=assigned.pk, by=manager, now=after_due)

    without = {row.project.application_id, people[5].pk}
    scores = sources.get("project.score").scores(assigned.pk)
    assert scores.keys() == {person.pk for person in people} - without
    assert all(isinstance(score, Decimal) for score in scores.values())


def test_scores_of_two_cohorts_do_not_mix(
    assigned: Cohort, manager: User, after_due: datetime
) -> None:
    other = make_small_cohort(slug="other", by=manager)
    mark_everything(assigned, now=after_due)
    close_judging(cohort_id=assigned.pk, by=manager, now=after_due)

    assert project_scores(other.pk) == {}
    with pytest.raises(UnableToCloseJudging, match="no project"):
        close_judging(cohort_id=other.pk, by=manager, now=after_due)


def test_companies_learn_bands_and_never_judges_or_marks(
    assigned: Cohort,
    submitted: list[Application],
    people: list[Application],
    manager: User,
    after_due: datetime,
) -> None:
    for row in Assignment.objects.filter(judge__cohort=assigned):
        marks = GOOD | {"demo": 2, "impact": 4}
        save(row, after_due, marks=marks)
    close_judging(cohort_id=assigned.pk, by=manager, now=after_due)

    profiles = project_profile([person.pk for person in people])

    assert profiles.keys() == {person.pk for person in submitted}
    assert [(band.name, band.band) for band in profiles[submitted[0].pk].bands] == [
        ("soundness", Band.STRONG),
        ("rigour", Band.STRONG),
        ("demo", Band.DEVELOPING),
        ("impact", Band.STRONG),
        ("communication", Band.STRONG),
    ]


def test_before_the_count_a_profile_has_no_bands(submitted: list[Application]) -> None:
    profile = project_profile([submitted[0].pk])[submitted[0].pk]

    assert (profile.title, profile.bands) == ("Counting egrets", ())


def test_a_judge_of_one_cohort_has_nothing_in_another(assigned: Cohort, now: datetime) -> None:
    outsider = make_user("outsider@dtt.example", now=now)
    Judge.objects.create(
        cohort=make_small_cohort(slug="other", by=outsider),
        user=outsider,
        conflicts_declared_at=now,
    )

    assert list(assignments_for(outsider)) == []
