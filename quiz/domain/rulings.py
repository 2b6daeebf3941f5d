"""Rule on an item after people have answered it: propose, let a second person agree, score anew."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from accounts.domain import approvals, audit
from accounts.errors import Refused
from accounts.models import Approval, User
from quiz.domain.scoring import score_quiz
from quiz.domain.standing import require_scores_open
from quiz.models import ItemVersion, Quiz, QuizItem, Ruling, ScoringRun
from quiz.models.rulings import APPROVAL_KIND
from quiz.scoring import Key, MultipleKey, SingleKey, UnreadableKey, key_from_dict, key_to_dict

MOST_KEYS = 20


class UnableToRule(Refused):
    """Nothing was changed; the message says why."""


def propose_ruling(
    *,
    quiz_id: int,
    item_version_id: int,
    effect: str,
    keys: Sequence[Mapping[str, Any]] = (),
    reason: str,
    by: User,
    now: datetime,
) -> Ruling:
    """Propose how an item of a quiz is to count. An older proposal about the item is dropped.

    Args:
        effect: one of `Ruling.Effect`.
        keys: for another key: what is accepted from now on, each as `key_to_dict` writes it; the
            best of them counts.

    Raises:
        UnableToRule: the item is not in the quiz, no reason is given, a key is not one for this
            item, the item counts like this already, or a paper could be left without an item.
    """
    if effect not in Ruling.Effect.values:
        raise UnableToRule(_("Choose what is to happen to the item."))
    if not reason.strip():
        raise UnableToRule(_("Give a reason: it is kept with the ruling."))
    with transaction.atomic():
        same = Ruling.objects.filter(quiz=quiz_id, item_version=item_version_id)
        for older_id in same.filter(state=Ruling.State.PROPOSED).values_list("pk", flat=True):
            approvals.void_requests(kind=APPROVAL_KIND, object_id=older_id, by=by, now=now)
        quiz = Quiz.objects.select_for_update().get(pk=quiz_id)
        pool = QuizItem.objects.filter(quiz=quiz, item_version=item_version_id)
        item = pool.select_related("item_version__item").first()
        if item is None:
            raise UnableToRule(_("This item is not in the quiz."))
        accepted = _accepted(item.item_version, keys) if effect == Ruling.Effect.REKEY else []
        _require_change(quiz, item.item_version, effect, accepted)
        if effect == Ruling.Effect.VOID:
            _require_something_left(quiz, item_version_id)
        for older in same.filter(state=Ruling.State.PROPOSED).select_for_update():
            _drop(older, by=by, now=now, reason="proposed anew")
        ruling = Ruling.objects.create(
            quiz=quiz,
            item_version=item.item_version,
            number=(quiz.rulings.aggregate(last=Max("number"))["last"] or 0) + 1,
            effect=effect,
            keys=accepted,
            reason=reason.strip(),
            proposed_at=now,
            proposed_by=by,
        )
        audit.record(
            ruling,
            "propose-ruling",
            by=by,
            now=now,
            after={"item": str(item.item_version), "effect": effect, "keys": accepted},
            reason=ruling.reason,
        )
        return ruling


def ask_for_ruling(*, ruling_id: int, by: User, now: datetime) -> Approval:
    """Ask a second person to agree to exactly this ruling.

    Raises:
        UnableToRule: it is no longer a proposal.
        InputLocked: a list has been published from the scores, so agreeing would do nothing.
    """
    with transaction.atomic():
        require_scores_open(rulings=ruling_id, now=now)
        ruling = Ruling.objects.get(pk=ruling_id)
        _require_proposal(ruling)
        return approvals.request_approval(
            kind=APPROVAL_KIND, object_id=ruling.pk, payload=ruling.content, by=by, now=now
        )


def decide_on_ruling(
    *, ruling_id: int, approve: bool, digest: str, by: User, now: datetime, reason: str = ""
) -> Approval:
    """Agree to a ruling: it is in force at once and the quiz is scored anew. Or refuse it.

    A refused proposal can be asked for again, or dropped.

    Args:
        digest: of the ruling as the second person saw it.

    Raises:
        UnableToRule: nobody has asked, it is no longer a proposal, or the quiz is being scored.
        UnableToApprove: the same person asked, it is another ruling, or the request has lapsed.
        InputLocked: a list has been published from the scores.
    """
    ruling = Ruling.objects.get(pk=ruling_id)
    _require_proposal(ruling)
    approval = open_request(ruling, now)
    if approval is None:
        raise UnableToRule(_("Nobody has asked for a second person’s decision."))
    return approvals.decide(
        approval_id=approval.pk, approve=approve, digest=digest, by=by, now=now, reason=reason
    )


def drop_ruling(*, ruling_id: int, by: User, now: datetime) -> Ruling:
    """Give a proposal up; nothing has come of it, and a request about it is void.

    Raises:
        UnableToRule: it is no longer a proposal.
    """
    with transaction.atomic():
        approvals.void_requests(kind=APPROVAL_KIND, object_id=ruling_id, by=by, now=now)
        ruling = _locked(ruling_id)
        _drop(ruling, by=by, now=now, reason="")
        return ruling


def put_in_force(approval: Approval, by: User, now: datetime) -> None:
    """What the second person's yes does, in its transaction."""
    require_scores_open(rulings=approval.object_id, now=now)
    ruling = _locked(int(approval.object_id))
    if ruling.digest != approval.digest:
        raise UnableToRule(_("The content has changed since approval was asked for."))
    if ruling.proposed_by_id == by.pk:
        raise UnableToRule(_("The person who proposed a ruling cannot decide on it."))
    quiz = Quiz.objects.select_for_update().get(pk=ruling.quiz_id)
    if quiz.scoring_runs.filter(state=ScoringRun.State.RUNNING).exists():
        raise UnableToRule(_("The quiz is being scored. Try again when that is done."))
    ruling.state, ruling.decided_at, ruling.decided_by = Ruling.State.IN_FORCE, now, by
    ruling.save(update_fields=["state", "decided_at", "decided_by"])
    audit.record(ruling, "put-in-force", by=by, now=now, after={"digest": ruling.digest})
    if quiz.scoring_runs.exists():
        score_quiz(quiz_id=quiz.pk, by=by, now=now)


