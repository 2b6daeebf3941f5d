"""Four questions before applying, without an account. Nothing is stored."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.answers import say_month
from applications.domain.review import rules_of
from applications.eligibility import Answers, Doubt, doubts, verdict
from applications.models import Cohort, Status
from applications.queries import public_cohorts
from applications.web.fields import DaysField, MonthField

UNPROCESSABLE = 422
NEITHER = "neither"


class CheckerForm(forms.Form):
    """What the rules look at, and nothing that says who asks."""

    status = forms.ChoiceField(
        label=gettext_lazy("Are you a student or a graduate?"),
        choices=[*Status.choices, (NEITHER, gettext_lazy("Neither"))],
        widget=forms.RadioSelect,
    )
    completion_on = MonthField(
        label=gettext_lazy("When do you finish, or when did you finish?"),
        help_text=gettext_lazy("Leave it empty if you do not know yet."),
        required=False,
    )
    available_days = DaysField(
        label=gettext_lazy("Which bootcamp days can you attend?"),
        help_text=gettext_lazy("Tick every day that you can keep free, from morning to evening."),
        required=False,
    )
    is_adult = forms.TypedChoiceField(
        label=gettext_lazy("Are you 18 or older?"),
        choices=(("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, days: list[date]) -> None:
        super().__init__(data)
        offered = self.fields["available_days"]
        if isinstance(offered, DaysField):
            offered.offer(days)

    @property
    def answers(self) -> Answers:
        """The answers as the rules take them."""
        given = self.cleaned_data
        return Answers(
            status=given["status"],
            completion_on=given["completion_on"],
            available_days=given["available_days"],
            is_adult=given["is_adult"],
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, and answer on the same page."""
    cohort = get_object_or_404(public_cohorts(), slug=slug)
    form = CheckerForm(
        request.POST if request.method == "POST" else None, days=cohort.bootcamp_dates
    )
    context: dict[str, Any] = {"cohort": cohort, "form": form, "now": timezone.now()}
    if form.is_valid():
        found = doubts(form.answers, rules_of(cohort))
        context |= {
            "verdict": verdict(found).value,
            "reasons": [say_reason(doubt, cohort) for doubt in found],
            "is_open": cohort.applications_open_at <= context["now"] < cohort.applications_close_at,
            "is_coming": context["now"] < cohort.applications_open_at,
        }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "programme/check.html", context, status=status)


def say_reason(doubt: Doubt, cohort: Cohort) -> str:
    """What a rule asks for that an answer does not say, to the person who asks."""
    rules = cohort.rules
    match doubt:
        case Doubt.NOT_STUDENT_OR_GRADUATE:
            return who_may_apply(rules.statuses)
        case Doubt.COMPLETION_UNKNOWN:
            return _("We need the month in which you finish: between %(from)s and %(to)s.") % {
                "from": say_month(rules.completion_from),
                "to": say_month(rules.completion_to),
            }
        case Doubt.COMPLETION_OUT_OF_RANGE:
            return _("It is for people who finish between %(from)s and %(to)s.") % {
                "from": say_month(rules.completion_from),
                "to": say_month(rules.completion_to),
            }
        case Doubt.TOO_FEW_DAYS:
            return _("One should be there on at least %(needed)d of the %(days)d days.") % {
                "needed": rules.days_needed,
                "days": len(cohort.bootcamp_dates),
            }
        case Doubt.NOT_ADULT:
            return _("One must be 18 or older.")


def who_may_apply(statuses: list[str]) -> str:
    """Whom a cohort is for, in a sentence."""
    if set(statuses) == {Status.STUDENT}:
        return _("It is for students.")
    if set(statuses) == {Status.GRADUATE}:
        return _("It is for graduates.")
    return _("It is for students and graduates.")
