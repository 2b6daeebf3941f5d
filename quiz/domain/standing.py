"""Scores from which a list was published stand: whatever could change them asks here first."""

from datetime import datetime
from typing import Any

from applications.domain.locking import require_open
from quiz.models import Quiz

SCORES = "quiz"
"""The part of a cohort that a list locks when it ranks by scores of the quiz."""


def require_scores_open(*, now: datetime, **quiz: Any) -> None:
    """Let the caller change what scores come from, and publishing wait for its commit.

    Call first in the transaction, before any row is locked.

    Args:
        quiz: says which, as a lookup: `pk=3`, `attempts=7`.

    Raises:
        InputLocked: a list was published from the scores, and two people have not opened them.
    """
    cohort_id = Quiz.objects.values_list("cohort", flat=True).get(**quiz)
    require_open(cohort_id=cohort_id, part=SCORES, now=now)
