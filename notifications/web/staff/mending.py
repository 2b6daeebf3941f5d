"""One verb for some messages: which they are, what will happen, a reason, done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.errors import Refused
from accounts.web.staff import allowed
from notifications import kinds
from notifications.domain.correcting import MAY_BE_CORRECTED
from notifications.domain.mending import VERBS, These, can
from notifications.models import Message
from notifications.rules import mends_messages
from notifications.web.staff.pages import UNPROCESSABLE, ReasonForm, numbers_in, staff_page

MOST = 500
SHOWN = 10
FACTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Words:
    """How a verb is said: on its button, over its page, and what follows."""

    button: str | Promise
    follows: str | Promise


WORDS = {
    "recall": Words(
        gettext_lazy("Take back"),
        gettext_lazy("They are never sent, and nobody sees them on the site."),
    ),
    "try-again": Words(
        gettext_lazy("Try again"),
        gettext_lazy("They go into the queue once more, as if they had never been tried."),
    ),
    "it-left": Words(
        gettext_lazy("It left"),
        gettext_lazy("They count as sent. Do this when the mail server’s log has them."),
    ),
    "send-again": Words(
        gettext_lazy("It did not leave: send it"),
        gettext_lazy(
            "They are sent. If one did leave after all, its person gets it twice: look into the "
            "mail server’s log first."
        ),
    ),
}


def address_of(verb: str) -> str:
    """The page of a verb."""
    if verb == "correct":
        return reverse("admin:notifications_correction_new")
    return reverse("admin:notifications_message_mend", args=[verb])


def verbs_for(message: Message, now: datetime) -> list[dict[str, str]]:
    """The buttons of one message."""
    this = Message.objects.filter(pk=message.pk)
    found = [
        {"label": str(words.button), "url": f"{address_of(verb)}?ids={message.pk}"}
        for verb, words in WORDS.items()
        if can(verb, this, now).exists()
    ]
    if message.state in MAY_BE_CORRECTED:
        url = f"{address_of('correct')}?ids={message.pk}"
        found.append({"label": _("Send a correction"), "url": url})
    return found


def held_facts(now: datetime) -> list[dict[str, Any]]:
    """What was told to many and has not left: each with the way to take it back."""
    waiting = (
        Message.objects.filter(state=Message.State.QUEUED, in_bulk=True)
        .values("run", "kind")
        .annotate(people=Count("pk"), leaves_at=Min("due_at"))
        .order_by("leaves_at", "run", "kind")[:FACTS_SHOWN]
    )
    return [
        row
        | {
            "title": kinds.title_of(row["kind"]),
            "url": f"{address_of('recall')}?{urlencode({'run': row['run']})}",
        }
        for row in waiting
    ]


def mend(request: HttpRequest, verb: str) -> HttpResponse:
    """Ask for a reason, with the messages in view; do it."""
    person = allowed(request, mends_messages)
    if verb not in VERBS:
        raise Http404
    told = request.POST if request.method == "POST" else request.GET
    these = These(ids=numbers_in(told.get("ids", ""), MOST), run=told.get("run", "")[:80])
    now = timezone.now()
    chosen = can(verb, these.rows(), now).select_related("person").defer("body").order_by("pk")
    count = chosen.count()
    if not count:
        messages.warning(request, _("None of these messages is in a state for this any more."))
        return redirect("admin:notifications_message_changelist")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            done = VERBS[verb](these=these, by=person, now=now, **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = ngettext("Done for %(n)d message.", "Done for %(n)d messages.", done)
            messages.success(request, said % {"n": done})
        return redirect("admin:notifications_message_changelist")
    context = {
        "form": form,
        "words": WORDS[verb],
        "count": count,
        "left_out": (len(these.ids) - count) if not these.run else 0,
        "first": chosen[:SHOWN],
        "ids": ",".join(map(str, these.ids)),
        "run": these.run,
        "back": reverse("admin:notifications_message_changelist"),
    }
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "mend", str(WORDS[verb].button), context, status=status)
