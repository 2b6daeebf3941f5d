"""The quizzes for staff: counts, attempts, extra time, scoring runs."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import workers
from accounts.domain.jobs import newest_job
from accounts.errors import Refused
from accounts.models import User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from accounts.web.jobs import how_far
from quiz import queries
from quiz.answers import on_one_line
from quiz.domain.arrangements import (
    NeedsSecondPerson,
    ask_for_reset,
    grant_extra_time,
    void_attempt,
)
from quiz.domain.giving_back import give_minutes
from quiz.domain.scoring import KIND, ask_scoring
from quiz.domain.setting_up import choose_score_rule, depths_of, pool_faults
from quiz.models import (
    Attempt,
    ExtraTime,
    IntegrityCase,
    Quiz,
    Response,
    Ruling,
    ScoreRule,
    ScoringRun,
)
from quiz.rules import manages_quizzes, reads_items
from quiz.web.giving_back import GIVING_BACK, give_back_page
from quiz.web.rulings import RulingAdmin
from quiz.web.staff.addresses import pages_of
from quiz.web.staff.cases import IntegrityCaseAdmin
from quiz.wording import say_difficulty, say_topic

admin.site.register(IntegrityCase, IntegrityCaseAdmin)


class PageAdmin(RoleAdmin):
    """A read-only object with a page of our own, and buttons that post to verbs."""

    template = ""
    verbs: dict[str, str] = {}

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"<int:pk>/{verb}/",
                self.admin_site.admin_view(require_POST(getattr(self, method))),
                name=f"{name}_{verb}",
            )
            for verb, method in self.verbs.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            **self.page(found),
            "opts": self.opts,
            "title": str(found),
            "may_manage": manages_quizzes(request.user),
            "reads_items": reads_items(request.user),
        }
        return TemplateResponse(request, self.template, context)

    def page(self, found: Any) -> dict[str, Any]:
        """What the template shows besides the object."""
        return {}

    def act(
        self, request: HttpRequest, pk: int, done: str, verb: Callable[..., Any], **arguments: Any
    ) -> HttpResponse:
        """Call a verb, tell its outcome, and go back to the page."""
        if not manages_quizzes(request.user):
            raise PermissionDenied
        get_object_or_404(self.model, pk=pk)
        try:
            verb(**arguments, by=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            if done:
                messages.success(request, done)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)


@admin.register(Quiz)
class QuizAdmin(PageAdmin):
    """Quizzes: how many have started, are sitting, are done; the button that scores."""

    template = "admin/quiz/quiz.html"
    verbs = {"score": "score_view", "rule": "rule_view"}
    list_display = ["cohort", "minutes", "score_rule", "eligible", "started", "sitting", "closed"]
    list_select_related = ["cohort"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Quiz]:
        return queries.with_counts(super().get_queryset(request).select_related("cohort"))

    @admin.display(description=gettext_lazy("eligible"))
    def eligible(self, quiz: Any) -> int:
        return int(quiz.eligible)

    @admin.display(description=gettext_lazy("started"))
    def started(self, quiz: Any) -> int:
        return int(quiz.started)

    @admin.display(description=gettext_lazy("sitting now"))
    def sitting(self, quiz: Any) -> int:
        return int(quiz.sitting)

    @admin.display(description=gettext_lazy("done"))
    def closed(self, quiz: Any) -> int:
        return int(quiz.closed)

    def get_urls(self) -> list[URLPattern]:
        progress = self.admin_site.admin_view(self.progress_view)
        giving = self.admin_site.admin_view(give_back_page)
        return [
            path("<int:pk>/progress/", progress, name="quiz_quiz_progress"),
            path("<int:pk>/give-back/", giving, name=GIVING_BACK),
            *pages_of(self.admin_site),
            *super().get_urls(),
        ]

    def page(self, found: Quiz) -> dict[str, Any]:
        cells = [
            (say_topic(depth.topic), say_difficulty(depth.difficulty), depth)
            for depth in depths_of(found)
        ]
        runs = found.scoring_runs.annotate(scored=Count("scores")).select_related("created_by")
        running = runs.filter(state=ScoringRun.State.RUNNING).first()
        return {
            **how_far(newest_job([KIND], {"quiz": found.pk})),
            "quiz": found,
            "outages": found.outages.annotate(given=Count("pauses")).select_related("recorded_by"),
            "cells": cells,
            "items": sum(depth.count for _topic, _difficulty, depth in cells),
            "faults": pool_faults(found),
            "pool": found.quiz_items.count(),
            "runs": runs.prefetch_related("rulings").order_by("-number"),
            "running": running,
            "running_says": _say_how_far(running),
            "rulings": found.rulings.select_related("item_version__item").order_by("-number"),
            "rule_choices": ScoreRule.choices,
            "rule_is_open": timezone.now() < found.opens_at and not found.attempts.exists(),
            "core": [(say_topic(t), weight) for t, weight in found.core_weights.items()],
        }

    def score_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        done = _("A worker scores the quiz. This page says how far it is.")
        return self.act(request, pk, done, ask_scoring, quiz_id=pk)

    def rule_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = request.POST.get("rule", "")
        done = _("Chosen. Applicants read it on the page where they start.")
        return self.act(request, pk, done, choose_score_rule, quiz_id=pk, rule=rule)

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far the newest run is, for the bar on the page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        quiz = get_object_or_404(Quiz, pk=pk)
        run = quiz.scoring_runs.annotate(scored=Count("scores")).order_by("number").last()
        done, total = (run.scored, run.attempts) if run else (0, 0)
        return JsonResponse(
            {
                "open": run is not None and run.state == ScoringRun.State.RUNNING,
                "total": total,
                "percent": 100 * done // total if total else 0,
                "text": _say_how_far(run),
            }
        )


def _say_how_far(run: Any) -> str:
    """Of a run with the number of its scores; or why it stands still."""
    if run is not None and run.state == ScoringRun.State.RUNNING:
        why = workers.why_it_stands_still(run.created_at, timezone.now(), begun=True)
        if why:
            return why
    done, total = (run.scored, run.attempts) if run else (0, 0)
    return _("%(done)d of %(total)d attempts scored") % {"done": done, "total": total}


admin.site.register(Ruling, RulingAdmin)


@admin.register(Attempt)
class AttemptAdmin(PageAdmin):
    """Sittings and the answers that were saved."""

    template = "admin/quiz/attempt.html"
    verbs = {"void": "void_view", "give": "give_view"}
    list_display = ["application", "number", "state", "started_at", "deadline_at", "submitted_at",
                    "score"]  # fmt: skip
    list_filter = ["state", "quiz__cohort"]
    list_select_related = ["application"]
    search_fields = ["application__reference", "application__user__email",
                     "application__surname_en", "application__given_en"]  # fmt: skip
    show_full_result_count = False

    def page(self, found: Attempt) -> dict[str, Any]:
        responses = Response.objects.filter(attempt=found).select_related("item_version__item")
        return {
            "attempt": found,
            "responses": [(one, on_one_line(one.answer)) for one in responses.order_by("position")],
            "given": found.given_times.select_related("given_by"),
            "pauses": found.pauses.select_related("outage"),
            "arrangement": ExtraTime.objects.filter(application=found.application_id).first(),
        }

    def void_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make void; on the day of the sitting ask a second person instead."""
        reason, evidence = _typed(request, "reason"), _typed(request, "evidence")
        said: dict[str, Any] = {"attempt_id": pk, "reason": reason, "evidence": evidence}

        def verb(**arguments: Any) -> None:
            try:
                void_attempt(**arguments)
            except NeedsSecondPerson:
                ask_for_reset(**arguments)
                messages.info(
                    request,
                    _("It was begun today, so a second person was asked. Nothing has changed yet."),
                )
            else:
                done = _("The attempt is void. The person may start another one.")
                messages.success(request, done)

        return self.act(request, pk, "", verb, **said)

    def give_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        done = _("The minutes are given. An open page feels it within seconds.")
        typed = _typed(request, "minutes")
        minutes = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 0
        reason = _typed(request, "reason")
        return self.act(
            request, pk, done, give_minutes, attempt_id=pk, minutes=minutes, reason=reason
        )


