"""Tell a member of staff what became of what they asked a second person.

One kind of letter for every outcome. It says the kind of the request and the reference of what it
is about; names, reasons and content stand on the page of the request alone.
"""

from contextlib import ExitStack
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import translation

from accounts import approvable, outcomes
from accounts.models import Approval
from notifications.domain.outbox import Telling, queue
from notifications.models import Message

KIND = "request-answered"
LOOKS_BACK = timedelta(days=7)
"""How long after a lapse it is still worth telling, also if no worker was there meanwhile."""
State = Approval.State


def tell_what_became(approval: Approval, now: datetime) -> None:
    """Queue the letter to who asked. Once for each outcome; a later one voids an unsent older."""
    queue([_telling(approval, now)], now=now)


def tell_lapsed(*, now: datetime) -> int:
    """Tell who asked for what nobody decided in time, each once; return how many were told.

    Nothing is cleared by it. One that cannot be told stops no other: its error surfaces when all
    others are done.
    """
    told_already = Message.objects.filter(
        run=Concat(
            Value("approval:"), Cast(OuterRef("pk"), CharField()), Value(f":{State.LAPSED.value}")
        )
    )
    late = Approval.objects.filter(
        ~Exists(told_already),
        state=State.REQUESTED,
        expires_at__lte=now,
        expires_at__gt=now - LOOKS_BACK,
    )
    told: list[bool] = []
    with ExitStack() as stack:  # what was called back last is done first, whatever the others raise
        for pk in late.order_by("-expires_at", "-pk").values_list("pk", flat=True):
            stack.callback(lambda pk: told.append(_tell_of_lapse(pk, now=now)), pk)
    return sum(told)


def _tell_of_lapse(approval_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        rows = Approval.objects.select_for_update(of=("self",)).select_related("requested_by")
        approval = rows.get(pk=approval_id)
        if approval.state != State.REQUESTED or not approval.has_lapsed(now):
            return False
        outcomes.tell_asker(approval, now)
        return True


def _telling(approval: Approval, now: datetime) -> Telling:
    person, kind = approval.requested_by, approvable.known(approval.kind)
    outcome = State.LAPSED if approval.has_lapsed(now) else State(approval.state)
    with translation.override(person.language):
        variables = {
            "request": str(kind.title),
            "about": approvable.subject_of(approval).reference or None,
            "approved": outcome == State.APPROVED,
            "refused": outcome == State.REFUSED,
            "taken_back": outcome == State.TAKEN_BACK,
            "done": kind.carry_out is not None,
            "until": approval.expires_at,
            "request_path": reverse("admin:accounts_approval_change", args=[approval.pk]),
        }
    return Telling(
        person,
        KIND,
        f"approval:{approval.pk}:{outcome.value}",
        variables,
        f"approval:{approval.pk}",
    )
