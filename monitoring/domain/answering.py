"""Answer the questions on equal opportunities, change the answers, remove them.

The trail says that somebody did, never what; it says so of the answers and not of the application,
so that who reads the story of an application does not find it.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.lifecycle import LEFT, STEPS
from applications.models import Application, Stage
from monitoring.models import QUESTIONS, Answers
from selection.models import Selection


class UnableToAnswer(Refused):
    """Nothing was changed; the message says why."""


def may_answer(application: Application, now: datetime) -> bool:
    """Whether answers are taken: handed in, still taking part, and a list is still to come."""
    if application.stage in LEFT or application.stage == Stage.DRAFT:
        return False
    if now >= application.cohort.match_at:
        return False
    out = Selection.objects.filter(
        cohort=application.cohort_id, step__in=STEPS, state=Selection.State.PUBLISHED
    )
    return out.count() < len(STEPS)


def give_answers(
    *, application_id: int, answers: Mapping[str, str], by: User, now: datetime
) -> None:
    """Keep these answers and no others; none at all is the same as removing them.

    Raises:
        UnableToAnswer: no list is to come in which they could count, or the person has left.
    """
    said = {name: answers.get(name, "") for name in QUESTIONS}
    with transaction.atomic():
        application = _locked(application_id)
        if not any(said.values()):
            _remove(application, by=by, now=now)
            return
        if not may_answer(application, now):
            raise UnableToAnswer(
                _("These questions are no longer asked: no list is to come in which they count.")
            )
        kept = Answers.objects.filter(application=application).first()
        if kept and all(getattr(kept, name) == text for name, text in said.items()):
            return
        kept, _new = Answers.objects.update_or_create(
            application=application, defaults={**said, "answered_at": now}
        )
        audit.record(kept, "give-monitoring-answers", by=by, now=now)


def remove_answers(*, application_id: int, by: User, now: datetime) -> bool:
    """Delete one's answers, at any time; tell whether there were any."""
    with transaction.atomic():
        return _remove(_locked(application_id), by=by, now=now)


def _locked(application_id: int) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("cohort")
        .get(pk=application_id)
    )


def _remove(application: Application, *, by: User, now: datetime) -> bool:
    kept = Answers.objects.filter(application=application).first()
    if kept is None:
        return False
    audit.record(kept, "remove-monitoring-answers", by=by, now=now)
    kept.delete()
    return True