def open_request(ruling: Ruling, now: datetime) -> Approval | None:
    """The request that waits for a second person and has not lapsed, if one does."""
    return Approval.objects.filter(
        kind=APPROVAL_KIND,
        object_id=str(ruling.pk),
        state=Approval.State.REQUESTED,
        expires_at__gt=now,
    ).first()


def _locked(ruling_id: int) -> Ruling:
    """The proposal, after its quiz: every verb about a quiz's scores locks the quiz first."""
    Quiz.objects.select_for_update().get(rulings=ruling_id)
    ruling = Ruling.objects.select_for_update().get(pk=ruling_id)
    _require_proposal(ruling)
    return ruling


def _require_proposal(ruling: Ruling) -> None:
    if ruling.state != Ruling.State.PROPOSED:
        raise UnableToRule(_("This ruling is no longer a proposal. What it says stays as it is."))


def _drop(ruling: Ruling, *, by: User, now: datetime, reason: str) -> None:
    ruling.state, ruling.decided_at, ruling.decided_by = Ruling.State.DROPPED, now, by
    ruling.save(update_fields=["state", "decided_at", "decided_by"])
    audit.record(ruling, "drop-ruling", by=by, now=now, reason=reason)


def _accepted(version: ItemVersion, keys: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The keys in their stored spelling, each once."""
    if not 1 <= len(keys) <= MOST_KEYS:
        raise UnableToRule(
            _("Another key needs at least one accepted answer, and at most %(most)d keys.")
            % {"most": MOST_KEYS}
        )
    own = key_from_dict(version.key)
    accepted: list[dict[str, Any]] = []
    for stored in keys:
        try:
            key = key_from_dict(stored)
        except UnreadableKey as fault:
            raise UnableToRule(_("This is not a key: %(why)s") % {"why": fault}) from fault
        if not _fits(key, own):
            raise UnableToRule(_("This key is not one for the kind and the choices of the item."))
        spelt = key_to_dict(key)
        if spelt not in accepted:
            accepted.append(spelt)
    return accepted


def _fits(key: Key, own: Key) -> bool:
    """Whether a key judges what the item asks: its kind, and all its choices where it has any."""
    if key.kind != own.kind:
        return False
    if isinstance(key, SingleKey | MultipleKey) and isinstance(own, SingleKey | MultipleKey):
        return key.fractions.keys() == own.fractions.keys()
    return True


def _require_change(
    quiz: Quiz, version: ItemVersion, effect: str, keys: list[dict[str, Any]]
) -> None:
    now_in_force = Ruling.objects.filter(quiz=quiz, item_version=version).in_force().first()
    stands = (now_in_force.effect, now_in_force.keys) if now_in_force else None
    if (effect, keys) == (stands or (Ruling.Effect.AS_IT_WAS.value, [])) or (
        (stands is None or stands[0] == Ruling.Effect.AS_IT_WAS) and keys == [version.key]
    ):
        raise UnableToRule(_("The item counts like this already."))


def _require_something_left(quiz: Quiz, version_id: int) -> None:
    """At least one item of every paper counts, whoever drew which."""
    in_force = Ruling.objects.filter(quiz=quiz).in_force()
    void = {r.item_version_id for r in in_force if r.effect == Ruling.Effect.VOID}
    places = quiz.cells.aggregate(places=Sum("count"))["places"] or 0
    if len(void | {version_id}) >= places:
        raise UnableToRule(_("So many items are void that a paper could be left with none."))
