"""Practice: the same screen and the same saving, other questions, and the answers at the end."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.errors import Refused
from accounts.languages import reads_chinese
from accounts.models import User
from applications.models import Application
from applications.rules import applications_for
from quiz.answers import Malformed, SavedAnswer, read_saves
from quiz.domain.practice import (
    MINUTES,
    close_practice,
    is_open,
    is_running,
    save_practice,
    start_practice,
    usable_versions,
)
from quiz.domain.timekeeping import time_factor
from quiz.models import Practice, Response
from quiz.scoring import key_from_dict, score
from quiz.web.previews import preview_of
from quiz.web.questions import Question, Unsaved, changed_answers, questions_of
from quiz.web.saving import read_body, say_receipt
from quiz.web.stencils import numbers_of

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Marked:
    """A practice question with how it was answered: `right`, `partly`, `wrong` or `open`."""

    question: Question
    state: str
    right: list[SafeString | str]
    explanation: SafeString


@method_decorator(never_cache, name="dispatch")
class PracticeView(LoginRequiredMixin, View):
    """A page about one's own practice."""

    person: User
    application: Application
    practice: Practice | None

    def dispatch(
        self, request: HttpRequest, *args: Any, reference: str, **kwargs: Any
    ) -> HttpResponseBase:
        self.now = timezone.now()
        if isinstance(request.user, User):
            self.person = request.user
            own = applications_for(request.user).select_related("cohort__programme")
            self.application = get_object_or_404(own, reference=reference)
            self.practice = Practice.objects.filter(application=self.application).first()
        return super().dispatch(request, *args, **kwargs)

    def show(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        common = {
            "application": self.application,
            "attempt": self.practice,
            "practice": self.practice,
            "now": self.now,
        }
        return render(self.request, template, common | context, status=status)

    def go(self, page: str) -> HttpResponse:
        return redirect(f"quiz:{page}", self.application.reference)

    @property
    def running(self) -> Practice | None:
        return self.practice if is_running(self.practice, self.now) else None


class StartView(PracticeView):
    """What practice is, a check of the device, and the button that begins."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page()

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            start_practice(application_id=self.application.pk, by=self.person, now=self.now)
        except Refused as refusal:
            return self.page(refusal=str(refusal), status=UNPROCESSABLE)
        return self.go("practice_questions")

    def page(self, *, refusal: str = "", status: int = 200) -> HttpResponse:
        return self.show(
            "quiz/practice_start.html",
            status=status,
            refusal=refusal,
            minutes=int(MINUTES * time_factor(self.application.pk)),
            is_open=is_open(self.application.cohort, self.now),
            has_items=bool(usable_versions()),
            running=self.running,
            server_time=int(self.now.timestamp() * 1000),
        )


class QuestionsView(PracticeView):
    """All practice questions on the page of the quiz; without scripts its buttons save."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.running is None:
            return self.go("practice_result" if self.practice else "practice")
        return self.page(self.running)

    def post(self, request: HttpRequest) -> HttpResponse:
        if self.practice is None:
            return self.go("practice")
        kinds = dict(self.practice.answers.values_list("position", "item_version__kind"))
        changed, unreadable = changed_answers(request.POST, kinds)
        sequence = int(self.now.timestamp() * 1000)
        receipt = save_practice(
            application_id=self.application.pk,
            number=self.practice.number,
            answers=[
                SavedAnswer(position, sequence, answer) for position, answer in changed.items()
            ],
            now=self.now,
        )
        if not receipt.open:
            return self.go("practice_result")
        if unreadable:
            return self.page(self.practice, typed=unreadable, status=UNPROCESSABLE)
        if request.POST.get("action") in ("finish", "over"):
            close_practice(application_id=self.application.pk, now=self.now)
            return self.go("practice_result")
        messages.success(request, _("Your answers are saved."))
        return self.go("practice_questions")

    def page(
        self,
        practice: Practice,
        *,
        typed: dict[int, Unsaved] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        questions = questions_of(_paper(practice), typed)
        remaining = max(practice.deadline_at - self.now, timedelta(0))
        return self.show(
            "quiz/practice.html",
            status=status,
            questions=questions,
            numbers=numbers_of(questions),
            answered=sum(question.answered for question in questions),
            remaining=int(remaining.total_seconds() * 1000),
            server_time=int(self.now.timestamp() * 1000),
        )


class SaveView(PracticeView):
    """Takes what the page of the quiz sends, and answers in the same words."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        try:
            batch = read_saves(read_body(request))
        except Malformed as fault:
            message = _("This could not be read as answers, so nothing of it was saved.")
            return JsonResponse({"message": message, "detail": str(fault)}, status=400)
        receipt = save_practice(
            application_id=self.application.pk, number=number, answers=batch.saves, now=self.now
        )
        return say_receipt(request, receipt, self.now, batch.unreadable)


class ResultView(PracticeView):
    """Right or wrong, the right answer, and why: this is what practice is for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.practice is None:
            return self.go("practice")
        if self.running:
            return self.go("practice_questions")
        marked = _marked(self.practice)
        return self.show(
            "quiz/practice_result.html",
            marked=marked,
            right=sum(one.state == "right" for one in marked),
            is_open=is_open(self.application.cohort, self.now),
        )


def _paper(practice: Practice) -> list[Response]:
    """A practice answer has all that the page of a question reads of a response."""
    answers = practice.answers.select_related("item_version__item").order_by("position")
    return cast("list[Response]", list(answers))


def _marked(practice: Practice) -> list[Marked]:
    side = 1 if reads_chinese() else 0
    paper = _paper(practice)
    marked = []
    for answer, question in zip(paper, questions_of(paper), strict=True):
        share = score(key_from_dict(answer.item_version.key), answer.answer).share
        state = (
            "open"
            if answer.answer is None
            else "right"
            if share == 1
            else "partly"
            if share
            else "wrong"
        )
        preview = preview_of(answer.item_version)
        right = [row.texts[side] for row in preview.rows if not row.percent.startswith(("0%", "-"))]
        marked.append(Marked(question, state, right, preview.feedback[side]))
    return marked
