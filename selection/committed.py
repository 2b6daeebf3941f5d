"""What a cohort's lists are committed to: the hours to reply that a run was drawn up with.

A run keeps the hours of its cohort as they were (`Selection.reply_hours`): its letters, its
deadlines and who moves up later go by them. From then on the cohort, whose own figure the public
reads, says the same: while a run is in work or out it does not change.
"""

from django.utils.translation import gettext as _

from applications.models import Cohort
from selection.models import Selection


def why_hours_stay(cohort: Cohort, wanted: int) -> str:
    """Why the hours to confirm a place cannot become these; blank if they can."""
    runs = Selection.objects.filter(cohort=cohort, reply_hours__isnull=False)
    committed = runs.exclude(state=Selection.State.DISCARDED).exclude(reply_hours=wanted)
    run = committed.defer("inputs").select_related("cohort").first()
    if run is None:
        return ""
    if run.state == Selection.State.PUBLISHED:
        return _(
            "“%(list)s” is published, and everybody in it was told %(hours)d hours. They stay as "
            "they are; a longer or shorter time can be set for the next cohort."
        ) % {"list": run.listing.title, "hours": run.reply_hours}
    return _(
        "“%(run)s” is drawn up with %(hours)d hours, and so are its letters. Discard that run "
        "first, change the hours, and draw the list up again."
    ) % {"run": run, "hours": run.reply_hours}
