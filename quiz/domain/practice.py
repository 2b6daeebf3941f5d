"""Practise on the same screen with other questions, as often as one likes. It counts for nothing.

Practice has its own items and its own tables: there is nothing to filter out anywhere else.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.models import Application, Cohort
from notifications.moments import say_instant
from quiz.answers import Answer, Reason, SavedAnswer
from quiz.domain.saving import Receipt, Saved, SaveResult
from quiz.domain.timekeeping import time_factor
from quiz.models import Item, ItemVersion, Practice, PracticeAnswer, QuizItem, Response
from quiz.papers import Blueprint, Cell, draw
from quiz.pooling import pool_item

MINUTES = 10
ITEMS = 8  # at most; fewer if there are fewer practice items


class UnableToPractise(Refused):
    """No practice was begun; the message says why."""


class UnableToMark(Refused):
    """No item was marked; the message says why."""


def is_open(cohort: Cohort, now: datetime) -> bool:
    """Practice is open from when applications open until the quiz closes."""
    return cohort.applications_open_at <= now < cohort.quiz_closes_at


def is_running(practice: Practice | None, now: datetime) -> bool:
    return practice is not None and practice.closed_at is None and now < practice.deadline_at


def start_practice(*, application_id: int, by: User, now: datetime) -> Practice:
    """Begin anew, or return the practice that is running. The one before is forgotten.

    Raises:
        UnableToPractise: practice is not open, or there are no practice items.
    """
    with transaction.atomic():
        application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("cohort")
            .get(pk=application_id)
        )
        before = Practice.objects.filter(application=application).first()
        if before is not None and is_running(before, now):
            return before
        _require_open(application.cohort, now)
        versions = list(usable_versions())
        if not versions:
            raise UnableToPractise(_("There are no practice questions yet."))
        number = before.number + 1 if before else 1
        if before:
            before.delete()
        practice = Practice.objects.create(
            application=application,
            number=number,
            started_at=now,
            deadline_at=now + timedelta(minutes=float(MINUTES * time_factor(application_id))),
        )
        _lay_out(practice, versions, seed=f"practice {application.reference} {number}")
        return practice


def save_practice(
    *, application_id: int, number: int, answers: Sequence[SavedAnswer], now: datetime
) -> Receipt:
    """Save changes as the quiz does: each position by itself, never an older over a newer one.

    Args:
        number: of the practice that the page shows; one that was begun anew meanwhile takes none.
    """
    with transaction.atomic():
        practice = (
            Practice.objects.select_for_update()
            .filter(application_id=application_id, number=number)
            .first()
        )
        if practice is None or not is_running(practice, now):
            refused = tuple(SaveResult(save.position, Saved.REFUSED) for save in answers)
            return Receipt(refused, open=False, remaining=timedelta(0))
        known = {answer.position: answer for answer in practice.answers.all()}
        results = tuple(_save(known.get(save.position), save) for save in answers)
        written = [r.position for r in results if r.state == Saved.SAVED]
        PracticeAnswer.objects.bulk_update(
            [known[position] for position in written], ["answer", "sequence"]
        )
        return Receipt(results, open=True, remaining=practice.deadline_at - now)


def close_practice(*, application_id: int, now: datetime) -> Practice | None:
    """End the practice, so that its right answers can be seen; doing so twice changes nothing."""
    with transaction.atomic():
        practice = (
            Practice.objects.select_for_update().filter(application_id=application_id).first()
        )
        if practice is not None and is_running(practice, now):
            practice.closed_at = now
            practice.save(update_fields=["closed_at"])
        return practice


def set_practice(*, codes: Collection[str], practice: bool, by: User, now: datetime) -> int:
    """Keep items for practice, or give them back to quizzes; return how many changed.

    Raises:
        UnableToMark: a code is unknown, or an item is in use on the other side.
    """
    with transaction.atomic():
        items = list(Item.objects.select_for_update().filter(code__in=codes).order_by("pk"))
        if unknown := sorted(set(codes) - {item.code for item in items}):
            raise UnableToMark(
                _("There is no item with the code %(codes)s.") % {"codes": ", ".join(unknown)}
            )
        changing = [item for item in items if item.practice != practice]
        if used := sorted(_in_use(changing, practice=practice)):
            raise UnableToMark(
                _("In use, so it keeps its side: %(codes)s.") % {"codes": ", ".join(used)}
            )
        Item.objects.filter(pk__in=[item.pk for item in changing]).update(practice=practice)
        after = {"practice": practice}
        audit.record_many(
            [audit.event(i, "mark-practice", by=by, now=now, after=after) for i in changing]
        )
        return len(changing)


def usable_versions() -> Sequence[ItemVersion]:
    """The newest approved version of every practice item."""
    usable = ItemVersion.objects.usable().filter(item__practice=True)
    return list(usable.select_related("item").order_by("item_id"))


def _in_use(items: Collection[Item], *, practice: bool) -> set[str]:
    """The codes of items that stand in a quiz (or, the other way, in somebody's practice)."""
    pk = [item.pk for item in items]
    sides = [QuizItem.objects, Response.objects] if practice else [PracticeAnswer.objects]
    return {
        code
        for side in sides
        for code in side.filter(item_version__item__in=pk)
        .values_list("item_version__item__code", flat=True)
        .distinct()
    }


def _require_open(cohort: Cohort, now: datetime) -> None:
    if now < cohort.applications_open_at:
        opens = say_instant(cohort.applications_open_at)
        raise UnableToPractise(_("Practice opens on %(at)s.") % {"at": opens})
    if now >= cohort.quiz_closes_at:
        closed = say_instant(cohort.quiz_closes_at)
        raise UnableToPractise(_("Practice closed with the quiz on %(at)s.") % {"at": closed})


def _lay_out(practice: Practice, versions: Sequence[ItemVersion], *, seed: str) -> None:
    pool = [replace(pool_item(version), topic="practice", difficulty="any") for version in versions]
    cell = Cell("practice", "any", min(ITEMS, len(pool)))
    PracticeAnswer.objects.bulk_create(
        PracticeAnswer(
            practice=practice,
            position=position,
            item_version_id=item.key,
            choice_order=list(item.choices),
        )
        for position, item in enumerate(draw(Blueprint((cell,)), pool, seed).items, start=1)
    )


def _save(kept: PracticeAnswer | None, save: SavedAnswer) -> SaveResult:
    if kept is None:
        return SaveResult(save.position, Saved.REFUSED, reason=Reason.NOWHERE)
    if save.sequence > kept.sequence:
        kept.answer, kept.sequence = save.answer, save.sequence
        return SaveResult(save.position, Saved.SAVED, save.sequence)
    again = (kept.sequence, kept.answer) == (save.sequence, save.answer)
    state = Saved.SAVED if again else Saved.STALE
    return SaveResult(save.position, state, kept.sequence, cast("Answer | None", kept.answer))
