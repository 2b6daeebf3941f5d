"""Draw a list up: freeze the inputs, rank them in a task, discard what is not wanted."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.domain import approvals, audit
from accounts.domain.jobs import Tell, start_job, unwatched
from accounts.errors import Refused
from accounts.models import Job, User
from applications.lifecycle import STEPS
from applications.models import Application, Cohort
from selection import canonical, runs, sources
from selection.domain.preparing import commit_seed, current_rule, seats_of
from selection.domain.troubles import said_in_both
from selection.letters import told_by
from selection.models import (
    APPROVAL_KIND,
    Entry,
    Override,
    SeedCommitment,
    Selection,
    SelectionRule,
)
from selection.ranking import IncomparableScores, TiePolicy
from selection.runs import Result, decide, snapshot

RANK = "selection.rank"
AT_A_TIME = 1000
Candidates = dict[int, list[Decimal | None]]


class UnableToDrawUp(Refused):
    """The list cannot be drawn up or discarded; the message says why."""


def draw_up(*, cohort_id: int, step: str, by: User | None, now: datetime) -> Selection:
    """Freeze who is ranked and by what, and have a worker rank them when the transaction commits.

    A run of the same list that was not published is discarded: there is one list to approve.
    A seed that was not committed yet is committed now, and the page says that scores were known.

    Raises:
        UnableToDrawUp: nobody is to be ranked, a score is not a number, or the list is out.
        UnableToPrepare: there is no such list.
    """
    with transaction.atomic():
        seed = commit_seed(cohort_id=cohort_id, step=step, by=by, now=now)
        cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
        runs = Selection.objects.select_for_update().filter(cohort=cohort, step=step)
        for run in runs:
            if run.state == Selection.State.PUBLISHED:
                raise UnableToDrawUp(_("This list has been published. It stands as it is."))
            if run.state != Selection.State.DISCARDED:
                _discard(
                    run, by=by, now=now, why=lambda: _("A newer run of this list was drawn up.")
                )
        rule = current_rule(cohort=cohort, step=step, now=now)
        candidates = read_candidates(cohort_id=cohort.pk, step=step, rule=rule)
        inputs = freeze(cohort, rule, seed, candidates)
        way = STEPS[step]
        selection = Selection.objects.create(
            cohort=cohort,
            step=step,
            number=(runs.aggregate(last=Max("number"))["last"] or 0) + 1,
            rule=rule,
            seed=seed,
            inputs=inputs,
            input_digest=canonical.digest(inputs),
            reply_hours=cohort.reply_hours if way.reply else None,
            created_at=now,
            created_by=by,
        )
        audit.record(
            selection,
            "draw-up",
            by=by,
            now=now,
            after={"inputs": selection.input_digest, "rule": rule.version},
        )
        start_job(kind=RANK, payload={"selection": selection.pk}, by=by, now=now)
        return selection


def run_ranking(job: Job, tell: Tell) -> dict[str, Any]:
    """The worker's part: `accounts.domain.jobs` calls it."""
    now = job.started_at or job.asked_at
    ranked = rank_selection(selection_id=job.payload["selection"], now=now, tell=tell)
    return {"state": ranked.state}


def rank_selection(*, selection_id: int, now: datetime, tell: Tell = unwatched) -> Selection:
    """Rank the frozen inputs and draw the line. A run that is ranked already is left alone."""
    with transaction.atomic():
        selection = (
            Selection.objects.select_for_update(of=("self",))
            .select_related("seed", "cohort__programme")
            .get(pk=selection_id)
        )
        if selection.state != Selection.State.RANKING:
            return selection
        people = len(selection.inputs["candidates"])
        tell(0, people, _("Ranking"))
        try:
            result = decide(selection.inputs, selection.seed.seed)
        except IncomparableScores as error:
            _discard(selection, by=None, now=now, why=partial(_say_incomparable, error.key))
            return selection
        entries = _entries(selection, result)
        for start in range(0, people, AT_A_TIME):
            tell(start, people, _("Writing the places down"))
            Entry.objects.bulk_create(entries[start : start + AT_A_TIME])
        selection.result_digest = result.digest()
        selection.seats = result.seats
        selection.cut_score = result.cut_score
        selection.ties = Selection.Ties(result.ties.value)
        selection.tied = result.tied
        selection.told_by = told_by(selection)
        selection.state = Selection.State.DRAWN
        selection.save()
        audit.record(selection, "rank", by=None, now=now, after={"result": selection.result_digest})
        return selection


