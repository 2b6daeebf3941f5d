"""The applicant's pages: start, fill in, check, submit, change, withdraw."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.errors import Refused
from accounts.models import User
from applications.domain.applying import (
    PRIVACY_NOTICE_VERSION,
    SavedElsewhere,
    may_change,
    missing_answers,
    request_access,
    save_draft,
    start_application,
    submit_application,
    withdraw_application,
)
from applications.lifecycle import MOVES, Move
from applications.models import Application, Stage
from applications.queries import applications_of, public_cohorts
from applications.rules import get_application_for
from applications.web.forms import AccessForm, SectionForm, SubmitForm, WithdrawForm
from applications.web.sections import (
    ACCESS,
    SECTIONS,
    Answer,
    Section,
    say_answer,
    summaries_of,
    tasks_of,
)

UNPROCESSABLE, CONFLICT = 422, 409
LONGEST_VERSION = 9  # digits


def privacy(request: HttpRequest) -> HttpResponse:
    """The notice that the law asks for, open to everybody."""
    return render(request, "privacy/notice.html", notice_context())


def notice_context() -> dict[str, Any]:
    """The text of the notice in the reader's language, and its version."""
    chinese = (translation.get_language() or "").startswith("zh")
    text = "privacy/notice.zh-hant.html" if chinese else "privacy/notice.en.html"
    return {"notice_text": text, "notice_version": PRIVACY_NOTICE_VERSION}


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
        now = timezone.now()
        cohort = self.cohort
        is_open = cohort.applications_open_at <= now < cohort.applications_close_at
        context = {"cohort": cohort, "is_open": is_open, "refusal": refusal, "now": now}
        return render(
            self.request, "applications/start.html", context | notice_context(), status=status
        )


@method_decorator(never_cache, name="dispatch")
class ApplicationView(LoginRequiredMixin, View):
    """A page of one's own application."""

    template = ""
    person: User
    application: Application

    def dispatch(
        self, request: HttpRequest, *args: Any, reference: str, **kwargs: Any
    ) -> HttpResponseBase:
        self.now = timezone.now()
        if isinstance(request.user, User):
            self.person = request.user
            self.application = get_application_for(request.user, reference)
        return super().dispatch(request, *args, **kwargs)

    def show(self, *, status: int = 200, **context: Any) -> HttpResponse:
        common = {
            "application": self.application,
            "now": self.now,
            "may_change": may_change(self.application, self.now),
        }
        return render(self.request, self.template, common | context, status=status)


class DetailView(ApplicationView):
    """A draft's task list; afterwards where one stands, the answers and what one can do."""

    def get(self, request: HttpRequest) -> HttpResponse:
        application = self.application
        if application.stage == Stage.DRAFT:
            self.template = "applications/tasks.html"
            return self.show(
                tasks=list(tasks_of(application)), missing=missing_answers(application)
            )
        self.template = "applications/detail.html"
        return self.show(
            summaries=list(summaries_of(application)), may_withdraw=_may_withdraw(application)
        )


