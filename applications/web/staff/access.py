"""The page on which a request for an arrangement is read and answered."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from accounts.errors import Refused
from accounts.web.staff import allowed
from applications import arrangements
from applications.domain.access import answer_due_on, decide_access, read_request
from applications.models import AccessRequest
from applications.rules import arranges_access
from applications.web.fields import TextField
from applications.web.staff.pages import UNPROCESSABLE, staff_page


class AnswerForm(forms.Form):
    """Granted or not, in words that the person reads."""

    granted = forms.TypedChoiceField(
        label=gettext_lazy("Answer"),
        choices=(
            ("yes", gettext_lazy("Granted, as it says below")),
            ("no", gettext_lazy("Not possible, as it says below")),
        ),
        coerce=lambda value: value == "yes",
        widget=UnfoldAdminRadioSelectWidget,
    )
    arrangement = TextField(
        label=gettext_lazy("What you arrange, in words for the person"),
        help_text=gettext_lazy(
            "Write what will be there, when and where, and whom to ask on the day. If it is not "
            "possible, say what is possible instead. The e-mail says only that you have answered."
        ),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget({"rows": 5}),
    )
    requested_at = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def clean_requested_at(self) -> datetime:
        try:
            read = datetime.fromisoformat(self.cleaned_data["requested_at"])
        except ValueError as error:
            raise forms.ValidationError(_("Reload the page and read the request again.")) from error
        if read.tzinfo is None:
            raise forms.ValidationError(_("Reload the page and read the request again."))
        return read


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What one person asked for, the ways to arrange it, and the answer."""
    person = allowed(request, arranges_access)
    get_object_or_404(AccessRequest, pk=pk)
    now = timezone.now()
    asked = read_request(access_request_id=pk, by=person, now=now)
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        initial={
            "granted": "no" if asked.state == AccessRequest.State.REFUSED else "yes",
            "arrangement": asked.arrangement,
            "requested_at": asked.requested_at.isoformat(),
        },
    )
    if form.is_valid():
        try:
            decide_access(access_request_id=pk, by=person, now=now, **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:applications_access_answer", pk)
        messages.success(request, _("The answer is on the person’s page."))
        return redirect("admin:applications_accessrequest_changelist")
    context = {
        "asked": asked,
        "application": asked.application,
        "due_on": answer_due_on(asked.requested_at),
        "ways": [(way.label, way.url(asked.application)) for way in arrangements.ways()],
        "form": form,
    }
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "access", str(asked.application), context, status=status)
