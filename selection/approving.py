"""How requests about lists read on the general page of approvals."""

from django.utils.translation import gettext as _

from accounts.models import Approval
from applications.models import Application
from notifications.moments import say_instant
from selection.models import Override, Selection
from selection.programme import LISTINGS


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
    application = Application.objects.select_related("cohort").get(pk=asked["application"])
    return [
        (_("Cohort"), str(application.cohort)),
        (_("List"), str(LISTINGS[asked["step"]].title)),
        (_("Person"), f"{application.full_name} ({application.reference})"),
        (_("Way"), str(Override.Way(asked["way"]).label)),
        (_("Category"), str(Override.Category(asked["category"]).label)),
        (_("Reason"), asked["reason"]),
    ]