class EditView(ApplicationView):
    """One section of the form."""

    template = "applications/section.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.section = _section(kwargs.pop("section"))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.can_save():
            messages.info(request, _("This application can no longer be changed."))
            return redirect(self.application)
        return self.page(self.section.form(instance=self.application), self.application.version)

    def post(self, request: HttpRequest) -> HttpResponse:
        version = read_version(request)
        read_from = get_application_for(self.person, self.application.reference)
        form = self.section.form(request.POST, instance=read_from)
        if not form.is_valid():
            return self.page(form, version, status=UNPROCESSABLE)
        try:
            save_section(form, self.application, version, by=self.person)
        except SavedElsewhere as refusal:
            form.add_error(None, str(refusal))
            current = self.application.version
            return self.page(form, current, status=CONFLICT, theirs=self.saved_meanwhile(form))
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.page(form, version, status=UNPROCESSABLE)
        messages.success(request, _("“%(section)s” is saved.") % {"section": self.section.title})
        return redirect(self.application)

    def page(
        self, form: SectionForm | AccessForm, version: int, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        return self.show(form=form, section=self.section, version=version, status=status, **context)

    def can_save(self) -> bool:
        if self.section.slug == ACCESS:
            return _may_withdraw(self.application)
        return may_change(self.application, self.now)

    def saved_meanwhile(self, form: SectionForm | AccessForm) -> list[Answer]:
        """The answers of this section as they are stored, where the page differs from them."""
        return [
            Answer(str(form.fields[name].label), say_answer(self.application, name))
            for name in self.section.fields
            if getattr(self.application, name) != form.cleaned_data.get(name)
        ]


class SaveView(ApplicationView):
    """Save what is valid of a section while it is being filled in. Answers in JSON."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return JsonResponse({"saved": False, "message": _("Please sign in again.")}, status=401)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> JsonResponse:
        section = _section(request.POST.get("section", ""))
        if section.slug == ACCESS:
            raise Http404
        read_from = get_application_for(self.person, self.application.reference)
        form = section.form(request.POST, instance=read_from)
        form.is_valid()
        try:
            version = save_section(
                form, self.application, read_version(request), by=self.person
            ).version
        except SavedElsewhere as refusal:
            return self.refuse(refusal, CONFLICT)
        except Refused as refusal:
            return self.refuse(refusal, UNPROCESSABLE)
        errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()}
        return JsonResponse({"saved": True, "version": version, "errors": errors})

    def refuse(self, refusal: Refused, status: int) -> JsonResponse:
        return JsonResponse({"saved": False, "message": str(refusal)}, status=status)


class CheckView(ApplicationView):
    """Check your answers."""

    template = "applications/check.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.application.stage != Stage.DRAFT:
            return redirect(self.application)
        return self.show(
            summaries=list(summaries_of(self.application)),
            missing=missing_answers(self.application),
        )


class SubmitView(ApplicationView):
    """The declarations, and the one button. Pressing it again shows that it has worked."""

    template = "applications/submit.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.application.stage != Stage.DRAFT:
            return redirect(self.application)
        if missing_answers(self.application):
            return redirect("applications:check", self.application.reference)
        return self.page(SubmitForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        done = redirect("applications:submitted", self.application.reference)
        if self.application.stage not in (Stage.DRAFT, Stage.WITHDRAWN):
            return done
        form = SubmitForm(request.POST)
        if not form.is_valid():
            return self.page(form, status=UNPROCESSABLE)
        try:
            submit_application(
                application_id=self.application.pk,
                by=self.person,
                now=self.now,
                honour_code=form.cleaned_data["honour_code"],
                privacy_notice=form.cleaned_data["privacy_notice"],
                consents=tuple(form.cleaned_data["consents"]),
                language=translation.get_language() or "en",
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.page(form, status=UNPROCESSABLE)
        return done

    def page(self, form: SubmitForm, *, status: int = 200) -> HttpResponse:
        return self.show(form=form, status=status, **notice_context())


class SubmittedView(ApplicationView):
    """The confirmation: the reference and what happens next."""

    template = "applications/submitted.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.application.stage in (Stage.DRAFT, Stage.WITHDRAWN):
            return redirect(self.application)
        return self.show()


class WithdrawView(ApplicationView):
    """Asks once, then withdraws."""

    template = "applications/withdraw.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if not _may_withdraw(self.application):
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


def save_section(
    form: SectionForm | AccessForm, application: Application, version: int, *, by: User
) -> Application:
    """Hand a section's valid answers to the verb that keeps them."""
    now = timezone.now()
    if isinstance(form, AccessForm):
        needs = form.cleaned_data["needs"]
        request_access(application_id=application.pk, needs=needs, by=by, now=now)
        return application
    return save_draft(
        application_id=application.pk, version=version, answers=form.answers, by=by, now=now
    )


def read_version(request: HttpRequest) -> int:
    """The version that the page was made from; 0, which no application has, if it says none."""
    written = request.POST.get("version", "")
    short = written.isascii() and written.isdecimal() and len(written) <= LONGEST_VERSION
    return int(written) if short else 0


def _section(slug: str) -> Section:
    if slug not in SECTIONS:
        raise Http404
    return SECTIONS[slug]


def _may_withdraw(application: Application) -> bool:
    return application.stage in MOVES[Move.WITHDRAW][0]
