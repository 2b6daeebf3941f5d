"""What a duplicated cohort takes over from the lists of its source."""

from datetime import datetime, timedelta

from accounts.domain import audit
from accounts.models import User
from applications.models import Cohort
from selection.models import SelectionRule


def copy_rules(
    source: Cohort, copy: Cohort, shift: timedelta, by: User | None, now: datetime
) -> None:
    """Copy how each list is ranked, the newest version alone; no seed, run or entry.

    Called in the transaction of the copy. Every cohort commits to a seed of its own.
    """
    newest = SelectionRule.objects.filter(cohort=source).order_by("step", "-version")
    for rule in newest.distinct("step"):
        twin = SelectionRule.objects.create(
            cohort=copy,
            step=rule.step,
            version=1,
            criteria=rule.criteria,
            tie_breakers=rule.tie_breakers,
            tie_policy=rule.tie_policy,
            reserves=rule.reserves,
            created_at=now,
            created_by=by,
        )
        after = {"from": source.slug, "version": rule.version}
        audit.record(twin, "copy-rule", by=by, now=now, after=after)
