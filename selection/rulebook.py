"""Named reads of the rules of lists: the one in force, the versions before it, what is public."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import AuditEvent
from applications.lifecycle import STEPS
from applications.models import Cohort
from selection.domain.preparing import seats_of
from selection.models import SelectionRule
from selection.plain_words import Terms, in_words, say_names, say_sum
from selection.programme import LISTINGS
from selection.ranking import TiePolicy

Change = tuple[str, str, str]
"""The part of a rule, what it was (blank in a first version) and what it is."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a rule, with what it changed and why."""

    rule: SelectionRule
    reason: str
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class PublicRule:
    """How a list will be drawn, as anybody may read it.

    Attributes:
        since: when this version was set; None for the usual rule, while nobody has set one.
    """

    title: str
    words: list[str]
    since: datetime | None


def terms_of(cohort: Cohort, step: str, rule: SelectionRule | None) -> Terms:
    """A version of the rule with the cohort's places; without one, the usual rule."""
    places, cap = seats_of(cohort, step)
    if rule:
        return Terms(
            weights=rule.weights,
            tie_breakers=rule.tie_breakers,
            tie_policy=TiePolicy(rule.tie_policy),
            reserves=rule.reserves,
            places=places,
            cap=cap,
        )
    listing = LISTINGS[step]
    return Terms(
        weights=listing.criteria,
        tie_breakers=listing.tie_breakers,
        tie_policy=TiePolicy.TAKE_ALL_THEN_DRAW,
        reserves=int(places * listing.reserves_per_place),
        places=places,
        cap=cap,
    )


def versions_of(cohort: Cohort, step: str) -> list[Version]:
    """Every version of a list's rule, newest first; two queries."""
    rules = list(
        SelectionRule.objects.filter(cohort=cohort, step=step)
        .select_related("created_by")
        .order_by("-version")
    )
    reasons = dict(
        AuditEvent.objects.filter(
            object_type=SelectionRule._meta.label_lower,
            object_id__in=[str(rule.pk) for rule in rules],
        )
        .order_by("-id")
        .values_list("object_id", "reason")
    )
    terms = [terms_of(cohort, step, rule) for rule in rules]
    return [
        Version(rule, reasons.get(str(rule.pk), ""), changes_between(before, after))
        for rule, before, after in zip(rules, [*terms, None][1:], terms, strict=True)
    ]


def changes_between(before: Terms | None, after: Terms) -> list[Change]:
    """The parts of the rule that differ; all of them where there was none before."""
    was = _parts(before) if before else {}
    return [
        (label, was.get(label, ""), said)
        for label, said in _parts(after).items()
        if was.get(label) != said
    ]


def public_rules(cohort: Cohort) -> list[PublicRule]:
    """How each list of a cohort will be drawn; one query."""
    found = SelectionRule.objects.filter(cohort=cohort).order_by("version")
    rules = {rule.step: rule for rule in found}
    return [
        PublicRule(
            title=str(LISTINGS[step].title),
            words=in_words(terms_of(cohort, step, rules.get(step))),
            since=rules[step].created_at if step in rules else None,
        )
        for step in STEPS
    ]


def _parts(terms: Terms) -> dict[str, str]:
    policy = SelectionRule.Ties(terms.tie_policy.value)
    needed = [name for name, weight in terms.weights if weight == Decimal(0)]
    return {
        _("Score"): say_sum(terms),
        _("Must be there, adds nothing"): say_names(needed) or _("nothing"),
        _("Tie-breakers"): say_names(terms.tie_breakers) or _("none"),
        _("People who still tie at the line"): str(policy.label),
        _("Length of the reserve list"): str(terms.reserves),
    }