def discard_selection(*, selection_id: int, by: User, now: datetime, reason: str = "") -> Selection:
    """Put an unpublished run aside; doing so twice changes nothing.

    Raises:
        UnableToDrawUp: it has been published.
    """
    with transaction.atomic():
        selection = Selection.objects.select_for_update().get(pk=selection_id)
        if selection.state == Selection.State.PUBLISHED:
            raise UnableToDrawUp(_("This list has been published. It stands as it is."))
        if selection.state != Selection.State.DISCARDED:
            _discard(selection, by=by, now=now, why=lambda: reason)
        return selection


def read_candidates(*, cohort_id: int, step: str, rule: SelectionRule) -> Candidates:
    """The people to be ranked, by application id, with one score for each criterion.

    Raises:
        UnableToDrawUp: nobody has all the scores, or one is not a finite Decimal.
    """
    pool = Application.objects.filter(cohort_id=cohort_id, stage=STEPS[step].pool)
    ids = list(pool.order_by("pk").values_list("pk", flat=True))
    columns = {name: sources.get(name).scores(cohort_id) for name, _weight in rule.weights}
    candidates: Candidates = {pk: [column.get(pk) for column in columns.values()] for pk in ids}
    for pk, scores in candidates.items():
        for name, score in zip(columns, scores, strict=True):
            if score is not None and not (isinstance(score, Decimal) and score.is_finite()):
                reference = Application.objects.values_list("reference", flat=True).get(pk=pk)
                raise UnableToDrawUp(
                    _("%(source)s of %(reference)s is %(score)s, which is not a number.")
                    % {
                        "source": sources.title_of(name),
                        "reference": reference,
                        "score": str(score),
                    }
                )
    if not any(None not in scores for scores in candidates.values()):
        raise UnableToDrawUp(
            _("There is nobody to rank: %(count)s people wait for this list and none has a score.")
            % {"count": len(ids)}
        )
    return candidates


def freeze(
    cohort: Cohort, rule: SelectionRule, seed: SeedCommitment, candidates: Candidates
) -> dict[str, Any]:
    """The inputs of a run as they are stored and digested."""
    places, cap = seats_of(cohort, rule.step)
    by_hand = Override.objects.in_force().filter(cohort=cohort, step=rule.step)
    return snapshot(
        cohort=cohort.slug,
        step=rule.step,
        criteria=rule.weights,
        tie_breakers=rule.tie_breakers,
        tie_policy=TiePolicy(rule.tie_policy),
        places=places,
        cap=cap,
        reserves=rule.reserves,
        commitment=seed.commitment,
        candidates=candidates,
        overrides=[
            runs.Override(key, runs.Way(way), category)
            for key, way, category in by_hand.values_list("application_id", "way", "category")
        ],
    )


def _entries(selection: Selection, result: Result) -> list[Entry]:
    scores = {key: dict(zip(selection.criteria, row, strict=True)) for key, row in _rows(selection)}
    return [
        Entry(
            selection=selection,
            application_id=decision.key,
            position=decision.position,
            rank=decision.rank,
            score=decision.score,
            scores=scores[decision.key],
            lottery=decision.lottery,
            outcome=Entry.Outcome(decision.outcome.value),
            reserve_position=decision.reserve_position,
        )
        for decision in result.decisions
    ]


def _rows(selection: Selection) -> list[tuple[int, list[str | None]]]:
    return [(key, scores) for key, scores in selection.inputs["candidates"]]


def _say_incomparable(key: int | None) -> str:
    if key is None:
        return _(
            "The scores have so many digits that they cannot be added exactly, so nobody was "
            "ranked. Correct the scores and draw the list up again."
        )
    return _(
        "A score of %(reference)s cannot be compared with the others’, so nobody was ranked. "
        "Correct it and draw the list up again."
    ) % {"reference": Application.objects.values_list("reference", flat=True).get(pk=key)}


def _discard(
    selection: Selection, *, by: User | None, now: datetime, why: Callable[[], str]
) -> None:
    before = selection.state
    selection.state = Selection.State.DISCARDED
    selection.trouble, selection.trouble_zh = said_in_both(why)
    selection.save(update_fields=["state", "trouble", "trouble_zh"])
    audit.record(
        selection, "discard", by=by, now=now, before={"state": before}, reason=selection.trouble
    )
    approvals.void_requests(kind=APPROVAL_KIND, object_id=selection.pk, by=by, now=now)
