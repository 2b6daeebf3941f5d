"""The applicant's pages: start, see where one stands, agree, accept, withdraw."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.errors import Refused
from accounts.models import User
from applications.answers import from_record
from applications.domain.applying import missing_answers, start_application, withdraw_application
from applications.domain.consents import accept_again, change_consents
from applications.domain.lateness import closes_at
from applications.domain.restoring import RESTORABLE_FOR
from applications.domain.texts import as_html, in_force, to_accept_again
from applications.models import Stage
from applications.queries import applications_of, public_cohorts
from applications.web.forms import ConsentsForm, WithdrawForm
from applications.web.own import (
    UNPROCESSABLE,
    ApplicationView,
    may_withdraw,
    read_numbers,
)
from applications.web.sections import asked_for, summaries_of, tasks_of
from applications.web.texts import notice_context


@method_decorator(never_cache, name="dispatch")
class StartView(LoginRequiredMixin, View):
    """What to expect, and the button that begins a draft."""

    person: User

    def dispatch(
        self, request: HttpRequest, *args: Any, cohort_slug: str, **kwargs: Any
    ) -> HttpResponseBase:
        self.cohort = get_object_or_404(public_cohorts(), slug=cohort_slug)
        if isinstance(request.user, User):
            self.person = request.user
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        existing = applications_of(self.person.pk).filter(cohort=self.cohort).first()
        return redirect(existing) if existing else self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            application = start_application(
                cohort_id=self.cohort.pk, by=self.person, now=timezone.now()
            )
        except Refused as refusal:
            return self.show(refusal=str(refusal), status=UNPROCESSABLE)
        return redirect(application)

    def show(self, *, refusal: str = "", status: int = 200) -> HttpResponse:
        now, cohort = timezone.now(), self.cohort
        close = closes_at(cohort, self.person.pk)
        context = {
            "cohort": cohort,
            "closes_at": close,
            "is_open": cohort.applications_open_at <= now < close,
            "refusal": refusal,
            "now": now,
            **notice_context(cohort.programme.contact_email),
        }
        return render(self.request, "applications/start.html", context, status=status)


class DetailView(ApplicationView):
    """A draft's task list; afterwards where one stands, the answers and what one can do."""

    def get(self, request: HttpRequest) -> HttpResponse:
        application = self.application
        if application.stage == Stage.DRAFT:
            self.template = "applications/tasks.html"
            tasks = tasks_of(application, self.now, with_access=self.is_private)
            return self.show(tasks=list(tasks), missing=missing_answers(application))
        self.template = "applications/detail.html"
        withdrawn = application.withdrawn_at
        other = application.merged_into
        return self.show(
            summaries=list(summaries_of(application, with_access=self.is_private)),
            asked=asked_for(application) if self.is_private else None,
            versions=list(application.submissions.order_by("-number").defer("answers")),
            may_withdraw=may_withdraw(application),
            undo_until=withdrawn + RESTORABLE_FOR if withdrawn else None,
            other=other,
            other_address=mask(other.user.email) if other else "",
        )


class VersionView(ApplicationView):
    """The answers as they were sent at one time."""

    template = "applications/version.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.number = kwargs.pop("number")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        version = get_object_or_404(self.application.submissions, number=self.number)
        then = from_record(version.answers, cohort=self.application.cohort)
        then.reference, then.user = self.application.reference, self.application.user
        summaries = list(summaries_of(then, with_access=False))
        return self.show(version=version, summaries=summaries, may_change=False)


class ConsentsView(ApplicationView):
    """What one has agreed to, to change at any time."""

    template = "applications/consents.html"
    keeps_form = "consents-form"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(ConsentsForm(application=self.application, texts=in_force()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.filled(request)
        if not form.is_valid():
            return self.page(form, status=UNPROCESSABLE)
        change_consents(
            application_id=self.application.pk,
            purposes=form.cleaned_data["consents"],
            language=translation.get_language() or "en",
            by=self.person,
            now=self.now,
        )
        messages.success(request, _("Saved. This holds from now on."))
        return redirect("applications:consents", self.application.reference)

    def typed(self, request: HttpRequest) -> HttpResponse:
        form = self.filled(request)
        form.unchecked = True
        return self.page(form)

    def filled(self, request: HttpRequest) -> ConsentsForm:
        return ConsentsForm(request.POST, application=self.application, texts=in_force())

    def page(self, form: ConsentsForm, *, status: int = 200) -> HttpResponse:
        given = self.application.consents.order_by("-pk")
        accepted = self.application.acceptances.select_related("text").order_by("-pk")
        return self.show(form=form, given=given, accepted=accepted, status=status)


class AcceptView(ApplicationView):
    """A text whose meaning has changed since the submission: read it again, and accept it."""

    template = "applications/accept.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        texts = to_accept_again(self.application)
        if not texts:
            return redirect(self.application)
        contact = self.application.cohort.programme.contact_email
        shown = [(text, as_html(text, contact=contact)) for text in texts]
        return self.show(shown=shown, texts=",".join(str(text.pk) for text in texts))

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            accept_again(
                application_id=self.application.pk,
                shown=read_numbers(request, "texts"),
                language=translation.get_language() or "en",
                by=self.person,
                now=self.now,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("applications:accept", self.application.reference)
        messages.success(request, _("Thank you. That is on record."))
        return redirect(self.application)


class WithdrawView(ApplicationView):
    """Asks once, then withdraws."""

    template = "applications/withdraw.html"
    keeps_form = "withdraw-form"

    def get(self, request: HttpRequest) -> HttpResponse:
        if not may_withdraw(self.application):
            return redirect(self.application)
        return self.show(form=WithdrawForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WithdrawForm(request.POST)
        if not form.is_valid():
            return self.show(form=form, status=UNPROCESSABLE)
        try:
            withdraw_application(
                application_id=self.application.pk,
                by=self.person,
                now=self.now,
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.show(form=form, status=UNPROCESSABLE)
        messages.success(request, _("Your application is withdrawn."))
        return redirect(self.application)

    def typed(self, request: HttpRequest) -> HttpResponse:
        form = WithdrawForm(request.POST)
        form.unchecked = True
        return self.show(form=form)


def mask(address: str) -> str:
    """`t…@dtt.example`: enough to know one's own address by, and no more."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"
