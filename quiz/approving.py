"""How a request to put a ruling in force reads on the general page of approvals."""

from django.utils.translation import gettext as _

from accounts.models import Approval
from quiz.models import Ruling


def describe(approval: Approval) -> list[tuple[str, str]]:
    """Which item of which quiz, what is to happen to it, and why."""
    rulings = Ruling.objects.select_related("quiz__cohort", "item_version__item")
    ruling = rulings.filter(pk=approval.object_id).first()
    if ruling is None:
        return []
    return [
        (_("Cohort"), str(ruling.quiz.cohort)),
        (_("Item"), str(ruling.item_version)),
        (_("Effect"), str(ruling.get_effect_display())),
        (_("Reason"), ruling.reason),
    ]
