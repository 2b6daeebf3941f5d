"""What the quiz adds to a person's story."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.story import Chapter, Fact
from quiz.models import Attempt

TITLE = gettext_lazy("Quiz")


def tell(application_ids: Sequence[int]) -> Chapter:
    """Every sitting of these applications with its marks; one query."""
    attempts = list(
        Attempt.objects.filter(application__in=application_ids)
        .select_related("quiz")
        .order_by("started_at", "pk")
    )
    return Chapter(
        TITLE,
        [_fact(attempt) for attempt in attempts],
        objects={Attempt._meta.label_lower: [attempt.pk for attempt in attempts]},
    )


def _fact(attempt: Attempt) -> Fact:
    said = [str(attempt.get_state_display())]
    if attempt.score is not None:
        said.append(_("%(score)s marks") % {"score": f"{attempt.score.normalize():f}"})
    return Fact(
        at=attempt.started_at,
        what=_("Attempt %(number)d") % {"number": attempt.number},
        detail=" · ".join(said),
        url=reverse("admin:quiz_attempt_change", args=[attempt.pk]),
    )
