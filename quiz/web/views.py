"""The pages of the quiz: start, the questions, check and submit, done.

Reading a page never changes anything: attempts are started, saved and closed by posts and by the
sweep.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.errors import Refused
from accounts.models import User
from applications.models import Application, Stage
from quiz import queries
from quiz.answers import Malformed, Reason, SavedAnswer, read_saves
from quiz.clock import deadline_of, working_time
from quiz.domain.breaks import begin_break, break_left, end_pause
from quiz.domain.saving import Receipt, Saved, save_answers, takes_answers
from quiz.domain.sitting import open_attempt, submit_attempt
from quiz.domain.timekeeping import first_facts
from quiz.models import Attempt, ExtraTime
from quiz.rules import sittings_for
from quiz.web import passes
from quiz.web.questions import Unsaved, changed_answers
from quiz.web.saving import refused, say_reason
from quiz.web.stencils import numbers_of, shown
from selection.queries import commitments_of

UNPROCESSABLE = 422
MOST_UNSENT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps the attempt from being submitted, and the address where it can be mended."""

    text: str
    address: str = ""


@method_decorator(never_cache, name="dispatch")
class SittingView(LoginRequiredMixin, View):
    """A page about the quiz of one's own application."""

    person: User
    reference: str
    now: datetime
    reads: tuple[str, ...] = ()
    """Of an application and what hangs on it; by default all that `sittings_for` reads."""

    def dispatch(
        self, request: HttpRequest, *args: Any, reference: str, **kwargs: Any
    ) -> HttpResponseBase:
        self.now = timezone.now()
        if isinstance(request.user, User):
            self.person = request.user
            self.reference = reference
        return super().dispatch(request, *args, **kwargs)

    def show(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        common = {
            "application": self.application,
            "quiz": self.application.cohort.quiz,
            "attempt": self.attempt,
            "now": self.now,
        }
        return render(self.request, template, common | context, status=status)

    def address(self, page: str) -> str:
        return reverse(f"quiz:{page}", args=[self.reference])

    def go(self, page: str) -> HttpResponse:
        return redirect(self.address(page))

    @cached_property
    def application(self) -> Application:
        """One's own, read when it is first asked for; what a page does begins with it."""
        mine = sittings_for(self.person)
        return get_object_or_404(
            mine.only(*self.reads) if self.reads else mine, reference=self.reference
        )

    @cached_property
    def attempt(self) -> Attempt | None:
        """The one that counts, read when it is first asked for."""
        return queries.attempt_of(self.application)

    @property
    def answering(self) -> bool:
        """Whether there is an attempt and its time is not over."""
        return (
            self.attempt is not None
            and self.attempt.is_open
            and self.now < self.attempt.deadline_at
        )


class StartView(SittingView):
    """What to expect, and the button that starts the clock."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.attempt is not None:
            return self.go("attempt" if self.answering else "done")
        return self.page()

    def post(self, request: HttpRequest) -> HttpResponse:
        mine = sittings_for(self.person).filter(reference=self.reference)
        named = mine.values_list("pk", "cohort__quiz").first()
        if named is None:
            raise Http404
        application_id, quiz_id = named
        try:
            open_attempt(
                quiz_id=quiz_id,
                application_id=application_id,
                by=self.person,
                now=self.now,
            )
        except Refused as refusal:
            return self.page(refusal=str(refusal), status=UNPROCESSABLE)
        return self.go("attempt")

    def page(self, *, refusal: str = "", status: int = 200) -> HttpResponse:
        quiz = self.application.cohort.quiz
        extra: ExtraTime | None = getattr(self.application, "extra_time", None)
        factor = extra.factor if extra else Decimal(1)
        facts = first_facts(quiz, started_at=self.now, factor=factor)
        ends_at = deadline_of(facts)
        full = timedelta(minutes=1) * float(quiz.minutes * factor)
        minutes = int(full.total_seconds() // 60)
        return self.show(
            "quiz/start.html",
            status=status,
            refusal=refusal,
            items=sum(quiz.cells.values_list("count", flat=True)),
            minutes=minutes,
            ends_at=ends_at,
            break_minutes=extra.break_minutes if extra else 0,
            cut_short=working_time(facts) < timedelta(minutes=minutes),
            minutes_left=int(working_time(facts).total_seconds() // 60),
            eligible=self.application.stage == Stage.ELIGIBLE,
            is_open=quiz.opens_at <= self.now < quiz.closes_at,
            is_over=self.now >= quiz.closes_at,
            seeds=commitments_of(quiz.cohort_id),
        )


class AttemptView(SittingView):
    """All questions on one page. Scripts save each change; without them the form's button does."""

    reads = (
        *("reference", "user", "cohort__programme__id", "cohort__quiz__paper_seed"),
        "extra_time__break_minutes",
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.attempt is None:
            return self.go("start")
        if not self.answering:
            return self.go("done")
        if self.attempt.is_paused(self.now):
            return self.pause(self.attempt)
        return self.page(self.attempt)

    def post(self, request: HttpRequest) -> HttpResponse:
        if self.attempt is None:
            return self.go("start")
        paper = queries.paper_of(self.attempt)
        kinds = dict(paper.values_list("position", "item_version__kind"))
        changed, unreadable = changed_answers(request.POST, kinds)
        sequence = int(self.now.timestamp() * 1000)
        saves = [SavedAnswer(position, sequence, answer) for position, answer in changed.items()]
        receipt = save_answers(attempt_id=self.attempt.pk, answers=saves, now=self.now)
        if receipt.paused:
            if saves or unreadable:
                messages.warning(
                    request,
                    _("The clock stands still, so these changes are not saved. Continue first."),
                )
            return self.go("attempt")
        if not receipt.open:
            if saves or unreadable:
                messages.warning(request, _("Your time was over, so these changes are not saved."))
            return self.go("done")
        if unreadable:
            return self.page(self.attempt, typed=unreadable, status=UNPROCESSABLE)
        return self.after(request.POST.get("action", ""), receipt)

    def after(self, action: str, receipt: Receipt) -> HttpResponse:
        """What the pressed button asks for, now that the form is saved."""
        attempt = cast(Attempt, self.attempt)
        if action == "over":  # the page believes that its time is over
            submit_attempt(attempt_id=attempt.pk, by=self.person, now=self.now, only_if_over=True)
            return self.go("done")
        if any(result.state == Saved.STALE for result in receipt.results):
            messages.warning(
                self.request, _("A newer answer from another window was kept in place of this one.")
            )
        if action == "finish":
            return self.go("submit")
        if action == "break":
            try:
                begin_break(attempt_id=attempt.pk, by=self.person, now=self.now)
            except Refused as refusal:
                messages.warning(self.request, str(refusal))
        else:
            messages.success(self.request, _("Your answers are saved."))
        return self.go("attempt")

    def pause(self, attempt: Attempt) -> HttpResponse:
        """The clock stands still: nothing of the paper is shown."""
        left = attempt.left(self.now)
        paused_until = cast(datetime, attempt.paused_until)
        return self.show(
            "quiz/pause.html",
            left=int(left.total_seconds() // 60),
            ends_at=self.now + left,
            waits=int((paused_until - self.now).total_seconds() * 1000),
            is_break=attempt.reopened == 0,
        )

    def page(
        self,
        attempt: Attempt,
        *,
        typed: dict[int, Unsaved] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        quiz = self.application.cohort.quiz
        questions = shown(queries.whole_paper(attempt, quiz), seed=quiz.paper_seed, typed=typed)
        remaining = max(attempt.deadline_at - self.now, timedelta(0))
        return self.show(
            "quiz/attempt.html",
            ticket=passes.issue(attempt, self.application.reference, self.person),
            break_minutes=ceil(break_left(attempt) / timedelta(minutes=1)),
            status=status,
            questions=questions,
            numbers=numbers_of(questions),
            answered=sum(question.answered for question in questions),
            remaining=int(remaining.total_seconds() * 1000),
            server_time=int(self.now.timestamp() * 1000),
        )


class SubmitView(SittingView):
    """How many are answered, and the button that closes the attempt."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.attempt is None:
            return self.go("start")
        if not self.answering:
            return self.go("done")
        if self.attempt.is_paused(self.now):
            return self.go("attempt")
        return self.page(self.attempt)

    def post(self, request: HttpRequest) -> HttpResponse:
        if self.attempt is None:
            return self.go("start")
        faults = self.save_what_is_left(self.attempt, request.POST.get("unsent", ""))
        if faults and "anyway" not in request.POST and self.answering:
            return self.page(self.attempt, faults=faults, status=UNPROCESSABLE)
        submit_attempt(attempt_id=self.attempt.pk, by=self.person, now=self.now)
        return self.go("done")

    def page(
        self, attempt: Attempt, *, faults: Sequence[Fault] = (), status: int = 200
    ) -> HttpResponse:
        answers = list(queries.paper_of(attempt).values_list("position", "answer"))
        missing = [position for position, answer in answers if answer is None]
        return self.show(
            "quiz/submit.html",
            status=status,
            faults=faults,
            items=len(answers),
            answered=len(answers) - len(missing),
            missing=missing,
        )

    def save_what_is_left(self, attempt: Attempt, unsent: str) -> list[Fault]:
        """Answers that this device had kept: they come with the submission, and are saved first.

        Returns:
            What could not be saved, to be told before anything is closed.
        """
        if not unsent:
            return []
        try:
            if len(unsent) > MOST_UNSENT:
                raise Malformed("too large")
            batch = read_saves(json.loads(unsent))
        except (Malformed, ValueError, RecursionError):
            return [Fault(_("What this device has kept could not be read, so it is not saved."))]
        receipt = save_answers(attempt_id=attempt.pk, answers=batch.saves, now=self.now)
        results = [*receipt.results, *map(refused, batch.unreadable)]
        return [self.fault(result.position, result.reason) for result in results if result.reason]

    def fault(self, position: int, reason: Reason) -> Fault:
        """An answer that is not saved, with a way to its question."""
        why = say_reason(reason)
        if not position or reason == Reason.NOWHERE:
            return Fault(_("An answer on this device is not saved: %(why)s") % {"why": why})
        told = _("Question %(n)d is not saved: %(why)s") % {"n": position, "why": why}
        return Fault(told, f"{self.address('attempt')}#q{position}")


class ResumeView(SittingView):
    """Let the clock run again."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if self.attempt is None:
            return self.go("start")
        end_pause(attempt_id=self.attempt.pk, by=self.person, now=self.now)
        return self.go("attempt")


class DoneView(SittingView):
    """What was received, and what happens next. It never says how well it went."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.attempt is None:
            return self.go("start")
        if self.answering:
            return self.go("attempt")
        answered, items = queries.answered_count(self.attempt)
        return self.show(
            "quiz/done.html",
            answered=answered,
            items=items,
            still_arriving=takes_answers(self.attempt, self.now),
        )
