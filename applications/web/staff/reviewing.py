"""The review queue: what waits, the one in hand, and the decision."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
)

from accounts.errors import Refused
from accounts.models import User
from accounts.web.staff import allowed
from applications.domain.claims import UnableToClaim, give_back, hold, take_next
from applications.domain.review import DOUBTS, decide_eligibility, doubts_about, may_be_decided
from applications.eligibility import Doubt
from applications.models import Application, Cohort
from applications.queries import place_in_queue, waiting_for_review
from applications.rules import reviews_applications
from applications.web.sections import summaries_of
from applications.web.staff.pages import UNPROCESSABLE, staff_page
from notifications.moments import say_time

ON_A_PAGE = 50
CONFLICT = 409
# Sentences to begin from, in the language of the person who reads them.
SENTENCES: dict[Doubt, tuple[Promise, ...]] = {
    Doubt.NOT_STUDENT_OR_GRADUATE: (
        gettext_lazy("This cohort is for students and graduates, and your answers say neither."),
    ),
    Doubt.COMPLETION_UNKNOWN: (
        gettext_lazy("We do not know when you complete your studies, so we cannot check the rule."),
    ),
    Doubt.COMPLETION_OUT_OF_RANGE: (
        gettext_lazy(
            "The month in which you complete your studies is outside this cohort’s range."
        ),
    ),
    Doubt.TOO_FEW_DAYS: (
        gettext_lazy("You can attend fewer bootcamp days than this cohort asks for."),
    ),
    Doubt.NOT_ADULT: (
        gettext_lazy("This cohort is for people who are 18 or older when it begins."),
    ),
}
IN_FAVOUR = gettext_lazy("We have checked your answers with you, and you meet the conditions.")


class DecisionForm(forms.Form):
    """Eligible or not, with the reason that the person may ask for."""

    eligible = forms.TypedChoiceField(
        label=gettext_lazy("Decision"),
        choices=(("yes", gettext_lazy("Eligible")), ("no", gettext_lazy("Not eligible"))),
        coerce=lambda value: value == "yes",
        widget=UnfoldAdminRadioSelectWidget,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=gettext_lazy(
            "If the answer is no, the person reads this in their message, so write it for them."
        ),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )


def queue_size(request: HttpRequest) -> dict[str, Any]:
    """How many applications wait for a person, for those who decide."""
    waiting = waiting_for_review().count() if reviews_applications(request.user) else 0
    text = ngettext(
        "%(n)d application waits for a decision.",
        "%(n)d applications wait for a decision.",
        waiting,
    )
    return {"waiting": waiting, "waiting_text": text % {"n": waiting}}


def queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits, the oldest first, with what speaks against it and who has it."""
    allowed(request, reviews_applications)
    now, cohort = timezone.now(), _chosen(request)
    waiting = waiting_for_review(cohort.pk if cohort else None).select_related(
        "cohort__rules", "rules", "user", "review_claim__reviewer"
    )
    page = Paginator(waiting, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = []
    for application in page:
        claim = getattr(application, "review_claim", None)
        rows.append(
            {
                "application": application,
                "doubts": named_doubts(application),
                "held": _says_held(claim) if claim and claim.expires_at > now else "",
            }
        )
    context = {"rows": rows, "page": page, **_cohorts(cohort)}
    return staff_page(request, "queue", _("Review queue"), context)


def next_to_review(request: HttpRequest) -> HttpResponse:
    """Take the application that has waited longest and that nobody has in hand."""
    person = allowed(request, reviews_applications)
    return _go_on(request, person, _chosen(request), after=None)


def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One application with its doubts, and the decision of who has it in hand."""
    person = allowed(request, reviews_applications)
    now, cohort = timezone.now(), _chosen(request)
    application = _application(pk)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    status = UNPROCESSABLE if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            decide_eligibility(
                application_id=application.pk, by=person, now=now, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            application, status = _application(pk), CONFLICT
        else:
            messages.success(
                request, _("%(reference)s is decided.") % {"reference": application.reference}
            )
            return _go_on(request, person, cohort, after=application.pk)
    held_until, held_by_other = _take(application, person)
    place = place_in_queue(application, cohort.pk if cohort else None)
    context = {
        "application": application,
        "doubts": named_doubts(application),
        "rules": application.rules or application.cohort.rules,
        "may_decide": may_be_decided(application) and not held_by_other,
        "held_by_other": held_by_other,
        "held_until": held_until,
        "summaries": list(summaries_of(application, with_access=False)),
        "form": form,
        "sentences": _sentences(application),
        "place": place,
        "before": _address(place.before, cohort),
        "after": _address(place.after, cohort),
        **_cohorts(cohort),
    }
    return staff_page(request, "review", str(application), context, status=status)


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the application in hand for another while; the open page asks every few minutes."""
    person = allowed(request, reviews_applications)
    application = _application(pk)
    if not may_be_decided(application):
        said = _("This application has been decided.")
        return JsonResponse({"held": False, "says": said}, status=CONFLICT)
    try:
        claim = hold(application_id=pk, by=person, now=timezone.now())
    except UnableToClaim as refusal:
        return JsonResponse({"held": False, "says": str(refusal)}, status=CONFLICT)
    said = _("In your hands until %(until)s.") % {"until": say_time(claim.expires_at)}
    return JsonResponse({"held": True, "says": said})


@require_POST
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the application back undecided, and take the one behind it."""
    person = allowed(request, reviews_applications)
    return _go_on(request, person, _chosen(request), after=_application(pk).pk)


def named_doubts(application: Application) -> list[dict[str, str]]:
    """The code and the sentence of each reason why a person must look."""
    return [
        {"code": doubt.value, "text": str(DOUBTS[doubt])} for doubt in doubts_about(application)
    ]


def _go_on(
    request: HttpRequest, person: User, cohort: Cohort | None, *, after: int | None
) -> HttpResponse:
    """Take the next application, or say that there is none that one could take."""
    chosen = cohort.pk if cohort else None
    application = take_next(by=person, now=timezone.now(), cohort_id=chosen, after=after)
    if application:
        return redirect(_address(application.pk, cohort))
    if waiting_for_review(chosen).exists():
        messages.info(request, _("Every application that waits is in somebody’s hands."))
    else:
        messages.info(request, _("No application waits for a decision."))
    return redirect(reverse("admin:applications_review_queue") + _of(cohort))


def _take(application: Application, person: User) -> tuple[str, str]:
    """Take it in hand and nothing else: until when, or who has it instead."""
    if not may_be_decided(application):
        return "", ""
    try:
        claim = hold(application_id=application.pk, by=person, now=timezone.now())
    except UnableToClaim as refusal:
        return "", str(refusal)
    give_back(by=person, but=application.pk)
    return say_time(claim.expires_at), ""


def _application(pk: int) -> Application:
    related = ("cohort__programme", "cohort__rules", "rules", "institution", "user")
    return get_object_or_404(Application.objects.select_related(*related), pk=pk)


def _chosen(request: HttpRequest) -> Cohort | None:
    """The cohort to which the reviewer limits the queue; none for all."""
    slug = request.POST.get("cohort") or request.GET.get("cohort") or ""
    return get_object_or_404(Cohort, slug=slug) if slug.isascii() and slug else None


def _cohorts(chosen: Cohort | None) -> dict[str, Any]:
    return {"chosen": chosen, "of_cohort": _of(chosen), "cohorts": list(Cohort.objects.all())}


def _of(cohort: Cohort | None) -> str:
    return f"?cohort={cohort.slug}" if cohort else ""


def _address(pk: int | None, cohort: Cohort | None) -> str:
    return reverse("admin:applications_review", args=[pk]) + _of(cohort) if pk else ""


def _says_held(claim: Any) -> str:
    return _("%(who)s, until %(until)s") % {
        "who": claim.reviewer,
        "until": say_time(claim.expires_at),
    }


def _sentences(application: Application) -> list[str]:
    with translation.override(application.user.language):
        against = [str(s) for doubt in doubts_about(application) for s in SENTENCES[doubt]]
        return [*against, str(IN_FAVOUR)]
