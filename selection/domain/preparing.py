"""Before anybody is ranked: commit the seed and set the rule."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.domain.locking import hold_publishing
from applications.lifecycle import STEPS
from applications.models import Cohort
from selection import sources
from selection.models import SeedCommitment, Selection, SelectionRule
from selection.programme import LISTINGS
from selection.ranking import InvalidRule, Rule, TiePolicy, seed_commitment


class UnableToPrepare(Refused):
    """The seed cannot be committed or the rule cannot be set; the message says why."""


def commit_seed(*, cohort_id: int, step: str, by: User | None, now: datetime) -> SeedCommitment:
    """Choose a secret seed and publish its SHA-256; doing so again returns the first.

    From then on the page of the cohort and the start of its quiz show it. The row remembers
    whether any score was known by then: a draw is beyond doubt only if none was.

    Raises:
        UnableToPrepare: there is no such list.
    """
    _require_step(step)
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
        existing = SeedCommitment.objects.filter(cohort=cohort, step=step).first()
        if existing:
            return existing
        seed = secrets.token_hex(32)
        rule = _latest_rule(cohort, step)
        weights = rule.weights if rule else LISTINGS[step].criteria
        names = [name for name, _weight in weights]
        commitment = SeedCommitment.objects.create(
            cohort=cohort,
            step=step,
            seed=seed,
            commitment=seed_commitment(seed),
            before_scores=not any(sources.get(name).scores(cohort.pk) for name in names),
            committed_at=now,
            committed_by=by,
        )
        audit.record(
            commitment,
            "commit-seed",
            by=by,
            now=now,
            after={"commitment": commitment.commitment, "before_scores": commitment.before_scores},
        )
        return commitment


def commit_due(*, now: datetime) -> int:
    """Commit the seeds of all lists of cohorts that have opened; return how many were missing.

    So every seed is public before anybody sits a quiz, whether or not somebody thought of it.
    """
    opened = Cohort.objects.filter(Q(is_public=True) | Q(applications_open_at__lte=now))
    committed = set(SeedCommitment.objects.values_list("cohort", "step"))
    missing = [
        (pk, step)
        for pk in opened.order_by("pk").values_list("pk", flat=True)
        for step in LISTINGS
        if (pk, step) not in committed
    ]
    for pk, step in missing:
        commit_seed(cohort_id=pk, step=step, by=None, now=now)
    return len(missing)


def set_rule(
    *,
    cohort_id: int,
    step: str,
    criteria: Iterable[tuple[str, Decimal]],
    tie_breakers: Iterable[str] = (),
    tie_policy: TiePolicy = TiePolicy.TAKE_ALL_THEN_DRAW,
    reserves: int | None = None,
    by: User | None,
    now: datetime,
) -> SelectionRule:
    """Set how a list is ranked, as a new version; the same rule again returns the current one.

    Args:
        criteria: (name of a source, weight) pairs; weights sum to exactly 1.
        tie_breakers: names of sources; one that no weight is given to gets weight 0.
        reserves: length of the reserve list; None takes the programme's usual share.

    Raises:
        UnableToPrepare: the rule contradicts itself, names scores that nobody offers, or the list
            has been published.
    """
    _require_step(step)
    weights = dict(criteria)
    tie_breakers = list(tie_breakers)
    weights |= {name: Decimal(0) for name in tie_breakers if name not in weights}
    with transaction.atomic():
        hold_publishing(cohort_id)
        cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
        places, cap = seats_of(cohort, step)
        if reserves is None:
            reserves = int(places * LISTINGS[step].reserves_per_place)
        try:
            Rule(tuple(weights.items()), tuple(tie_breakers), places, cap, "any", tie_policy)
            for name in weights:
                sources.get(name)
        except (InvalidRule, sources.UnknownSource) as error:
            raise UnableToPrepare(
                _("This rule cannot be used: %(why)s. The rule before it stays in force.")
                % {"why": error.args[0]}
            ) from error
        if Selection.objects.filter(
            cohort=cohort, step=step, state=Selection.State.PUBLISHED
        ).exists():
            raise UnableToPrepare(_("This list has been published: its rule cannot change."))
        latest = _latest_rule(cohort, step)
        content = {
            "criteria": [[name, str(weight)] for name, weight in weights.items()],
            "tie_breakers": tie_breakers,
            "tie_policy": tie_policy.value,
            "reserves": reserves,
        }
        if latest and content == {name: getattr(latest, name) for name in content}:
            return latest
        rule = SelectionRule.objects.create(
            cohort=cohort,
            step=step,
            version=latest.version + 1 if latest else 1,
            created_at=now,
            created_by=by,
            **content,
        )
        audit.record(rule, "set-rule", by=by, now=now, after=content)
        return rule


def current_rule(*, cohort: Cohort, step: str, now: datetime) -> SelectionRule:
    """The newest rule of a list; where none was set, the programme's usual one is."""
    listing = LISTINGS[step]
    return _latest_rule(cohort, step) or set_rule(
        cohort_id=cohort.pk,
        step=step,
        criteria=listing.criteria,
        tie_breakers=listing.tie_breakers,
        by=None,
        now=now,
    )


def seats_of(cohort: Cohort, step: str) -> tuple[int, int]:
    """The places of a list and the most that may be taken when people tie."""
    way = STEPS[step]
    return getattr(cohort, way.places), getattr(cohort, way.places_with_ties)


def _latest_rule(cohort: Cohort, step: str) -> SelectionRule | None:
    return SelectionRule.objects.filter(cohort=cohort, step=step).order_by("-version").first()


def _require_step(step: str) -> None:
    if step not in STEPS or step not in LISTINGS:
        raise UnableToPrepare(_("There is no list named “%(step)s”.") % {"step": step})
