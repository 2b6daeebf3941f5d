"""What hangs on an input of published lists, for who would open it."""

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from applications.locks import Line
from applications.models import InputLock
from notifications.moments import say_instant
from selection.models import Entry, Selection


def effects(lock: InputLock) -> list[Line]:
    """The published lists that were made from this part, with who relies on them; two queries."""
    replied = {
        reply: Count("entries", filter=Q(entries__reply=reply))
        for reply in (Entry.Reply.OFFERED, Entry.Reply.CONFIRMED)
    }
    published = (
        Selection.objects.filter(cohort=lock.cohort_id, state=Selection.State.PUBLISHED)
        .select_related("rule", "cohort")
        .defer("inputs")
        .annotate(
            chosen=Count("entries", filter=Q(entries__outcome=Entry.Outcome.SELECTED)),
            offered=replied[Entry.Reply.OFFERED],
            confirmed=replied[Entry.Reply.CONFIRMED],
        )
        .order_by("published_at", "pk")
    )
    return [(str(one.listing.title), _said(one)) for one in published if lock.part in one.parts]


def _said(selection: Selection) -> str:
    said = _("Published %(at)s: %(chosen)d selected.")
    if selection.way.reply:
        said = _(
            "Published %(at)s: %(chosen)d selected, %(confirmed)d have confirmed, %(offered)d are "
            "asked for an answer."
        )
    numbers = {name: getattr(selection, name) for name in ("chosen", "confirmed", "offered")}
    at = say_instant(selection.published_at) if selection.published_at else ""
    return said % {"at": at, **numbers}
