"""The applicant's pages, from the first answer to the receipt."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import User
from accounts.web.viewing import closed_page
from applications.answers import Answer, say_answer
from applications.domain.access import answer_due_on, may_ask, request_access
from applications.domain.applying import (
    SavedElsewhere,
    Seen,
    fingerprint,
    may_change,
    missing_answers,
    save_draft,
    submit_application,
)
from applications.domain.consents import required_texts
from applications.domain.texts import in_force
from applications.models import Application, Stage
from applications.rules import get_application_for
from applications.web.forms import AccessForm, SectionForm, SubmitForm
from applications.web.own import (
    CONFLICT,
    UNPROCESSABLE,
    ApplicationView,
    read_number,
    read_numbers,
)
from applications.web.sections import ACCESS, SECTIONS, Section, asked_for, summaries_of
from applications.web.texts import notice_context


class EditView(ApplicationView):
    """One section of the form."""

    template = "applications/section.html"
    keeps_form = "section-form"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.section = _section(kwargs.pop("section"))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.section.slug == ACCESS and not self.is_private:
            return closed_page(request)
        if not self.can_show():
            messages.info(request, _("This application can no longer be changed."))
            return redirect(self.application)
        form = self.section.form(instance=self.application)
        return self.page(form, self.application.version, form.seen)

    def post(self, request: HttpRequest) -> HttpResponse:
        version, seen = read_number(request, "version"), request.POST.get("seen", "")
        form = self.filled(request)
        if not form.is_valid():
            return self.page(form, version, seen, status=UNPROCESSABLE)
        try:
            save_section(form, self.application, version, seen, by=self.person)
        except SavedElsewhere as refusal:
            form.add_error(None, str(refusal))
            return self.page(
                form,
                self.application.version,
                form.seen,
                status=CONFLICT,
                theirs=self.saved_meanwhile(form),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.page(form, version, seen, status=UNPROCESSABLE)
        messages.success(request, _("“%(section)s” is saved.") % {"section": self.section.title})
        return redirect(self.application)

    def typed(self, request: HttpRequest) -> HttpResponse:
        form = self.filled(request)
        form.unchecked = True
        return self.page(form, read_number(request, "version"), request.POST.get("seen", ""))

    def filled(self, request: HttpRequest) -> SectionForm | AccessForm:
        """The form as it was posted. It changes the object that it is given: one of its own."""
        read_from = get_application_for(self.person, self.application.reference)
        return self.section.form(request.POST, instance=read_from)

    def page(
        self,
        form: SectionForm | AccessForm,
        version: int,
        seen: str,
        *,
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        asked = asked_for(self.application) if self.section.slug == ACCESS else None
        may_save = form.is_bound or self.can_save()
        return self.show(
            form=form,
            section=self.section,
            version=version,
            seen=seen,
            asked=asked,
            answer_due_on=answer_due_on(asked.requested_at) if asked else None,
            # What was typed too late is shown back all the same: nothing typed is lost.
            may_save=may_save,
            keeps_form=self.keeps_form if may_save else "",
            status=status,
            **context,
        )

    def can_save(self) -> bool:
        if self.section.slug == ACCESS:
            return may_ask(self.application, self.now)
        return may_change(self.application, self.now)

    def can_show(self) -> bool:
        """Whoever has asked for something can read the answer at any time."""
        answered = self.section.slug == ACCESS and asked_for(self.application) is not None
        return answered or self.can_save()

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
        version, seen = read_number(request, "version"), request.POST.get("seen", "")
        try:
            saved = save_section(form, self.application, version, seen, by=self.person)
        except SavedElsewhere as refusal:
            return self.refuse(refusal, CONFLICT)
        except Refused as refusal:
            return self.refuse(refusal, UNPROCESSABLE)
        return JsonResponse(
            {
                "saved": True,
                "version": saved.version,
                "seen": fingerprint(saved, section.fields),
                "errors": {
                    name: [str(text) for text in texts] for name, texts in form.errors.items()
                },
            }
        )

    def refuse(self, refusal: Refused, status: int) -> JsonResponse:
        return JsonResponse({"saved": False, "message": str(refusal)}, status=status)


class CheckView(ApplicationView):
    """Check your answers."""

    template = "applications/check.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.application.stage != Stage.DRAFT:
            return redirect(self.application)
        return self.show(
            summaries=list(summaries_of(self.application, with_access=self.is_private)),
            missing=missing_answers(self.application),
        )


class SubmitView(ApplicationView):
    """The declarations, and the one button. Pressing it again shows that it has worked."""

    template = "applications/submit.html"
    keeps_form = "submit-form"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.application.stage != Stage.DRAFT:
            return redirect(self.application)
        if missing_answers(self.application):
            return redirect("applications:check", self.application.reference)
        return self.page(SubmitForm(texts=in_force()))

    def post(self, request: HttpRequest) -> HttpResponse:
        done = redirect("applications:submitted", self.application.reference)
        if self.application.stage not in (Stage.DRAFT, Stage.WITHDRAWN):
            return done
        form = SubmitForm(request.POST, texts=in_force())
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
                shown=read_numbers(request, "texts"),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.page(form, status=UNPROCESSABLE)
        return done

    def typed(self, request: HttpRequest) -> HttpResponse:
        form = SubmitForm(request.POST, texts=in_force())
        form.unchecked = True
        return self.page(form)

    def page(self, form: SubmitForm, *, status: int = 200) -> HttpResponse:
        contact = self.application.cohort.programme.contact_email
        texts = ",".join(str(text.pk) for text in required_texts())
        return self.show(form=form, texts=texts, status=status, **notice_context(contact))


class SubmittedView(ApplicationView):
    """The receipt: the reference, what happens next, and a copy of the answers to keep."""

    template = "applications/submitted.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.application.stage in (Stage.DRAFT, Stage.WITHDRAWN, Stage.MERGED):
            return redirect(self.application)
        return self.show(summaries=list(summaries_of(self.application, with_access=False)))


def save_section(
    form: SectionForm | AccessForm, application: Application, version: int, seen: str, *, by: User
) -> Application:
    """Hand a section's valid answers to the verb that keeps them."""
    now = timezone.now()
    if isinstance(form, AccessForm):
        needs = form.cleaned_data["needs"]
        request_access(application_id=application.pk, needs=needs, by=by, now=now)
        return application
    return save_draft(
        application_id=application.pk,
        version=version,
        answers=form.answers,
        by=by,
        now=now,
        seen=Seen(tuple(form.fields), seen),
    )


def _section(slug: str) -> Section:
    if slug not in SECTIONS:
        raise Http404
    return SECTIONS[slug]
