"""What the checklist of a cohort asks about its quiz."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Cohort
from applications.readiness import Finding
from quiz.domain.setting_up import pool_faults
from quiz.queries import quiz_of


def quiz_is_set_up(cohort: Cohort, now: datetime) -> Finding:
    """The quiz has a blueprint, and a pool of approved items deep enough for it."""
    quiz = quiz_of(cohort.pk)
    missing = pool_faults(quiz) if quiz else [_("This cohort has no quiz.")]
    page = reverse("admin:quiz_quiz_change", args=[quiz.pk]) if quiz else None
    return Finding(tuple(missing), page or reverse("admin:quiz_quiz_changelist"))
