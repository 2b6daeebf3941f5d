"""Two applications side by side, and what a person decides about them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from accounts.errors import Refused
from accounts.models import User
from accounts.web.staff import allowed
from applications.answers import say_answer
from applications.domain.merging import hindrances_to_giving_up, keep_both, merge_applications
from applications.models import Application, DuplicateCase
from applications.rules import reads_everything, reviews_applications
from applications.web.sections import summaries_of
from applications.web.staff.pages import UNPROCESSABLE, staff_page
from notifications.moments import say_instant

BOTH = "both"


class DuplicateForm(forms.Form):
    """Which one goes on, or both, and why."""

    keep = forms.ChoiceField(label=gettext_lazy("Decision"), widget=UnfoldAdminRadioSelectWidget)
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )

    def __init__(self, pair: tuple[Application, Application], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            *(
                (str(one.pk), _("One person: %(reference)s goes on") % {"reference": one.reference})
                for one in pair
            ),
            (BOTH, _("Two people: keep both")),
        ]


def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: both applications, what differs, and the decision."""
    reads = request.method == "GET"
    may = reads_everything | reviews_applications if reads else reviews_applications
    person = allowed(request, may)
    related = ("institution", "user", "cohort__programme", "cohort__rules", "rules")
    case = get_object_or_404(
        DuplicateCase.objects.select_related(
            "decided_by",
            *(f"{side}__{name}" for side in ("first", "second") for name in related),
        ),
        pk=pk,
    )
    pair = (case.first, case.second)
    form = DuplicateForm(pair, request.POST if request.method == "POST" else None)
    if form.is_valid():
        keep, note, now = form.cleaned_data["keep"], form.cleaned_data["note"], timezone.now()
        try:
            if keep == BOTH:
                keep_both(case_id=case.pk, note=note, by=person, now=now)
            else:
                merge_applications(
                    case_id=case.pk, keep_id=int(keep), note=note, by=person, now=now
                )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The case is decided."))
            return redirect(_next_after(case))
    context = {
        "case": case,
        "pair": [{"application": one, "hindrances": hindrances_to_giving_up(one)} for one in pair],
        "lines": _lines(*pair),
        "form": form if _may_decide(case, person) else None,
    }
    title = _("%(first)s and %(second)s") % {
        "first": case.first.reference,
        "second": case.second.reference,
    }
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "duplicate", title, context, status=status)


def _may_decide(case: DuplicateCase, person: User) -> bool:
    return case.state == DuplicateCase.State.OPEN and bool(reviews_applications(person))


def _next_after(case: DuplicateCase) -> str:
    """The next case of the cohort that waits, or the list."""
    waiting = DuplicateCase.objects.filter(cohort=case.cohort_id, state=DuplicateCase.State.OPEN)
    following = waiting.order_by("pk").first()
    if following:
        return f"../{following.pk}/"
    return "../../?state__exact=open"


def _lines(first: Application, second: Application) -> list[dict[str, Any]]:
    """Every answer of both, in the order of the form; the access needs stay where they are."""
    lines = [
        {"label": _("E-mail address"), "first": first.user.email, "second": second.user.email},
        {
            "label": _("Submitted"),
            "first": say_instant(first.submitted_at) if first.submitted_at else "",
            "second": say_instant(second.submitted_at) if second.submitted_at else "",
        },
    ]
    sides = zip(
        summaries_of(first, with_access=False),
        summaries_of(second, with_access=False),
        strict=True,
    )
    for mine, theirs in sides:
        for one, other in zip(mine.answers, theirs.answers, strict=True):
            lines.append({"label": one.label, "first": one.text, "second": other.text})
    lines.append(
        {
            "label": _("Source"),
            "first": say_answer(first, "source"),
            "second": say_answer(second, "source"),
        }
    )
    return [line | {"differs": line["first"] != line["second"]} for line in lines]
