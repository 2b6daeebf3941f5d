"""Named reads for setting a cohort up: its rules through time, and whom new ones would touch."""

from dataclasses import dataclass

from django.db.models import Count

from applications.domain.review import doubts_about
from applications.lifecycle import LEFT
from applications.models import Application, Cohort, EligibilityRules, Stage

CHAIN = """
WITH RECURSIVE chain AS (
    SELECT id, previous_id FROM applications_eligibilityrules WHERE id = %s
    UNION
    SELECT older.id, older.previous_id
    FROM applications_eligibilityrules older JOIN chain ON older.id = chain.previous_id
)
SELECT id FROM chain
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """How submitted applications would fare under other rules.

    Attributes:
        submitted: that have not left.
        differently: those of them with other doubts.
        newly_doubtful: those that are clear now and would not be.
    """

    submitted: int
    differently: int
    newly_doubtful: int


def versions_of_rules(cohort: Cohort) -> list[EligibilityRules]:
    """The version in force and those before it, newest first."""
    ids = [row.pk for row in EligibilityRules.objects.raw(CHAIN, [cohort.rules_id])]
    versions = EligibilityRules.objects.filter(pk__in=ids).select_related("created_by")
    return list(versions.order_by("-number", "-pk"))


def compare(cohort: Cohort, rules: EligibilityRules) -> Compared:
    """Judge every submitted application by its own version and by this one, saved or not."""
    rows = (
        Application.objects.filter(cohort=cohort, submitted_at__isnull=False)
        .exclude(stage__in=LEFT - {Stage.INELIGIBLE})
        .select_related("rules")
        .only("status", "completion_on", "available_days", "is_adult", "rules")
    )
    submitted = differently = newly_doubtful = 0
    for application in rows.iterator(chunk_size=2000):
        application.cohort = cohort
        now = doubts_about(application)
        application.rules = rules
        then = doubts_about(application)
        submitted += 1
        differently += now != then
        newly_doubtful += bool(then and not now)
    return Compared(submitted, differently, newly_doubtful)


def counts_by_stage(cohort: Cohort) -> list[tuple[str, int]]:
    """How many applications of a cohort stand in each stage, in the order of the stages."""
    rows = Application.objects.filter(cohort=cohort).values("stage").annotate(n=Count("pk"))
    counts = {row["stage"]: row["n"] for row in rows.order_by()}
    return [(str(stage.label), counts[stage]) for stage in Stage if stage in counts]
