"""What the lists add to a person's story."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.story import Chapter, Fact
from selection import sources
from selection.models import Entry, Selection
from selection.wording import say_score

TITLE = gettext_lazy("Lists")


def tell(application_ids: Sequence[int]) -> Chapter:
    """Every run in which these applications were ranked, published or not; one query."""
    entries = (
        Entry.objects.filter(application__in=application_ids)
        .exclude(selection__state=Selection.State.DISCARDED)
        .select_related("selection__cohort", "application")
        .defer("selection__inputs")
        .order_by("selection__created_at", "pk")
    )
    return Chapter(TITLE, [_fact(entry) for entry in entries])


def _fact(entry: Entry) -> Fact:
    selection = entry.selection
    said = [str(entry.get_outcome_display())]
    if entry.position:
        said.append(_("position %(number)d") % {"number": entry.position})
    if entry.reserve_position:
        said.append(_("reserve %(number)d") % {"number": entry.reserve_position})
    if entry.score is not None:
        said.append(_("score %(score)s") % {"score": say_score(entry.score)})
    said += [f"{sources.get(name).title}: {score}" for name, score in entry.scores.items() if score]
    if entry.reply != Entry.Reply.NONE:
        said.append(str(entry.get_reply_display()))
    if entry.reply == Entry.Reply.LEFT:
        said.append(str(entry.get_left_as_display()))
    return Fact(
        at=selection.published_at or selection.created_at,
        what=f"{selection.listing.title} ({selection.get_state_display()})",
        detail=" · ".join(said),
        url=reverse("admin:selection_selection_change", args=[selection.pk]),
    )
