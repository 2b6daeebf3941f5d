"""Before anybody is ranked: commit the seed and set the rule."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.models import User
from applications.domain.locking import hold_publishing
from applications.lifecycle import STEPS
from applications.models import Cohort
from selection import sources
from selection.domain.usable import UnableToPrepare, UnusableRule, require_usable
from selection.models import SeedCommitment, Selection, SelectionRule
from selection.programme import LISTINGS
from selection.ranking import TiePolicy, seed_commitment


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
        rule = latest_rule(cohort, step)
        usual = LISTINGS[step]
        names = (
            deciding(rule.weights, rule.tie_breakers)
            if rule
            else deciding(usual.criteria, usual.tie_breakers)
        )
        commitment = SeedCommitment.objects.create(
            cohort=cohort,
            step=step,
            seed=seed,
            commitment=seed_commitment(seed),
            before_scores=not scores_known(cohort.pk, names),
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
    replaces: int | None = None,
    reason: str = "",
    by: User | None,
    now: datetime,
) -> SelectionRule:
    """Set how a list is ranked, as a new version; the same rule again returns the current one.

    Args:
        criteria: (name of a source, weight) pairs; weights sum to exactly 1.
        tie_breakers: names of sources; one that no weight is given to gets weight 0.
        reserves: length of the reserve list; None takes the programme's usual share.
        replaces: the version that was looked at, 0 for none; None where nobody looked at one.
        reason: stays in the trail. A person who sets a rule when scores are known must give one.

    Raises:
        UnusableRule: the rule contradicts itself or names scores that nobody offers, or scores are
            known and no reason is given.
        UnableToPrepare: the list has been published, or the rule is another one by now.
    """
    _require_step(step)
    pairs, tie_breakers, reason = list(criteria), list(tie_breakers), reason.strip()
    with transaction.atomic():
        hold_publishing(cohort_id)
        cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
        if reserves is None:
            places, _cap = seats_of(cohort, step)
            reserves = int(places * LISTINGS[step].reserves_per_place)
        require_usable(pairs, tie_breakers, reserves)
        weights = {name: weight + 0 for name, weight in pairs}  # -0 is 0
        weights |= {name: Decimal(0) for name in tie_breakers if name not in weights}
        if is_published(cohort, step):
            raise UnableToPrepare(_("This list has been published: its rule cannot change."))
        latest = latest_rule(cohort, step)
        version = latest.version if latest else 0
        if replaces is not None and replaces != version:
            raise UnableToPrepare(
                _("Somebody has set another rule since you opened this page. Look at it first.")
            )
        content = {
            "criteria": [[name, str(weight)] for name, weight in weights.items()],
            "tie_breakers": tie_breakers,
            "tie_policy": tie_policy.value,
            "reserves": reserves,
        }
        before = {name: getattr(latest, name) for name in content} if latest else None
        # 0.50 is 0.5, and in which order weights are named changes nothing.
        same = latest is not None and dict(latest.weights) == weights
        if latest and same and before == content | {"criteria": latest.criteria}:
            return latest
        known = scores_known(cohort.pk, deciding(weights.items(), tie_breakers, latest))
        if known and by is not None and not reason:
            raise UnusableRule(
                "reason", _("Scores are known already: say why the rule is set now.")
            )
        rule = SelectionRule.objects.create(
            cohort=cohort,
            step=step,
            version=version + 1,
            created_at=now,
            created_by=by,
            **content,
        )
        told = content | {"scores_known": known}
        audit.record(rule, "set-rule", by=by, now=now, before=before, after=told, reason=reason)
        return rule


def current_rule(*, cohort: Cohort, step: str, now: datetime) -> SelectionRule:
    """The newest rule of a list; where none was set, the programme's usual one is."""
    listing = LISTINGS[step]
    return latest_rule(cohort, step) or set_rule(
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


def latest_rule(cohort: Cohort, step: str) -> SelectionRule | None:
    """The newest version that somebody set; None where the usual rule is still to be taken."""
    return SelectionRule.objects.filter(cohort=cohort, step=step).order_by("-version").first()


def is_published(cohort: Cohort, step: str) -> bool:
    """Whether people know this list."""
    published = Selection.State.PUBLISHED
    return Selection.objects.filter(cohort=cohort, step=step, state=published).exists()


def deciding(
    weights: Iterable[tuple[str, Decimal]],
    tie_breakers: Iterable[str],
    replaced: SelectionRule | None = None,
) -> list[str]:
    """The sources that order people: by this rule, and by the one that it replaces."""
    names = [name for name, weight in weights if weight] + list(tie_breakers)
    if replaced:
        names += deciding(replaced.weights, replaced.tie_breakers)
    return list(dict.fromkeys(names))


def scores_known(cohort_id: int, names: Iterable[str]) -> list[str]:
    """Those of these sources in which somebody of the cohort has a score."""
    offered = {source.name: source for source in sources.offered()}
    return [name for name in names if name in offered and offered[name].scores(cohort_id)]


def _require_step(step: str) -> None:
    if step not in STEPS or step not in LISTINGS:
        raise UnableToPrepare(_("There is no list named “%(step)s”.") % {"step": step})
