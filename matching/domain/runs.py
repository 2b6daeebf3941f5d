"""Draw up a match, have a second person approve it, publish it at one instant."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.domain import approvals, audit
from accounts.errors import Refused
from accounts.models import Approval, User
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Cohort
from matching.letters import about_the_match
from matching.market import decide, input_digest
from matching.models import APPROVAL_KIND, MatchPair, MatchRun, UnmatchedPerson
from matching.snapshot import take_snapshot
from notifications.domain.outbox import queue
from notifications.moments import say_instant

State = MatchRun.State


class UnableToMatch(Refused):
    """The match cannot be drawn up or published; the message says why."""


def run_match(*, cohort_id: int, seed: str, by: User, now: datetime) -> MatchRun:
    """Match a cohort's certified rankings. An earlier run that is not published is discarded.

    Raises:
        UnableToMatch: the rankings are still open, or a match has been published.
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
        if now < cohort.rankings_close_at:
            raise UnableToMatch(
                _("Rankings are open until %(at)s.") % {"at": say_instant(cohort.rankings_close_at)}
            )
        runs = MatchRun.objects.filter(cohort=cohort)
        if runs.filter(state=State.PUBLISHED).exists():
            raise UnableToMatch(_("The match of this cohort has been published already."))
        for earlier in runs.filter(state=State.DRAWN).select_for_update().order_by("pk"):
            approvals.void_requests(kind=APPROVAL_KIND, object_id=earlier.pk, by=by, now=now)
        runs.filter(state=State.DRAWN).update(state=State.DISCARDED)
        inputs = take_snapshot(cohort_id)
        result = decide(inputs, seed)
        run = MatchRun.objects.create(
            cohort=cohort,
            number=(runs.aggregate(last=Max("number"))["last"] or 0) + 1,
            seed=seed,
            inputs=inputs,
            input_digest=input_digest(inputs, seed),
            result_digest=result.digest(),
            created_at=now,
            created_by=by,
        )
        MatchPair.objects.bulk_create(
            MatchPair(
                run=run,
                application_id=pair.application,
                opportunity_id=pair.opportunity,
                person_rank=pair.person_rank,
                opportunity_rank=pair.opportunity_rank,
            )
            for pair in result.pairs
        )
        UnmatchedPerson.objects.bulk_create(
            UnmatchedPerson(run=run, application_id=key, reason=reason.value)
            for key, reason in result.unmatched
        )
        audit.record(
            run,
            "run-match",
            by=by,
            now=now,
            after={"inputs": run.input_digest, "result": run.result_digest},
        )
        return run


def request_publication(*, run_id: int, by: User, now: datetime) -> Approval:
    """Ask a second person to approve the match as it was drawn up.

    Raises:
        UnableToMatch: it is published or discarded.
    """
    with transaction.atomic():
        run = _locked(run_id)
        _require_drawn(run)
        return approvals.request_approval(
            kind=APPROVAL_KIND, object_id=run.pk, digest=run.digest, by=by, now=now
        )


def approve_publication(
    *, run_id: int, approve: bool, by: User, now: datetime, reason: str = ""
) -> Approval:
    """Agree to the match, or not.

    Raises:
        UnableToMatch: nobody has asked, or the match is published or discarded.
        UnableToApprove: `by` asked for it, or the request has lapsed.
    """
    with transaction.atomic():
        run = _locked(run_id)
        _require_drawn(run)
        request = Approval.objects.filter(
            kind=APPROVAL_KIND, object_id=str(run.pk), state=Approval.State.REQUESTED
        ).first()
        if request is None:
            raise UnableToMatch(_("Nobody has asked for approval of this match."))
        return approvals.decide(
            approval_id=request.pk,
            approve=approve,
            digest=run.digest,
            by=by,
            now=now,
            reason=reason,
        )


def publish_match(*, run_id: int, by: User, now: datetime) -> MatchRun:
    """Make an approved match visible and tell everybody in it, at one instant and once.

    Raises:
        UnableToMatch: it is discarded or not approved, or something that it depends on (a consent,
            a withdrawal, a vacancy) has changed since it was drawn up.
    """
    with transaction.atomic():
        run = _locked(run_id)
        if run.state == State.PUBLISHED:
            return run
        _require_drawn(run)
        if not approvals.is_approved(
            kind=APPROVAL_KIND, object_id=run.pk, digest=run.digest, now=now
        ):
            taken_back = approvals.why_taken_back(kind=APPROVAL_KIND, object_id=run.pk)
            raise UnableToMatch(taken_back or _("A second person has not approved this match."))
        if input_digest(take_snapshot(run.cohort_id), run.seed) != run.input_digest:
            raise UnableToMatch(
                _(
                    "Somebody has withdrawn, or a consent or a vacancy has changed since the match "
                    "was drawn up. Nothing was published. Run the match again."
                )
            )
        run.state, run.published_at = State.PUBLISHED, now
        run.save(update_fields=["state", "published_at"])
        advance(
            application_ids=run.pairs.values_list("application_id", flat=True),
            move=Move.MATCH,
            by=by,
            now=now,
        )
        audit.record(run, "publish-match", by=by, now=now, after={"digest": run.digest})
        queue(about_the_match(run), now=now)
        return run


def hold_run(approval: Approval) -> None:
    """Lock the run of this request, as publishing does before it asks whether it is approved."""
    _locked(int(approval.object_id))


def has_appeared(approval: Approval) -> bool:
    """Whether the match of this request is out."""
    return MatchRun.objects.filter(pk=approval.object_id, state=State.PUBLISHED).exists()


def _locked(run_id: int) -> MatchRun:
    return MatchRun.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=run_id)


def _require_drawn(run: MatchRun) -> None:
    if run.state == State.DISCARDED:
        raise UnableToMatch(_("This run has been discarded; there is a newer one."))
    if run.state == State.PUBLISHED:
        raise UnableToMatch(_("This match has been published already."))
