"""What goes to many after a second person agreed lives one life, whatever it is.

    written ─► asked about ─► agreed to ─► sent      by a worker, whole or not at all
        └──────────┴──────────────┴──────► dropped   also when it is refused or nobody decides

An announcement and a correction say in their `Life` what they are and how they are sent; what they
may do, when, and who is told why not, stands here. The agreement answers at once: it marks the row
and asks for a job. The worker looks again at everything under its lock.

Lock in this order: the request to the second person, then the row.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import approvable
from accounts.domain import audit
from accounts.domain.approvals import VALID_FOR, void_requests
from accounts.domain.jobs import Tell, newest_job, start_job, unwatched
from accounts.errors import Refused
from accounts.models import Approval, Job, User
from accounts.queries import deciders_of
from notifications.models import Announcement, Correction
from notifications.texts import Shelf

Texts = dict[str, int | str]
"""By kind, which version of the text is in force (`Shelf.versions`)."""
Row = TypeVar("Row", Announcement, Correction)
AGREED = Announcement.State.AGREED.value
DROPPED = Announcement.State.DROPPED.value
SENT = Announcement.State.SENT.value
ENDED = (SENT, DROPPED, Announcement.State.REFUSED.value)


class Hindrance(models.TextChoices):
    """Why what waits cannot be sent, by the clock and by what it says now."""

    UNANSWERED = "unanswered", gettext_lazy("nobody decided within three days")
    LAPSED = "lapsed", gettext_lazy("agreed to more than three days ago")
    CHANGED = "changed", gettext_lazy("changed since approval was asked for")
    UNREADABLE = "unreadable", gettext_lazy("nobody else is on record as reading both languages")


@dataclass(frozen=True, slots=True)
class Life(Generic[Row]):
    """How rows of one model go from written to sent.

    Attributes:
        model: has a `state`.
        name: in the trail, in requests, jobs and addresses.
        asked: the state in which a second person is asked.
        refused: the state in which a refusal leaves it.
        frozen: the way from a row to the ids of those it is about.
        content: what a second person agrees to, of a row and these ids; plain JSON.
        letter: the kind of its letters, whose text in force is agreed to as well.
        fill: put its letters into the outbox, mark it sent, and return how many they are.
        noted: what the trail keeps of it.
        why_not: why it is not in the state in which it could go on.
        refusal: what is raised, with a message for people.
    """

    model: type[Row]
    name: str
    asked: str
    refused: str
    frozen: str
    content: Callable[[Row, Collection[int]], dict[str, Any]]
    letter: Callable[[Row], str]
    fill: Callable[[Row, User | None, datetime, Tell], int]
    noted: Callable[[Row], dict[str, Any]]
    why_not: Callable[[Row], str]
    refusal: type[Refused]

    @property
    def kind(self) -> str:
        """Of the request to a second person."""
        return f"send-{self.name}"

    @property
    def job(self) -> str:
        """The kind of the work."""
        return f"notifications.{self.kind}"

    # ---- what people do --------------------------------------------------------------------------

    def agree(self, approval: Approval, by: User, now: datetime) -> None:
        """A second person agrees: from now on a worker may send it.

        Raises:
            Refused: it no longer waits, or it is not what was asked for.
        """
        with transaction.atomic():
            row = self._locked(int(approval.object_id), self.asked)
            if approval.payload != self.payload(row):
                raise self.refusal(say_changed())
            row.state, changed = AGREED, ["state"]
            if isinstance(row, Announcement):
                row.approved_by = by
                changed.append("approved_by")
            row.save(update_fields=changed)
            verb = f"agree-to-{self.name}"
            audit.record(row, verb, by=by, now=now, after=self.noted(row))
            self._start(row.pk, by=by, now=now)

    def try_again(self, *, pk: int, by: User, now: datetime) -> Job:
        """Have a worker try again what was agreed to; while one does, this returns the same job.

        The row is not locked, so that nobody waits here for a sending that goes on.

        Raises:
            Refused: nobody has agreed to it, that counts no longer, or it was sent or dropped.
        """
        row = self.model._default_manager.get(pk=pk)
        self._require(row, AGREED)
        self._require_free(row, now)
        return self._start(pk, by=by, now=now)

    def send(self, *, pk: int, by: User | None, now: datetime, tell: Tell = unwatched) -> int:
        """Send what a second person agreed to, whole or not at all; how many letters it made.

        Args:
            tell: hears how far it is.

        Raises:
            Refused: it was sent or dropped, changed since, agreed to too long ago, or cannot be
                written; it stays as it is.
        """
        with transaction.atomic():
            row = self._locked(pk, AGREED)
            self._require_free(row, now)
            return self.fill(row, by, now, tell)

    def drop(self, *, pk: int, reason: str, by: User, now: datetime) -> None:
        """Give it up before it is sent, and with it the request. Twice changes nothing.

        Raises:
            Refused: it has been sent, or refused.
        """
        with transaction.atomic():
            self.give_up(pk=pk, reason=reason, by=by, now=now)
            row = self.model._default_manager.get(pk=pk)
            self._require(row, DROPPED)

    def give_up(self, *, pk: int, reason: str, by: User, now: datetime) -> None:
        """The same for what something else takes the place of: what has ended stays as it is."""
        with transaction.atomic():
            void_requests(kind=self.kind, object_id=pk, by=by, now=now)
            self._end(pk, DROPPED, by=by, now=now, reason=reason)

    def note_refusal(self, approval: Approval, by: User, now: datetime) -> None:
        """A second person has refused it: it will never be sent."""
        self._end(int(approval.object_id), self.refused, by=by, now=now, reason=approval.reason)

    def note_withdrawal(self, approval: Approval, by: User, now: datetime) -> None:
        """Nobody will decide about it: it is dropped."""
        reason = approval.ended_because
        self._end(int(approval.object_id), DROPPED, by=by, now=now, reason=reason)

    def run(self, job: Job, tell: Tell) -> dict[str, Any]:
        """The worker's part: `accounts.domain.jobs` calls it."""
        at = job.started_at or job.asked_at
        return {"letters": self.send(pk=job.payload[self.name], by=job.asked_by, now=at, tell=tell)}

    def would_wait_for_nobody(self, by: User) -> bool:
        """Whether it is nobody's to decide what somebody asks: nobody else reads both languages."""
        return not self._deciders() - {by.pk}

    # ---- how it stands ---------------------------------------------------------------------------

    def payload(self, row: Row) -> dict[str, Any]:
        """What a request to a second person holds, if one is asked now."""
        ids = self.model._default_manager.filter(pk=row.pk).values_list(self.frozen, flat=True)
        return self._agreed(row, [pk for pk in ids if pk is not None], self._texts([row]))

    def request_of(self, pk: int) -> Approval | None:
        """The newest request to a second person: only that one counts."""
        return self._newest_requests([pk]).get(str(pk))

    def work_of(self, approval: Approval) -> Job | None:
        """The sending that an agreement began."""
        return self.newest_work(int(approval.object_id))

    def newest_work(self, pk: int) -> Job | None:
        """The newest sending of it, in whatever state."""
        return newest_job([self.job], {self.name: pk})

    def hindrance(self, row: Row, now: datetime) -> Hindrance | None:
        """Why a row that waits, for a second person or for a worker, cannot be sent."""
        if row.state not in (self.asked, AGREED):
            return None
        request, deciders = self.request_of(row.pk), self._deciders()
        return self._hindrance(row, self.payload(row), request, deciders, now)

    def hindrances(self, now: datetime) -> dict[int, Hindrance]:
        """The same of all rows that wait, by id; of the others nothing. Four queries."""
        ids = ArrayAgg(self.frozen, filter=Q((f"{self.frozen}__isnull", False)), default=[])
        waiting = self.model._default_manager.filter(state__in=(self.asked, AGREED))
        rows = list(waiting.annotate(frozen_ids=ids))
        requests = self._newest_requests([row.pk for row in rows])
        deciders, texts = self._deciders(), self._texts(rows)
        found = {}
        for row in rows:
            payload = self._agreed(row, row.frozen_ids, texts)
            if why := self._hindrance(row, payload, requests.get(str(row.pk)), deciders, now):
                found[row.pk] = why
        return found

    def _hindrance(
        self,
        row: Row,
        payload: dict[str, Any],
        request: Approval | None,
        deciders: frozenset[int],
        now: datetime,
    ) -> Hindrance | None:
        """An agreement holds for three days from when it was given.

        So no worker who was away for long sends what nobody thinks of any more.
        """
        awaited = Approval.State.APPROVED if row.state == AGREED else Approval.State.REQUESTED
        if request is None or request.state != awaited or request.payload != payload:
            return Hindrance.CHANGED
        if row.state == self.asked:
            if request.has_lapsed(now):
                return Hindrance.UNANSWERED
            others = deciders - {request.requested_by_id}
            return None if others else Hindrance.UNREADABLE
        given = request.decided_at
        return Hindrance.LAPSED if given is None or given + VALID_FOR <= now else None

    def _newest_requests(self, pks: Collection[int]) -> dict[str, Approval]:
        about = Approval.objects.filter(kind=self.kind, object_id__in=[str(pk) for pk in pks])
        newest = about.order_by("object_id", "-pk").distinct("object_id")
        return {one.object_id: one for one in newest}

    def _texts(self, rows: Iterable[Row]) -> Texts:
        return Shelf({self.letter(row) for row in rows}).versions()

    def _agreed(self, row: Row, ids: Collection[int], texts: Texts) -> dict[str, Any]:
        return self.content(row, ids) | {"letter": texts[self.letter(row)]}

    def _deciders(self) -> frozenset[int]:
        """Whose it is to decide, unless they asked."""
        people = deciders_of(approvable.known(self.kind))
        return frozenset(people.values_list("pk", flat=True))

    def _require_free(self, row: Row, now: datetime) -> None:
        if why := self.hindrance(row, now):
            raise self.refusal(say(why))

    def _require(self, row: Row, state: str) -> None:
        if row.state != state:
            raise self.refusal(self.why_not(row))

    def _locked(self, pk: int, state: str) -> Row:
        row: Row = self.model._default_manager.select_for_update().get(pk=pk)
        self._require(row, state)
        return row

    def _end(self, pk: int, state: str, *, by: User, now: datetime, reason: str) -> None:
        with transaction.atomic():
            row = self.model._default_manager.select_for_update().get(pk=pk)
            if row.state in ENDED:
                return
            before, row.state = row.state, state
            row.save(update_fields=["state"])
            verb, before_it = f"drop-{self.name}", {"state": before}
            audit.record(row, verb, by=by, now=now, before=before_it, reason=reason)

    def _start(self, pk: int, *, by: User, now: datetime) -> Job:
        return start_job(kind=self.job, payload={self.name: pk}, by=by, now=now)


def say(why: Hindrance) -> str:
    """Why it cannot be sent, in a sentence."""
    return {
        Hindrance.UNANSWERED: _("No second person decided within three days. Write it again."),
        Hindrance.LAPSED: _(
            "A second person agreed to it more than three days ago. Write it again."
        ),
        Hindrance.CHANGED: say_changed(),
        Hindrance.UNREADABLE: say_unreadable(),
    }[why]


def say_changed() -> str:
    """It is not what was asked for."""
    return _("The content has changed since approval was asked for.")


def say_unreadable() -> str:
    """No second person could read it."""
    return _(
        "Nobody but who wrote it could agree to this: no other programme manager is on record as "
        "reading both languages."
    )
