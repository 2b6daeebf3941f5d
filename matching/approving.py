"""How a request to publish a match reads on the general page of approvals."""

from django.utils.translation import gettext as _

from accounts.models import Approval
from matching.models import MatchRun


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
