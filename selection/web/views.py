"""An applicant's result, and the reply to an offered place."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refused
from accounts.models import User
from applications.models import Application
from applications.published import standing
from applications.rules import get_application_for
from selection.domain.appealing import appeal_until, make_appeal, why_no_appeal
from selection.domain.replying import confirm_place, decline_place
from selection.models import Entry
from selection.queries import awaited_by, open_offer
from selection.rules import results_for
from selection.web.forms import AppealForm
from selection.web.results import result_of

Verb = Callable[..., Entry]


class SignedIn(HttpRequest):
    """A request behind `login_required`."""

    user: User


@never_cache
@login_required
@require_safe
def result(request: SignedIn, reference: str) -> HttpResponse:
    """What was published for this application, and what it still waits for."""
    return _show(request, get_application_for(request.user, reference), timezone.now())


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: SignedIn, reference: str) -> HttpResponse:
    """Take the place. A mail's link or a reload arrives by GET and only shows the result."""
    application = get_application_for(request.user, reference)
    if request.method != "POST":
        return redirect("selection:result", reference=application.reference)
    return _reply(request, application, confirm_place, _("Your place is confirmed."))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: SignedIn, reference: str) -> HttpResponse:
    """Ask once more before a place is given up; POST gives it up."""
    application = get_application_for(request.user, reference)
    if request.method != "POST":
        entry = get_object_or_404(
            results_for(request.user),
            application=application,
            reply__in=[Entry.Reply.OFFERED, Entry.Reply.CONFIRMED],
        )
        return render(
            request, "selection/decline.html", {"application": application, "entry": entry}
        )
    return _reply(
        request,
        application,
        decline_place,
        _("You have given up your place. Thank you for telling us."),
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: SignedIn, reference: str, step: str) -> HttpResponse:
    """Say what went wrong with a published list, or read what became of saying so."""
    application = get_application_for(request.user, reference)
    entry = get_object_or_404(
        results_for(request.user).select_related("appeal"),
        application=application,
        selection__step=step,
    )
    now = timezone.now()
    made = getattr(entry, "appeal", None)
    form = AppealForm(request.POST or None)
    status = 200
    if request.method == "POST" and made is None:
        if form.is_valid():
            try:
                make_appeal(entry_id=entry.pk, by=request.user, now=now, **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("We have received your appeal."))
                return redirect("selection:appeal", reference=application.reference, step=step)
        status = 422
    return render(
        request,
        "selection/appeal.html",
        {
            "application": application,
            "entry": entry,
            "selection": entry.selection,
            "appeal": made,
            "refusal": "" if made else why_no_appeal(entry, now),
            "until": appeal_until(entry.selection),
            "form": form,
            "now": now,
        },
        status=status,
    )


def _reply(request: SignedIn, application: Application, verb: Verb, success: str) -> HttpResponse:
    now = timezone.now()
    try:
        verb(application_id=application.pk, by=request.user, now=now)
    except Refused as refused:
        application.refresh_from_db()
        return _show(request, application, now, refused=str(refused), status=422)
    messages.success(request, success)
    return redirect("selection:result", reference=application.reference)


def _show(
    request: SignedIn,
    application: Application,
    now: datetime,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    stands = standing(application, now)
    mine = results_for(request.user).filter(application=application).select_related("appeal")
    return render(
        request,
        "selection/result.html",
        {
            "application": application,
            "results": [result_of(entry, now) for entry in mine],
            "awaited": None if stands.left_out else awaited_by(application),
            "stands": stands,
            "offer": open_offer(application.pk, now),
            "now": now,
            "refused": refused,
        },
        status=status,
    )
