"""Decide about two applications that may be one person's: join them, or keep both."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.impartial import require_another
from accounts.errors import Refused
from accounts.models import User
from applications.domain.applying import EDITABLE, keep_version
from applications.domain.locking import hold_publishing
from applications.domain.review import doubts_about, reconsider
from applications.domain.stages import advance_locked
from applications.lifecycle import MOVES, Move
from applications.models import AccessRequest, Application, Document, DuplicateCase, Stage
from notifications.domain.outbox import Telling, queue

UNANSWERED: tuple[Any, ...] = ("", None, [])
SHORT_NAME = 2

Hold = Callable[[Application], str]
"""What a later room has about an application that a merge would bury, in words; or nothing."""

_holds: list[Hold] = []


class UnableToMerge(Refused):
    """The two applications cannot be joined like this; the message says why."""


def register_hold(hold: Hold) -> None:
    """Let a later room say that this application must be the one that goes on."""
    if hold not in _holds:
        _holds.append(hold)


def merge_applications(
    *, case_id: int, keep_id: int, note: str, by: User, now: datetime
) -> Application:
    """Join the two applications of a case: one goes on, the other becomes part of its history.

    What the one that goes on has left open is filled from the other; nothing is overwritten and
    nothing is deleted. Both people's accounts stay, and whoever wrote the other is told.

    Raises:
        AboutOneself: one of them is one's own.
        UnableToMerge: no reason, decided already, or the other one cannot be given up.
    """
    _require_note(note)
    with transaction.atomic():
        cohorts = DuplicateCase.objects.values_list("cohort", flat=True)
        hold_publishing(cohorts.get(pk=case_id))
        case, pair = _locked(case_id)
        keep = next((one for one in pair if one.pk == keep_id), None)
        if keep is None:
            raise UnableToMerge(_("Choose which of the two goes on."))
        [drop] = [one for one in pair if one.pk != keep_id]
        _require_mergeable(keep, drop)
        require_another(by, [keep.user_id, drop.user_id])
        doubts = doubts_about(keep)
        filled = _fill_gaps(keep, drop, now=now)
        moved = _move_what_hangs_on(keep, drop, by=by, now=now)
        advance_locked([drop], move=Move.MERGE, by=by, now=now, reason=note, into=keep)
        audit.record(
            keep,
            "take-over",
            by=by,
            now=now,
            after={"from": drop.reference, "fields": filled, "moved": moved},
            reason=note,
        )
        if filled:
            reconsider(keep, before=doubts, by=by, now=now)
        _hand_on_cases(keep, drop, case, by=by, now=now)
        _decide(case, DuplicateCase.State.MERGED, note, by=by, now=now)
        queue([_letter(keep, drop)], now=now)
        return keep


def keep_both(*, case_id: int, note: str, by: User, now: datetime) -> DuplicateCase:
    """Decide that these are two people; the pair does not come up again.

    Raises:
        AboutOneself: one of them is one's own.
        UnableToMerge: no reason, or decided already.
    """
    _require_note(note)
    with transaction.atomic():
        case, pair = _locked(case_id)
        require_another(by, [one.user_id for one in pair])
        return _decide(case, DuplicateCase.State.DISTINCT, note, by=by, now=now)


def hindrances_to_giving_up(application: Application) -> list[str]:
    """Why this application must be the one that goes on, in words."""
    found = [text for hold in _holds if (text := hold(application))]
    if application.stage not in MOVES[Move.MERGE][0]:
        stage = application.get_stage_display()
        found.append(_("It has come as far as “%(stage)s”.") % {"stage": stage})
    return found


def _require_note(note: str) -> None:
    if not note.strip():
        raise UnableToMerge(_("Say why: the people concerned may ask."))


def _locked(case_id: int) -> tuple[DuplicateCase, list[Application]]:
    """The case and its two applications, the applications first: in the order of their ids."""
    ids = DuplicateCase.objects.values_list("first_id", "second_id").get(pk=case_id)
    pair = list(
        Application.objects.select_for_update(of=("self",))
        .select_related("user", "cohort__rules", "cohort__programme", "rules")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    case = DuplicateCase.objects.select_for_update().get(pk=case_id)
    if case.state != DuplicateCase.State.OPEN:
        raise UnableToMerge(_("This case has been decided already."))
    return case, pair


def _require_mergeable(keep: Application, drop: Application) -> None:
    if keep.stage in (Stage.MERGED, Stage.WITHDRAWN, Stage.DRAFT):
        raise UnableToMerge(
            _("%(reference)s is “%(stage)s” and cannot be the one that goes on.")
            % {"reference": keep.reference, "stage": keep.get_stage_display()}
        )
    hindrances = hindrances_to_giving_up(drop)
    if hindrances:
        raise UnableToMerge(
            _("%(reference)s cannot be given up. %(why)s")
            % {"reference": drop.reference, "why": " ".join(hindrances)}
        )


def _fill_gaps(keep: Application, drop: Application, *, now: datetime) -> list[str]:
    """Answer what was left open from the other application; return the names of the fields."""
    filled = [
        name
        for name in EDITABLE
        if getattr(keep, name) in UNANSWERED and getattr(drop, name) not in UNANSWERED
    ]
    if keep.institution_id or keep.institution_other:
        filled = [name for name in filled if not name.startswith("institution")]
    if filled and not keep.submissions.exists():
        keep_version(keep, now=keep.submitted_at or now)  # came from a file
    for name in filled:
        setattr(keep, name, getattr(drop, name))
    if filled:
        keep.version += 1
        keep.save(update_fields=[*filled, "version"])
        keep_version(keep, now=now)
    return filled


def _move_what_hangs_on(
    keep: Application, drop: Application, *, by: User, now: datetime
) -> list[str]:
    """Let documents and the access request that only the other one has go on with this one.

    Returns what the story of the application may tell: of the access request the trail says so
    at the request alone.
    """
    moved = []
    have = keep.documents.filter(replaced_at__isnull=True).values_list("kind", flat=True)
    live = Document.objects.filter(application=drop, replaced_at__isnull=True)
    if live.exclude(kind__in=list(have)).update(application=keep):
        moved.append("documents")
    asked = list(AccessRequest.objects.filter(application__in=[keep, drop]).select_for_update())
    if [request.application_id for request in asked] == [drop.pk]:
        [request] = asked
        request.application = keep
        request.save(update_fields=["application"])
        audit.record(request, "take-over", by=by, now=now)
    return moved


def _hand_on_cases(
    keep: Application, drop: Application, case: DuplicateCase, *, by: User, now: datetime
) -> None:
    """What is still to be decided about the one that is gone is to be decided about the other."""
    open_cases = (
        DuplicateCase.objects.select_for_update()
        .filter(Q(first=drop) | Q(second=drop), state=DuplicateCase.State.OPEN)
        .exclude(pk=case.pk)
        .order_by("pk")
    )
    for other in open_cases:
        third = other.second_id if other.first_id == drop.pk else other.first_id
        first, second = sorted((keep.pk, third))
        DuplicateCase.objects.bulk_create(
            [
                DuplicateCase(
                    cohort_id=keep.cohort_id,
                    first_id=first,
                    second_id=second,
                    reason=other.reason,
                    found_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        _decide(other, DuplicateCase.State.MERGED, keep.reference, by=by, now=now)


def _decide(
    case: DuplicateCase, state: DuplicateCase.State, note: str, *, by: User, now: datetime
) -> DuplicateCase:
    case.state, case.note = state, note
    case.decided_by, case.decided_at = by, now
    case.save(update_fields=["state", "note", "decided_by", "decided_at"])
    pair = {"applications": [case.first_id, case.second_id]}
    audit.record(case, state.value, by=by, now=now, after=pair, reason=note)
    return case


def _letter(keep: Application, drop: Application) -> Telling:
    return Telling(
        person=drop.user,
        kind="application-merged",
        run=f"application:{drop.reference}:merged",
        topic=f"application:{drop.reference}",
        variables={
            "name": drop.called,
            "cohort": drop.cohort,
            "reference": drop.reference,
            "other": keep.reference,
            "address": masked(keep.user.email),
            "contact": drop.cohort.programme.contact_email,
        },
    )


def masked(email: str) -> str:
    """An address that its owner knows again and nobody else learns: `t…n@example.hk`."""
    name, _at, domain = email.partition("@")
    shown = f"{name[0]}…{name[-1]}" if len(name) > SHORT_NAME else f"{name[:1]}…"
    return f"{shown}@{domain}"
