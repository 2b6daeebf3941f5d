"""Fill in a sheet of marks, and count all sheets when everybody is done."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.models import Cohort
from bootcamp import judging, snapshots
from bootcamp.domain.panels import PANEL_SIZE, is_closed
from bootcamp.models import Assignment, JudgingRun, Project, ProjectScore, Rubric, Sheet
from bootcamp.queries import newest_run, projects_of
from selection import canonical

METHOD = judging.Method.JUDGE_Z
NAMED_AT_MOST = 5


class UnableToSaveMarks(Refused):
    """The sheet was not saved; the message says why."""


class MarkedElsewhere(UnableToSaveMarks):
    """Another tab or device has saved since this one read; nothing was overwritten."""


class UnableToCloseJudging(Refused):
    """The sheets were not counted; the message says why."""


def save_marks(
    *,
    assignment_id: int,
    marks: Mapping[str, int],
    comment: str,
    failed_gate: bool,
    submit: bool,
    version: int,
    by: User,
    now: datetime,
) -> Sheet:
    """Save a judge's sheet as a draft, or submit it; it can change until judging is closed.

    Args:
        marks: a number from 1 to 5 for some criteria; for all of them to submit.
        version: of the sheet as the page showed it, 0 when there was none.

    Raises:
        MarkedElsewhere: the sheet has another version by now, and other content.
        UnableToSaveMarks: not this judge's, withdrawn, closed, or incomplete.
    """
    with transaction.atomic():
        assignment = (
            Assignment.objects.select_for_update(of=("self",))
            .select_related("judge")
            .get(pk=assignment_id)
        )
        if (
            assignment.judge.user_id != by.pk
            or assignment.state != Assignment.State.ASSIGNED
            or assignment.judge.conflicts_declared_at is None
        ):
            raise UnableToSaveMarks(_("This project is not yours to judge."))
        if is_closed(assignment.judge.cohort_id):
            raise UnableToSaveMarks(_("Judging is closed. Your marks stand as you left them."))
        rubric = Rubric.objects.filter(cohort=assignment.judge.cohort_id).first()
        if rubric is None:
            raise UnableToSaveMarks(_("This cohort has no rubric yet."))
        _require_marks(rubric, marks)
        sheet = Sheet.objects.filter(assignment=assignment).first() or Sheet(
            assignment=assignment, version=0
        )
        content = {
            "rubric_id": rubric.pk,
            "marks": dict(marks),
            "comment": comment.strip(),
            "failed_gate": failed_gate,
        }
        is_same = content == {name: getattr(sheet, name) for name in content}
        if is_same and sheet.version and bool(sheet.submitted_at) >= submit:
            return sheet
        if sheet.version != version:
            raise MarkedElsewhere(
                _(
                    "This sheet was changed in another window or on another device. Nothing was "
                    "overwritten: your marks are still here. Open the sheet anew to see the others."
                )
            )
        if submit or sheet.submitted_at:
            _require_complete(rubric, marks, comment)
            sheet.submitted_at = now
        for name, value in content.items():
            setattr(sheet, name, value)
        sheet.version += 1
        sheet.saved_at = now
        sheet.save()
        audit.record(
            sheet,
            "submit-marks" if sheet.submitted_at else "save-marks",
            by=by,
            now=now,
            after={"version": sheet.version, "marks": sheet.marks, "failed_gate": failed_gate},
        )
        return sheet


def close_judging(*, cohort_id: int, by: User | None, now: datetime) -> JudgingRun:
    """Count all submitted sheets and close judging; a second press returns the same run.

    Raises:
        UnableToCloseJudging: there is no project, or one has fewer than three sheets.
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
        closed = newest_run(cohort.pk)
        if closed:
            return closed
        # whoever is saving a sheet holds its assignment: after this line nobody is
        assignments = list(
            Assignment.objects.select_for_update(of=("self",))
            .filter(project__in=projects_of(cohort).order_by(), state=Assignment.State.ASSIGNED)
            .order_by("pk")
        )
        sheets = Sheet.objects.filter(
            assignment__in=[row.pk for row in assignments], submitted_at__isnull=False
        ).select_related("assignment", "rubric")
        filled = list(sheets.order_by("assignment__judge", "assignment__project"))
        _require_enough(cohort, filled)
        rubric = filled[0].rubric
        inputs = snapshots.of_judging(rubric.pure(), (_pure(sheet) for sheet in filled), METHOD)
        result = snapshots.count(inputs)
        run = JudgingRun.objects.create(
            cohort=cohort,
            number=1,
            rubric=rubric,
            method=METHOD.value,
            inputs=inputs,
            input_digest=canonical.digest(inputs),
            result_digest=canonical.digest(result),
            notes=[{"judge": note.judge, "reason": note.reason.value} for note in result.notes],
            created_at=now,
            created_by=by,
        )
        ProjectScore.objects.bulk_create(
            ProjectScore(
                run=run,
                project_id=score.project,
                raw_mean=score.raw_mean,
                normalised_mean=score.normalised_mean,
                spread=score.spread,
                anchor_spread=score.anchor_spread,
                marks=score.marks,
                failed_gates=list(score.failed_gates),
                score=score.score,
            )
            for score in result.scores
        )
        audit.record(
            run,
            "close-judging",
            by=by,
            now=now,
            after={"inputs": run.input_digest, "result": run.result_digest},
        )
        return run


