"""The staff page that gives an outage back to everybody who sat then, or lets the quiz close later.

An outage is shown first: who gets how much. Only the confirmation writes anything.
"""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.errors import Refused
from accounts.models import User
from quiz.domain.giving_back import (
    Share,
    extend_window,
    give_outage_back,
    require_times,
    shares_of,
)
from quiz.models import Quiz
from quiz.rules import manages_quizzes

GIVING_BACK = "quiz_quiz_give_back"
TEMPLATE = "admin/quiz/give_back.html"
UNPROCESSABLE = 422


class MomentField(forms.DateTimeField):
    """An instant by the browser's own control, in Hong Kong time."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"})
    input_formats = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")


class OutageForm(forms.Form):
    began_at = MomentField(label=gettext_lazy("It began (HKT)"))
    ended_at = MomentField(label=gettext_lazy("It ended (HKT)"))
    reason = forms.CharField(label=gettext_lazy("What happened"), max_length=1000)


class WindowForm(forms.Form):
    closes_at = MomentField(label=gettext_lazy("The quiz closes (HKT)"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000)


@require_http_methods(["GET", "POST"])
def give_back_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, show what it means, do it."""
    if not manages_quizzes(request.user):
        raise PermissionDenied
    quiz = get_object_or_404(Quiz.objects.select_related("cohort"), pk=pk)
    action = request.POST.get("action", "")
    now = timezone.now()
    outage = OutageForm(request.POST if action in ("preview", "give") else None)
    window = WindowForm(request.POST if action == "extend" else None)
    form: forms.Form = window if action == "extend" else outage
    said: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        try:
            if action != "preview":
                return _do(request, quiz, form.cleaned_data, now)
            said = _preview(quiz, form.cleaned_data, now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    context = {
        **admin.site.each_context(request),
        "opts": Quiz._meta,
        "title": _("Give time back"),
        "quiz": quiz,
        "outage": outage,
        "window": window,
        **said,
    }
    return TemplateResponse(request, TEMPLATE, context, status=status)


def _preview(quiz: Quiz, asked: dict[str, datetime], now: datetime) -> dict[str, Any]:
    times = {name: asked[name] for name in ("began_at", "ended_at")}
    require_times(**times, now=now)
    shares: list[Share] = shares_of(quiz, **times, now=now)
    given = [share for share in shares if not share.stays_closed]
    return {"shares": shares, "given": len(given), "previewed": True}


def _do(request: HttpRequest, quiz: Quiz, asked: dict[str, Any], now: datetime) -> HttpResponse:
    by = cast(User, request.user)
    if "closes_at" in asked:
        extend_window(quiz_id=quiz.pk, **asked, by=by, now=now)
        messages.success(request, _("The quiz closes later. Open pages feel it within seconds."))
    else:
        outage = give_outage_back(quiz_id=quiz.pk, **asked, by=by, now=now)
        count = outage.pauses.count()
        told = ngettext(
            "The outage is given back to %(count)d attempt.",
            "The outage is given back to %(count)d attempts.",
            count,
        )
        messages.success(request, told % {"count": count})
    return redirect("admin:quiz_quiz_change", quiz.pk)
