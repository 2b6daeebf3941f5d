"""An applicant's CV: the page to upload it, and the one way to a stored file."""

import uuid
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from accounts.errors import Refused
from accounts.models import User
from applications.domain.documents import (
    ASKED,
    MAX_BYTES,
    Readiness,
    Warned,
    keep_document,
    open_document,
    readiness,
    record_reading,
    too_large,
    upload_document,
)
from applications.domain.storing import StoreAway
from applications.identity_numbers import Likeness
from applications.models import Document
from applications.queries import cvs_of
from applications.rules import document_for
from applications.web.own import ApplicationView

UNPROCESSABLE, CONFLICT, UNAVAILABLE = 422, 409, 503
UNREADABLE = (BadRequest, MultiPartParserError, SuspiciousOperation, UnreadablePostError)
AS_SENT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class CvForm(forms.Form):
    """One PDF. What it is, the verb finds out from its bytes."""

    file = forms.FileField(
        label=gettext_lazy("Your CV"),
        help_text=gettext_lazy("A PDF of at most 5 MB."),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": "application/pdf,.pdf"}),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "invalid": gettext_lazy("Choose a file first."),
        },
    )

    def clean_file(self) -> UploadedFile:
        file = cast(UploadedFile, self.cleaned_data["file"])
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(too_large(file.size or 0))
        return file


@method_decorator(csrf_exempt, name="dispatch")  # `post` looks at the token after the body
class CvView(ApplicationView):
    """Upload a CV, replace it, and see what became of it."""

    template = "applications/documents_cv.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if not (self.is_asked or self.current):
            messages.info(request, _("We do not ask you for a CV now."))
            return redirect(self.application)
        return self.page(CvForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Read the body first: what cannot be read gets this page, with words, too."""
        try:
            request.POST  # noqa: B018
        except UNREADABLE:
            fault = _(
                "What your browser sent was damaged or too much. Nothing was kept. Choose one file "
                "of at most 5 MB and try again."
            )
            return self.refused(CvForm({}, MultiValueDict()), fault)
        return self.checked(request)

    @method_decorator(csrf_protect)
    def checked(self, request: HttpRequest) -> HttpResponse:
        if "keep" in request.POST:
            return self.keep(request.POST["keep"])
        form = CvForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form, status=UNPROCESSABLE)
        file = form.cleaned_data["file"]
        try:
            done = upload_document(
                application_id=self.application.pk,
                name=file.name,
                content=file.read(),
                by=self.person,
                now=self.now,
            )
        except Refused as refusal:
            return self.refused(form, str(refusal))
        if isinstance(done, Warned):
            return self.page(CvForm(), warned=done, status=UNPROCESSABLE)
        return self.saved()

    def keep(self, digest: str) -> HttpResponse:
        try:
            keep_document(
                application_id=self.application.pk, digest=digest, by=self.person, now=self.now
            )
        except Refused as refusal:
            return self.refused(CvForm({}, MultiValueDict()), str(refusal))
        return self.saved()

    def saved(self) -> HttpResponse:
        messages.success(self.request, _("Your CV is saved."))
        return redirect("applications:cv", self.application.reference)

    def refused(self, form: CvForm, fault: str) -> HttpResponse:
        form.errors.pop("file", None)
        form.errors["file"] = form.error_class([fault])
        return self.page(form, status=UNPROCESSABLE)

    def page(
        self, form: CvForm, *, warned: Warned | None = None, status: int = 200
    ) -> HttpResponse:
        current = self.current
        return self.show(
            form=form,
            warned=warned,
            is_likely=warned is not None and warned.likeness is Likeness.LIKELY,
            is_asked=self.is_asked,
            document=current,
            readiness=readiness(current) if current else "",
            status=status,
        )

    @property
    def is_asked(self) -> bool:
        return self.application.stage in ASKED

    @property
    def current(self) -> Document | None:
        return cvs_of([self.application.pk]).get(self.application.pk)


@login_required
@require_safe
def document(request: HttpRequest, uuid: uuid.UUID) -> HttpResponseBase:
    """A stored file, for its owner and for whoever runs the programme."""
    return serve(request, document_for(reader_of(request), uuid))


@cache_control(private=True, no_store=True)
def serve(request: HttpRequest, found: Document, *, company: str = "") -> HttpResponseBase:
    """Hand out a file that this reader may have, and write down that they read it.

    A browser saves it and never shows it as a page of this site. A file that is not scanned yet
    waits; an infected one is not given to anybody.
    """
    state = readiness(found)
    if state is not Readiness.READY:
        context = {"document": found, "refused": state is Readiness.REFUSED}
        return render(request, "applications/documents_waits.html", context, status=CONFLICT)
    try:
        file = open_document(found)
    except FileNotFoundError as error:
        raise Http404 from error
    except StoreAway as refusal:
        context = {"document": found, "away": str(refusal)}
        return render(request, "applications/documents_waits.html", context, status=UNAVAILABLE)
    record_reading(document=found, by=reader_of(request), now=timezone.now(), company=company)
    return FileResponse(
        cast(Iterable[bytes], file),
        as_attachment=True,
        filename=found.name,
        content_type=found.content_type,
        headers=AS_SENT,
    )


def reader_of(request: HttpRequest) -> User:
    """Who really reads: staff who look at the pages as somebody else read as themselves."""
    looks: Any = getattr(request, "viewed_by", None)
    return cast(User, looks or request.user)
