"""Buttons of the story: one verb each, with a reason and a page that says what will happen."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
)

from accounts.models import User, normalise_email
from accounts.web.staff import allowed
from applications.domain.lateness import closes_at, end_late_access, give_late_access
from applications.domain.restoring import restorable_until, restore_application, why_not
from applications.models import Application, Cohort, LateAccess
from applications.published import standing
from applications.rules import manages_cohorts
from applications.web.staff.pages import Act, ask_first
from notifications.moments import say_instant


class ReasonForm(forms.Form):
    """Why. It is kept with what was done."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=gettext_lazy("The person reads it, and it stays in the record."),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )


class SureForm(forms.Form):
    """Nothing to say but yes."""


class UntilForm(forms.Form):
    """A new deadline for one person."""

    until = forms.SplitDateTimeField(
        label=gettext_lazy("New deadline, Hong Kong time"),
        help_text=gettext_lazy("Written like 2027-05-14 and 23:59."),
        widget=UnfoldAdminSplitDateTimeWidget,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=gettext_lazy("It stays in the record."),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )


class LateAccessForm(UntilForm):
    """The same for somebody who has not begun, found by the address of their account."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the account"), widget=UnfoldAdminEmailInputWidget
    )
    cohort = forms.ModelChoiceField(
        Cohort.objects.all(), label=gettext_lazy("Cohort"), widget=UnfoldAdminSelectWidget
    )
    field_order = ("email", "cohort", "until", "reason")

    def clean_email(self) -> User:
        email = normalise_email(self.cleaned_data["email"])
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise forms.ValidationError(
                _("Nobody has an account with this address. Let the person sign up first.")
            )
        return person


def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a withdrawal back."""
    person = allowed(request, manages_cohorts)
    application = _application(pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act(said: dict[str, Any], now: datetime) -> str:
        restored = restore_application(application_id=pk, by=person, now=now, **said)
        return _("%(reference)s is back: %(stage)s.") % {
            "reference": restored.reference,
            "stage": standing(restored, now).label,
        }

    until = restorable_until(application.withdrawn_at) if application.withdrawn_at else None
    context = {
        "application": application,
        "label": _("Restore the application"),
        "obstacle": why_not(application, timezone.now()),
        "facts": [
            _("Withdrawn from “%(stage)s”.") % {"stage": application.get_withdrawn_from_display()},
            _("It can be restored until %(at)s.") % {"at": say_instant(until)} if until else "",
            _("A draft is a draft again; a submitted application is looked at again."),
            _("Where its list has come out meanwhile, it gets what that list decided."),
            _("Who gave a place up waits on the reserve list for the next one."),
            _(
                "Where that list has closed, a confirmed place that is still free is given back, "
                "with the group in the bootcamp if it has room; otherwise the person has no place."
            ),
            _("The person is told by e-mail."),
        ],
    }
    return ask_first(request, form, act, _story(pk), _("Restore a withdrawn application"), context)


def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the person of this application change it until later."""
    person = allowed(request, manages_cohorts)
    application = _application(pk)
    form = UntilForm(request.POST if request.method == "POST" else None)
    give = _giving(application.cohort_id, application.user_id, person)
    context = _about_extending(application.cohort, application.user_id)
    context |= {"application": application, "label": _("Extend the deadline")}
    return ask_first(request, form, give, _story(pk), _("Extend one person’s deadline"), context)


def late_access(request: HttpRequest) -> HttpResponse:
    """The same for somebody who may not have begun to apply."""
    person = allowed(request, manages_cohorts)
    initial = {"email": request.GET.get("email", "")[:254]}
    form = LateAccessForm(request.POST if request.method == "POST" else None, initial=initial)

    def act(said: dict[str, Any], now: datetime) -> str:
        give = _giving(said["cohort"].pk, said["email"].pk, person)
        return give({"until": said["until"], "reason": said["reason"]}, now)

    context = {
        "label": _("Extend the deadline"),
        "cancel": reverse("admin:applications_application_changelist"),
        "facts": [
            _("Only this person can apply until then; the deadline of everybody else stays."),
            _("A second extension takes the place of the first."),
            _("The person is told by e-mail."),
        ],
    }
    here = reverse("admin:applications_late_access")
    return ask_first(request, form, act, here, _("Extend one person’s deadline"), context)


def end_late(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an extension back."""
    person = allowed(request, manages_cohorts)
    late = get_object_or_404(LateAccess.objects.select_related("user", "cohort"), pk=pk)
    application = Application.objects.filter(cohort=late.cohort_id, user=late.user_id).first()
    form = SureForm(request.POST if request.method == "POST" else None)

    def act(said: dict[str, Any], now: datetime) -> str:
        end_late_access(late_access_id=pk, by=person, now=now)
        return _("The extension is taken back.")

    context = {
        "application": application,
        "label": _("Take the extension back"),
        "obstacle": _("This extension has been taken back already.") if late.ended_at else "",
        "facts": [
            _("%(who)s could apply to %(cohort)s until %(until)s.")
            % {"who": late.user, "cohort": late.cohort, "until": say_instant(late.until)},
            _("From now on the deadline of everybody holds. What was saved stays saved."),
        ],
    }
    back = _story(application.pk) if application else reverse("admin:applications_late_access")
    return ask_first(request, form, act, back, _("Take an extension back"), context)


def _giving(cohort_id: int, user_id: int, by: User) -> Act:
    def act(said: dict[str, Any], now: datetime) -> str:
        late = give_late_access(cohort_id=cohort_id, user_id=user_id, by=by, now=now, **said)
        return _("The deadline is now %(until)s for this person alone.") % {
            "until": say_instant(late.until)
        }

    return act


def _about_extending(cohort: Cohort, user_id: int) -> dict[str, Any]:
    return {
        "facts": [
            _("%(cohort)s closes for everybody on %(at)s.")
            % {"cohort": cohort, "at": say_instant(cohort.applications_close_at)},
            _("For this person the deadline is %(at)s at present.")
            % {"at": say_instant(closes_at(cohort, user_id))},
            _("It cannot be later than the end of the quiz, %(at)s.")
            % {"at": say_instant(cohort.quiz_closes_at)},
            _("The person is told by e-mail."),
        ]
    }


def _application(pk: int) -> Application:
    related = ("cohort__programme", "user")
    return get_object_or_404(Application.objects.select_related(*related), pk=pk)


def _story(pk: int) -> str:
    return reverse("admin:applications_application_change", args=[pk])
