"""Who took part in what the quiz decides about a list or about a person in it."""

from accounts.models import Approval
from quiz.domain.arrangements import RESET_KIND
from quiz.domain.cases import APPROVAL_KIND as EXCLUSION
from quiz.models import (
    Attempt,
    ExtraTime,
    GivenTime,
    IntegrityCase,
    Outage,
    Ruling,
    ScoringRun,
)
from selection.models import Entry
from selection.partaking import either

PART = "quiz"


def of_its_cases(entry: Entry) -> set[int | None]:
    """Who opened a question about the person's quiz, decided it, or answered who wished to."""
    cases = IntegrityCase.objects.filter(attempt__application=entry.application_id).order_by()
    rows = list(cases.values_list("pk", "opened_by", "decided_by", "approved_by"))
    asked = Approval.objects.filter(
        kind=EXCLUSION, object_id__in=[str(pk) for pk, *_people in rows]
    )
    return either(people for _pk, *people in rows) | either(
        asked.values_list("requested_by", "decided_by")
    )


def of_its_scores(entry: Entry) -> set[int | None]:
    """Who ruled on an item of a quiz that the list ranks by, or had it scored."""
    if PART not in entry.selection.parts:
        return set()
    cohort = entry.selection.cohort_id
    rulings = Ruling.objects.filter(quiz__cohort=cohort).order_by()
    runs = ScoringRun.objects.filter(quiz__cohort=cohort).order_by()
    return either(rulings.values_list("proposed_by", "decided_by")) | set(
        runs.values_list("created_by", flat=True)
    )


def of_its_sitting(entry: Entry) -> set[int | None]:
    """Who gave time to the person or to all, or decided about another sitting.

    In one word for all: what time was given for is for few to know.
    """
    application = entry.application_id
    attempts = Attempt.objects.filter(application=application).order_by()
    numbers = [str(pk) for pk in attempts.values_list("pk", flat=True)]
    resets = Approval.objects.filter(kind=RESET_KIND, object_id__in=numbers)
    given = GivenTime.objects.filter(attempt__application=application).order_by()
    extra = ExtraTime.objects.filter(application=application).order_by()
    outages = Outage.objects.filter(quiz__cohort=entry.selection.cohort_id).order_by()
    return {
        *either(resets.values_list("requested_by", "decided_by")),
        *given.values_list("given_by", flat=True),
        *extra.values_list("granted_by", flat=True),
        *(outages.values_list("recorded_by", flat=True) if PART in entry.selection.parts else ()),
    }