def _typed(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "")[:1000]


@admin.register(ExtraTime)
class ExtraTimeAdmin(RoleAdmin):
    """More time for one person. Saving the form grants it, also while the quiz is running."""

    readers = (Role.PROGRAMME_MANAGER, Role.ACCOMMODATION_OFFICER)
    writers = (Role.PROGRAMME_MANAGER, Role.ACCOMMODATION_OFFICER)
    list_display = ["application", "factor", "break_minutes", "granted_at", "granted_by"]
    list_select_related = ["application", "granted_by"]
    search_fields = ["application__reference", "application__user__email"]
    fields = ["application", "factor", "break_minutes", "reason"]
    raw_id_fields = ["application"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["application"] if obj else []

    def save_model(self, request: HttpRequest, obj: ExtraTime, form: Any, change: bool) -> None:
        obj.pk = grant_extra_time(
            application_id=obj.application_id,
            factor=obj.factor,
            break_minutes=obj.break_minutes or 0,
            reason=obj.reason,
            by=cast(User, request.user),
            now=timezone.now(),
        ).pk


@admin.register(ScoringRun)
class ScoringRunAdmin(RoleAdmin):
    """Runs, each with the digest of what it scored."""

    list_display = ["quiz", "number", "state", "attempts", "created_at", "finished_at", "digest"]
    list_filter = ["state", "quiz__cohort"]
    list_select_related = ["quiz__cohort"]
