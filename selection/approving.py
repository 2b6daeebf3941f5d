"""How requests about lists read on the general page of approvals."""

from collections.abc import Mapping, Sequence

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.approvable import Subject, name_each, of_objects
from accounts.models import Approval
from applications.called import cohort_called, person_called
from applications.models import Application
from notifications.moments import say_instant
from selection.domain.overriding import asked_about
from selection.models import Override, Selection
from selection.programme import LISTINGS


def name_lists(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """The list of each request, and its page; one query."""
    rows = Selection.objects.select_related("cohort").defer("inputs")
    return name_each(approvals, rows, _listed)


def _listed(run: Selection) -> Subject:
    return Subject(str(run), str(run), run.get_absolute_url())


def find_lists(text: str) -> Q:
    """Requests about lists of a cohort that is called so."""
    return of_objects(Selection.objects.filter(cohort_called(text, at="cohort__")))


def describe(approval: Approval) -> list[tuple[str, str]]:
    """Which list, how many places, and when it would appear."""
    selection = (
        Selection.objects.select_related("cohort")
        .defer("inputs")
        .filter(pk=approval.object_id)
        .first()
    )
    if selection is None:
        return []
    at = say_instant(selection.publish_at) if selection.publish_at else _("by hand")
    return [
        (_("Cohort"), str(selection.cohort)),
        (_("List"), str(selection)),
        (_("Places"), str(selection.places)),
        (_("Published"), at),
    ]


def describe_override(approval: Approval) -> list[tuple[str, str]]:
    """Whom, which way and why."""
    asked = approval.payload
    applications = Application.objects.select_related("cohort")
    application = applications.filter(pk=asked["application"]).first()
    if application is None:
        return []
    return [
        (_("Cohort"), str(application.cohort)),
        (_("List"), str(LISTINGS[asked["step"]].title)),
        (_("Person"), f"{application.full_name} ({application.reference})"),
        (_("Way"), str(Override.Way(asked["way"]).label)),
        (_("Category"), str(Override.Category(asked["category"]).label)),
        (_("Reason"), asked["reason"]),
    ]


def name_overrides(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """Who is to be moved, and in which list; one query."""
    people = Application.objects.in_bulk([one.payload["application"] for one in approvals])
    return {
        one.pk: _moved(application, one.payload)
        for one in approvals
        if (application := people.get(one.payload["application"]))
    }


def _moved(application: Application, asked: Mapping[str, str]) -> Subject:
    listed = str(LISTINGS[asked["step"]].title)
    return Subject(
        f"{application.full_name} ({application.reference}) · {listed}",
        f"{application.reference} · {listed}",
        reverse("admin:applications_application_change", args=[application.pk]),
    )


def find_overrides(text: str) -> Q:
    """Requests about somebody who has this reference or name, in whichever list."""
    people = Application.objects.filter(person_called(text))
    found = Q()
    for step in LISTINGS:
        key = Concat(Value(asked_about(step, "")), Cast("pk", CharField()))
        found |= Q(object_id__in=people.annotate(key=key).values("key"))
    return found
