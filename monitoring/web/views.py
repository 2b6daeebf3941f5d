"""The applicant's page of four optional questions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.web.viewing import closed_to_viewers
from applications.models import Stage
from applications.web.own import UNPROCESSABLE, ApplicationView
from monitoring.disclosure import LEAST
from monitoring.domain.answering import give_answers, may_answer, remove_answers
from monitoring.models import Answers
from monitoring.web.forms import AnswersForm


@method_decorator(closed_to_viewers, name="dispatch")
class QuestionsView(ApplicationView):
    """Answer them, change the answers, or read what was answered."""

    template = "monitoring/questions.html"
    keeps_form = "questions-form"

    @cached_property
    def kept(self) -> Answers | None:
        return Answers.objects.filter(application=self.application).first()

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.application.stage == Stage.DRAFT:
            return redirect(self.application)
        return self.page(AnswersForm(instance=self.kept))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.filled(request)
        if not form.is_valid():
            return self.page(form, status=UNPROCESSABLE)
        try:
            give_answers(
                application_id=self.application.pk,
                answers=form.answers,
                by=self.person,
                now=self.now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.page(form, status=UNPROCESSABLE)
        messages.success(request, _("Saved. You can change or remove your answers here."))
        return redirect("monitoring:questions", self.application.reference)

    def typed(self, request: HttpRequest) -> HttpResponse:
        form = self.filled(request)
        form.unchecked = True
        return self.page(form)

    def filled(self, request: HttpRequest) -> AnswersForm:
        """The form as it was posted. It changes the object that it is given: one of its own."""
        kept = Answers.objects.filter(application=self.application).first()
        return AnswersForm(request.POST, instance=kept)

    def page(self, form: AnswersForm, *, status: int = 200) -> HttpResponse:
        asks = may_answer(self.application, self.now)
        context: dict[str, Any] = {"form": form, "kept": self.kept, "asks": asks, "least": LEAST}
        return self.show(
            status=status,
            keeps_form=self.keeps_form if asks else "",
            said=_said(self.kept) if self.kept and not asks else [],
            **context,
        )


class RemoveView(ApplicationView):
    """Delete one's answers."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if remove_answers(application_id=self.application.pk, by=self.person, now=self.now):
            messages.success(request, _("Your answers are deleted."))
        return redirect("monitoring:questions", self.application.reference)


def _said(kept: Answers) -> list[tuple[str, str]]:
    """What was answered, question by question."""
    return [
        (str(field.label), getattr(kept, f"get_{name}_display")())
        for name, field in AnswersForm.base_fields.items()
    ]
