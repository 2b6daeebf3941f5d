"""How a request to publish a match reads on the general page of approvals."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.approvable import Subject, name_each, of_objects
from accounts.models import Approval
from applications.called import cohort_called
from matching.models import MatchRun


def name_all(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """The match of each request, and its page; one query."""
    rows = MatchRun.objects.select_related("cohort").defer("inputs")
    return name_each(approvals, rows, _named)


def _named(run: MatchRun) -> Subject:
    return Subject(str(run), str(run), run.get_absolute_url())


def find(text: str) -> Q:
    """Requests about matches of a cohort that is called so."""
    return of_objects(MatchRun.objects.filter(cohort_called(text, at="cohort__")))


def describe(approval: Approval) -> list[tuple[str, str]]:
    """Which match, and how many people it places."""
    run = MatchRun.objects.select_related("cohort").filter(pk=approval.object_id).first()
    if run is None:
        return []
    return [
        (_("Cohort"), str(run.cohort)),
        (_("Match"), str(run)),
        (_("Matched"), str(run.pairs.count())),
    ]
