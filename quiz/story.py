"""What the quiz adds to a person's story."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.story import Chapter, Fact
from quiz.domain.arrangements import RESET_KIND
from quiz.domain.cases import APPROVAL_KIND as EXCLUDE
from quiz.models import Attempt, AttemptScore, GivenTime, IntegrityCase, ScoringRun

TITLE = gettext_lazy("Quiz")


def tell(application_ids: Sequence[int]) -> Chapter:
    """Every sitting of these applications, its marks in every run, minutes given, and the
    questions asked about it; four queries."""
    attempts = list(
        Attempt.objects.filter(application__in=application_ids)
        .select_related("quiz")
        .order_by("started_at", "pk")
    )
    scores = AttemptScore.objects.filter(
        attempt__in=attempts, run__state=ScoringRun.State.FINISHED
    ).select_related("run")
    given = list(GivenTime.objects.filter(attempt__in=attempts).select_related("given_by"))
    cases = list(
        IntegrityCase.objects.filter(attempt__in=attempts)
        .select_related("opened_by", "decided_by", "approved_by")
        .order_by("pk")
    )
    facts = [_sat(attempt) for attempt in attempts]
    facts += [_scored(score) for score in scores.order_by("run", "pk")]
    facts += [_given(time) for time in given]
    for case in cases:
        facts += _asked(case)
    return Chapter(
        TITLE,
        facts,
        objects={
            Attempt._meta.label_lower: [attempt.pk for attempt in attempts],
            GivenTime._meta.label_lower: [time.pk for time in given],
            IntegrityCase._meta.label_lower: [case.pk for case in cases],
        },
        approvals={
            RESET_KIND: [attempt.pk for attempt in attempts],
            EXCLUDE: [case.pk for case in cases],
        },
    )


def _sat(attempt: Attempt) -> Fact:
    said = [str(attempt.get_state_display())]
    if attempt.score is not None:
        said.append(_marks(attempt.score))
    return Fact(
        at=attempt.started_at,
        what=_("Attempt %(number)d") % {"number": attempt.number},
        detail=" · ".join(said),
        url=_page(attempt.pk),
    )


def _scored(score: AttemptScore) -> Fact:
    return Fact(
        at=score.run.finished_at,
        what=_("Scoring, run %(number)d") % {"number": score.run.number},
        detail=_marks(score.score),
        url=reverse("admin:quiz_quiz_change", args=[score.run.quiz_id]),
    )


def _given(time: GivenTime) -> Fact:
    return Fact(
        at=time.given_at,
        what=ngettext("%(n)d minute given", "%(n)d minutes given", time.minutes)
        % {"n": time.minutes},
        detail=str(time.given_by),
        url=_page(time.attempt_id),
    )


def _asked(case: IntegrityCase) -> Iterator[Fact]:
    page = reverse("admin:quiz_integritycase_change", args=[case.pk])
    yield Fact(
        at=case.opened_at,
        what=_("Asked about the sitting"),
        detail=f"{case.opened_by} · {case.ground}",
        url=page,
    )
    if case.replied_at is not None:
        yield Fact(at=case.replied_at, what=_("Replied"), detail=case.reply, url=page)
    if case.decided_at is not None:
        people = [str(one) for one in (case.decided_by, case.approved_by) if one is not None]
        yield Fact(
            at=case.decided_at,
            what=_("The question was decided: %(outcome)s")
            % {"outcome": case.get_outcome_display()},
            detail=f"{', '.join(people)} · {case.reason}",
            url=page,
        )


def _marks(score: Decimal) -> str:
    return _("%(score)s marks") % {"score": f"{score.normalize():f}"}


def _page(attempt_id: int) -> str:
    return reverse("admin:quiz_attempt_change", args=[attempt_id])