def _require_marks(rubric: Rubric, marks: Mapping[str, int]) -> None:
    """What is given is a number of the scale for a criterion of the sheet."""
    for name, number in marks.items():
        if name not in rubric.names or type(number) is not int or not 1 <= number <= 5:
            raise UnableToSaveMarks(_("A mark is a number from 1 to 5. Nothing was saved."))


def _require_complete(rubric: Rubric, marks: Mapping[str, int], comment: str) -> None:
    titles = rubric.titles
    missing = [titles[name] for name in rubric.names if name not in marks]
    if missing:
        raise UnableToSaveMarks(
            _("Please mark these too: %(criteria)s.") % {"criteria": ", ".join(missing)}
        )
    extreme = [titles[name] for name in rubric.names if marks[name] in (1, 5)]
    if extreme and not comment.strip():
        raise UnableToSaveMarks(
            _("A 1 or a 5 needs a comment. You gave one for: %(criteria)s.")
            % {"criteria": ", ".join(extreme)}
        )


def _require_enough(cohort: Cohort, filled: list[Sheet]) -> None:
    sheets = Counter(sheet.assignment.project_id for sheet in filled)
    projects = list(projects_of(cohort).select_related("application"))
    if not projects:
        raise UnableToCloseJudging(_("There is no project to judge."))
    short = [project for project in projects if sheets[project.pk] < PANEL_SIZE]
    if short:
        named = "; ".join(_how_many(project, sheets) for project in short[:NAMED_AT_MOST])
        raise UnableToCloseJudging(
            ngettext(
                "%(count)s project has fewer than %(size)s submitted sheets: %(named)s.",
                "%(count)s projects have fewer than %(size)s submitted sheets: %(named)s.",
                len(short),
            )
            % {
                "count": len(short),
                "size": PANEL_SIZE,
                "named": named + (" …" if len(short) > NAMED_AT_MOST else ""),
            }
        )


def _how_many(project: Project, sheets: Counter[int]) -> str:
    return f"{project.application.reference} ({sheets[project.pk]}/{PANEL_SIZE})"


def _pure(sheet: Sheet) -> judging.Sheet:
    return judging.Sheet(
        judge=sheet.assignment.judge_id,
        project=sheet.assignment.project_id,
        marks=sheet.marks,
        failed_gates=frozenset(sheet.rubric.gates if sheet.failed_gate else ()),
    )
