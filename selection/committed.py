"""What a cohort's lists are committed to: the hours to reply and the places of a run.

A run keeps the hours of its cohort as they were (`Selection.reply_hours`): its letters, its
deadlines and who moves up later go by them. From then on the cohort, whose own figure the public
reads, says the same: while a run is in work or out it does not change. Other places only make a
run that is not out stale; those of a published list stay, as its rule and the public have them.
"""

from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.domain import promises
from applications.lifecycle import STEPS, Step
from applications.models import Cohort
from selection.models import Selection
from selection.programme import LISTINGS

WORDS = {
    "places": gettext_lazy("“%(list)s” is published, and so are its %(n)d places: they stay."),
    "cap": gettext_lazy(
        "“%(list)s” is published. The most places where scores tie, %(n)d, are part of its rule: "
        "they stay."
    ),
}
"""By what a run calls it, why a setting of a published list stays."""


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


def why_places_stay(cohort: Cohort, wanted: int, *, step: str, term: str) -> str:
    """Why the places of a list, or its most places with ties, cannot become these.

    Args:
        term: what a run calls them, `places` or `cap`.
    """
    out = Selection.objects.filter(
        cohort=cohort, step=step, state=Selection.State.PUBLISHED
    ).exclude(**{f"inputs__{term}": wanted})
    run = out.defer("inputs").first()
    if run is None:
        return ""
    return str(WORDS[term]) % {"list": LISTINGS[step].title, "n": run.terms[term]}


def register_guards() -> None:
    """Let no setting of a cohort say otherwise than its lists."""
    promises.register_guard("selection", of=["reply_hours"], why_not=why_hours_stay)
    for slug, step in STEPS.items():
        for name, term in _fields(step).items():
            why_not = partial(why_places_stay, step=slug, term=term)
            promises.register_guard(f"selection.{name}", of=[name], why_not=why_not)


def _fields(step: Step) -> dict[str, str]:
    return {step.places: "places", step.places_with_ties: "cap"}
