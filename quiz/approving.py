"""How a request to put a ruling in force reads on the general page of approvals."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.approvable import Subject, name_each, of_objects
from accounts.models import Approval
from applications.called import cohort_called
from quiz.models import Ruling


def name_all(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """Which item, of which quiz, and the page of the ruling; one query."""
    rows = Ruling.objects.select_related("quiz__cohort", "item_version__item")
    return name_each(approvals, rows, _named)


def _named(ruling: Ruling) -> Subject:
    words = f"{ruling.item_version} · {ruling.quiz} · {ruling}"
    return Subject(words, words, ruling.get_absolute_url())


def find(text: str) -> Q:
    """Requests about a quiz of a cohort that is called so, or about an item of this code."""
    of_cohort = cohort_called(text, at="quiz__cohort__")
    of_item = Q(item_version__item__code__icontains=text)
    return of_objects(Ruling.objects.filter(of_cohort | of_item))


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
