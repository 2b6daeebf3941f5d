"""What would move the line, worked out by a worker: a list is decided anew for every what-if."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

from accounts.domain.jobs import Tell, start_job
from accounts.languages import Language
from accounts.models import Job, User
from selection.foresight import sensitivity
from selection.models import Selection

FORESEE = "selection.foresee"


def ask_foresight(*, selection_id: int, by: User, now: datetime) -> Job:
    """Have it worked out; asking again while it is returns the same job."""
    return start_job(kind=FORESEE, payload={"selection": selection_id}, by=by, now=now)


def run_foresight(job: Job, tell: Tell) -> dict[str, Any]:
    """The worker's part: `accounts.domain.jobs` calls it.

    Every title is kept in every language: who reads the page need not be who asked.
    """
    found = Selection.objects.select_related("cohort", "seed")
    groups = sensitivity(found.get(pk=job.payload["selection"]), tell=tell)
    return {
        "groups": [
            {
                "title": _in_every_language(title),
                "impacts": [
                    {
                        "title": _in_every_language(name),
                        "into": list(one.into),
                        "out": list(one.out),
                    }
                    for name, one in impacts
                ],
            }
            for title, impacts in groups
        ]
    }


def _in_every_language(title: str | Promise) -> dict[str, str]:
    said = {}
    for language in Language:
        with translation.override(language.value):
            said[language.value] = str(title)
    return said
