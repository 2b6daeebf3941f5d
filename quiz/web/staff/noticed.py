"""What was noticed, for those who run the programme: context, with its ordinary reasons."""

from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quiz.domain.cases import decide_case, evidence_of, open_case
from quiz.domain.resembling import ask_to_compare
from quiz.models import Attempt, IntegrityCase, Quiz, Resemblance, Signal
from quiz.rules import manages_quizzes, reads_signals
from quiz.web.evidence import say_evidence
from quiz.web.staff.frame import act, require, show

PER_PAGE = 50


@require_safe
def quiz_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Every sitting of a quiz in which something was noticed, in the order of their references.

    Not the most conspicuous first: the order is no verdict either.
    """
    require(request, reads_signals)
    quiz = get_object_or_404(Quiz.objects.select_related("cohort"), pk=pk)
    kinds = Signal.Kind
    sittings = (
        Attempt.objects.filter(quiz=quiz, signals__isnull=False)
        .annotate(
            away=Sum("signals__count", filter=Q(signals__kind=kinds.FOCUS_LOST)),
            away_seconds=Sum("signals__seconds", filter=Q(signals__kind=kinds.FOCUS_LOST)),
            pastes=Sum("signals__count", filter=Q(signals__kind=kinds.PASTE)),
            addresses=Sum("signals__count", filter=Q(signals__kind=kinds.ADDRESS_CHANGED)),
            devices=Sum("signals__count", filter=Q(signals__kind=kinds.DEVICE_CHANGED)),
        )
        .select_related("application")
        .order_by("application__reference", "number")
    )
    pairs = Resemblance.objects.filter(quiz=quiz).select_related(
        "first__application", "second__application"
    )
    return show(
        request,
        "admin/quiz/noticed.html",
        title=_("What was noticed: %(quiz)s") % {"quiz": quiz},
        quiz=quiz,
        sittings=Paginator(sittings, PER_PAGE).get_page(request.GET.get("page")),
        pairs=pairs,
        closed=timezone.now() >= quiz.closes_at,
        cases=IntegrityCase.objects.filter(attempt__quiz=quiz).aggregate(
            open=Count("pk", filter=Q(decided_at__isnull=True)), all=Count("pk")
        ),
    )


@require_POST
def compare_view(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, manages_quizzes)
    get_object_or_404(Quiz, pk=pk)
    job = act(request, _("The answers are being compared."), ask_to_compare, quiz_id=pk)
    return (
        redirect("admin:accounts_job_change", job.pk) if job else redirect("admin:quiz_noticed", pk)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def sitting_view(request: HttpRequest, pk: int) -> HttpResponse:
    """What was noticed in one sitting; POST opens a case about it."""
    require(request, reads_signals)
    attempts = Attempt.objects.select_related("application__user", "quiz__cohort")
    attempt = get_object_or_404(attempts, pk=pk)
    ground = request.POST.get("ground", "").replace("\x00", "")[:2000]
    if request.method == "POST":
        require(request, manages_quizzes)
        done = _("The person has been told and may reply for seven days.")
        case = act(request, done, open_case, attempt_id=pk, ground=ground)
        if case:
            return redirect("admin:quiz_integritycase_change", case.pk)
    return show(
        request,
        "admin/quiz/sitting.html",
        title=_("What was noticed: %(person)s") % {"person": attempt.application},
        attempt=attempt,
        lines=say_evidence(evidence_of(attempt)),
        cases=attempt.cases.order_by("-pk"),
        ground=ground,
    )


@require_POST
def decide_view(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, manages_quizzes)
    get_object_or_404(IntegrityCase, pk=pk)
    excluding = request.POST.get("outcome") == IntegrityCase.Outcome.EXCLUDED
    act(
        request,
        _("A second person must agree. Until then the person stays in the selection.")
        if excluding
        else _("Decided. The person is being told why and how to appeal."),
        decide_case,
        case_id=pk,
        outcome=request.POST.get("outcome", ""),
        reason=request.POST.get("reason", "").replace("\x00", "")[:2000],
        seen=request.POST.get("seen", "")[:64],
    )
    return redirect("admin:quiz_integritycase_change", pk)
