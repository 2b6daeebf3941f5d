"""How a request to publish a list reads on the general page of approvals."""

from django.utils.translation import gettext as _

from accounts.models import Approval
from notifications.moments import say_instant
from selection.models import Selection


def describe(approval: Approval) -> list[tuple[str, str]]:
    """Which list, how many places, and when it would appear."""
    selection = Selection.objects.select_related("cohort").filter(pk=approval.object_id).first()
    if selection is None:
        return []
    at = say_instant(selection.publish_at) if selection.publish_at else _("by hand")
    return [
        (_("Cohort"), str(selection.cohort)),
        (_("List"), str(selection)),
        (_("Places"), str(selection.places)),
        (_("Published"), at),
    ]
