"""What the bootcamp and the mini-project add to a person's story."""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.lifecycle import IN_BOOTCAMP
from applications.models import Application
from applications.story import Chapter, Fact
from bootcamp.models.judging import ProjectScore
from bootcamp.models.projects import Project
from bootcamp.models.teaching import Membership
from bootcamp.models.timetables import Attendance, Timetable

TITLE = gettext_lazy("Bootcamp and mini-project")


def tell(application_ids: Sequence[int]) -> Chapter:
    """The group, attendance in counts, the project and its scores in every run; four queries."""
    marked = Attendance.objects.filter(application__in=application_ids)
    projects = list(Project.objects.filter(application__in=application_ids).order_by("pk"))
    scores = list(
        ProjectScore.objects.filter(project__in=projects)
        .select_related("run")
        .order_by("run", "pk")
    )
    facts = [
        *map(_grouped, _taking_part(application_ids)),
        *_attended(list(marked)),
        *map(_handed_in, projects),
        *map(_judged, scores),
    ]
    return Chapter(
        TITLE, facts, objects={Project._meta.label_lower: [project.pk for project in projects]}
    )


def _taking_part(application_ids: Sequence[int]) -> QuerySet[Application]:
    """Who is in the bootcamp and in a group, or in none though the timetable is out."""
    out = Timetable.objects.filter(state=Timetable.State.PUBLISHED)
    return Application.objects.filter(
        Q(membership__isnull=False) | Q(cohort__in=out.values("cohort")),
        pk__in=application_ids,
        stage__in=IN_BOOTCAMP,
    ).select_related("cohort", "membership__group")


def _grouped(application: Application) -> Fact:
    place: Membership | None = getattr(application, "membership", None)
    if place is not None:
        return Fact(at=None, what=_("In the group %(name)s") % {"name": place.group})
    return Fact(
        at=None,
        what=_("In no group"),
        detail=_("“Form groups” on the board of the bootcamp puts them into one with room."),
        url=reverse("admin:bootcamp_teaching", args=[application.cohort.slug]),
    )


def _attended(marked: list[Attendance]) -> Iterator[Fact]:
    if marked:
        counts = Counter(str(one.get_presence_display()) for one in marked)
        yield Fact(
            at=max(one.marked_at for one in marked),
            what=ngettext(
                "Attendance of %(n)d session", "Attendance of %(n)d sessions", len(marked)
            )
            % {"n": len(marked)},
            detail=" · ".join(f"{label}: {count}" for label, count in counts.items()),
        )


def _handed_in(project: Project) -> Fact:
    return Fact(
        at=project.submitted_at,
        what=_("Mini-project, version %(number)d") % {"number": project.version},
        detail=f"{project.title} · {project.get_track_display()}",
        url=reverse("admin:bootcamp_project_change", args=[project.pk]),
    )


def _judged(score: ProjectScore) -> Fact:
    marks = {"sheets": score.marks, "mean": score.raw_mean}
    said = _("%(sheets)d sheets, raw mean %(mean)s") % marks
    if score.score is None:
        outcome = _("no score: a question of honesty was failed")
    else:
        outcome = _("score %(score)s") % {"score": score.score}
    return Fact(
        at=score.run.created_at,
        what=_("Judging, run %(number)d") % {"number": score.run.number},
        detail=f"{said} · {outcome}",
        url=reverse("admin:bootcamp_judgingrun_change", args=[score.run_id]),
    )
