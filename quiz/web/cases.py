"""A question about one's own sitting: what was noticed, the reply, the decision."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.errors import Refused
from accounts.models import User
from quiz.domain.cases import MAX_REPLY, reply_to_case
from quiz.models import IntegrityCase
from quiz.rules import cases_for
from quiz.web.evidence import say_evidence

UNPROCESSABLE = 422


@method_decorator(never_cache, name="dispatch")
class CaseView(LoginRequiredMixin, View):
    """Everybody but the person asked finds nothing here; staff have their own page."""

    person: User
    case: IntegrityCase

    def dispatch(
        self, request: HttpRequest, *args: Any, uuid: str, **kwargs: Any
    ) -> HttpResponseBase:
        if isinstance(request.user, User):
            self.person = request.user
            self.case = get_object_or_404(cases_for(request.user), uuid=uuid)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(self.case.reply)

    def post(self, request: HttpRequest) -> HttpResponse:
        text = request.POST.get("reply", "").replace("\r\n", "\n")
        try:
            reply_to_case(case_id=self.case.pk, text=text, by=self.person, now=timezone.now())
        except Refused as refusal:
            self.case.refresh_from_db()
            return self.page(text, refusal=str(refusal), status=UNPROCESSABLE)
        messages.success(request, _("Your reply is kept. You may change it until it is decided."))
        return redirect(self.case)

    def page(self, text: str, *, refusal: str = "", status: int = 200) -> HttpResponse:
        now = timezone.now()
        context = {
            "case": self.case,
            "application": self.case.attempt.application,
            "lines": say_evidence(self.case.evidence),
            "may_reply": self.case.is_open and now < self.case.reply_by,
            "text": text,
            "most": MAX_REPLY,
            "refusal": refusal,
            "now": now,
        }
        return render(self.request, "quiz/case.html", context, status=status)
