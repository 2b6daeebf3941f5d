"""Who may see what of the quiz. The only way from an address to a row."""

from datetime import datetime

import rules
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import Http404

from accounts.models import User
from accounts.roles import INSPECTORS, Role, has_role
from applications.models import Application
from quiz.models import ABSENT, Attempt, IntegrityCase, ItemImage, Response

manages_quizzes = has_role(Role.PROGRAMME_MANAGER)
reads_items = has_role(Role.PROGRAMME_MANAGER, Role.QUIZ_AUTHOR)
# Who writes questions does not carry the whole bank out of the house.
exports_items = has_role(Role.PROGRAMME_MANAGER)
# What was noticed is for those who run the programme and those who answer for what is kept: never
# for reviewers, judges, trainers or companies.
reads_signals = has_role(Role.PROGRAMME_MANAGER, *INSPECTORS)
watches_items = has_role(Role.PROGRAMME_MANAGER, Role.QUIZ_AUTHOR, *INSPECTORS)

rules.add_perm("quiz.read_signals", reads_signals)
rules.add_perm("quiz.watch_items", watches_items)
rules.add_perm("quiz.manage", manages_quizzes)
rules.add_perm("quiz.read_items", reads_items)
rules.add_perm("quiz.export_items", exports_items)


def sittings_for(user: User) -> QuerySet[Application]:
    """The applications whose quiz this person may sit: their own, where there is a quiz.

    With what the pages of the quiz show and no more: everybody asks at once.
    """
    if not user.is_authenticated:
        return Application.objects.none()
    mine = Application.objects.filter(user=user, cohort__quiz__isnull=False)
    mine = mine.exclude(stage__in=ABSENT)
    return mine.select_related("cohort__quiz", "cohort__programme", "extra_time")


def attempts_for(user: User) -> QuerySet[Attempt]:
    """The attempts that this person may open: their own that count, while they take part."""
    if not user.is_authenticated:
        return Attempt.objects.none()
    return (
        Attempt.objects.live()
        .of_present_people()
        .filter(application__user=user)
        .select_related("quiz__cohort", "application__cohort", "application__user")
    )


def image_for(user: User, reference: str, *, now: datetime) -> ItemImage:
    """An image that this person may see: staff who read the bank, and who sits a paper with it.

    Raises:
        Http404: there is none, or nothing that this person may see now shows it; the two cannot
            be told apart.
    """
    image = ItemImage.objects.filter(reference=reference).first()
    if image is None or not (reads_items(user) or _sits_with(user, image, now=now)):
        raise Http404
    return image


def _sits_with(user: User, image: ItemImage, *, now: datetime) -> bool:
    """Whether a paper that this person sits at this moment shows the image."""
    name = str(image)
    papers = Response.objects.filter(
        attempt__in=attempts_for(user)
        .filter(state=Attempt.State.OPEN, saves_until__gt=now)
        .exclude(paused_until__gt=now)
        .order_by()
        .values("pk")
    ).annotate(said=Cast("item_version__choices", TextField()))
    return papers.filter(
        Q(item_version__stem_en__contains=name)
        | Q(item_version__stem_zh__contains=name)
        | Q(said__contains=name)
    ).exists()


def cases_for(user: User) -> QuerySet[IntegrityCase]:
    """The cases that this person may open and answer: those about themselves."""
    if not user.is_authenticated:
        return IntegrityCase.objects.none()
    return IntegrityCase.objects.filter(attempt__application__user=user).select_related(
        "attempt__application__cohort__programme"
    )
