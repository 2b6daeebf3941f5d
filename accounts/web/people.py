"""What programme managers do about a person: roles, what they read, viewing the site as theirs."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import Predicate
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.approvable import Subject
from accounts.domain.readers import record_reading
from accounts.domain.roles import GRANT_ROLE, ask_for_role, take_role_away
from accounts.domain.viewing import can_be_viewed, start_viewing, stop_viewing
from accounts.errors import Refused
from accounts.languages import NAMES, say_languages
from accounts.models import Approval, User
from accounts.roles import Role
from accounts.rules import manages_people, reads_trail, views_as
from accounts.web import viewing as browser
from accounts.web.staff import allowed

MAX_REASON = 500
Act = Callable[[User, User, dict[str, Any]], HttpResponse | None]
"""Done to a person by another with what the form says; where it leads, if not back."""


class RoleForm(forms.Form):
    """Which role, and why."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=Role.choices, widget=UnfoldAdminSelectWidget
    )
    reason = forms.CharField(
        label=gettext_lazy("Why this person needs it"),
        max_length=MAX_REASON,
        widget=UnfoldAdminTextInputWidget,
    )


class RoleToTakeForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class LanguagesForm(forms.Form):
    """The languages in which somebody can confirm texts; none is an answer, too."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Reads well enough to confirm texts"),
        choices=list(NAMES.items()),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


class ReasonForm(forms.Form):
    """Why somebody is looked at."""

    reason = forms.CharField(
        label=gettext_lazy("Why you need to see it"),
        max_length=MAX_REASON,
        widget=UnfoldAdminTextInputWidget,
    )


def describe_role(approval: Approval) -> list[tuple[str, str]]:
    """Whom a second person would give which role, and why."""
    asked = approval.payload
    person = User.objects.filter(pk=asked["person"]).first()
    label = dict(Role.choices).get(asked["role"], asked["role"])
    return [
        (_("Person"), person.email if person else "–"),
        (_("Role"), str(label)),
        (_("Why this person needs it"), asked["reason"]),
    ]


def name_roles(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """Who would get which role, and the page of that person; one query."""
    people = User.objects.in_bulk([one.payload["person"] for one in approvals])
    return {
        one.pk: _named(person, one.payload["role"])
        for one in approvals
        if (person := people.get(one.payload["person"]))
    }


def _named(person: User, role: str) -> Subject:
    label = str(dict(Role.choices).get(role, role))
    page = reverse("admin:accounts_user_change", args=[person.pk])
    return Subject(f"{person.email} · {label}", label, page)


def find_roles(text: str) -> Q:
    """Requests for a role of somebody with this address."""
    people = User.objects.filter(email__icontains=text)
    asked = [Concat(Cast("pk", CharField()), Value(f":{role.value}")) for role in Role]
    found = Q()
    for key in asked:
        found |= Q(object_id__in=people.annotate(key=key).values("key"))
    return found


def person_context(request: HttpRequest, person: User) -> dict[str, Any]:
    """What the staff page of a person shows beside the plain fields."""
    held = set(person.groups.values_list("name", flat=True))
    asked = Approval.objects.filter(
        kind=GRANT_ROLE,
        object_id__startswith=f"{person.pk}:",
        state=Approval.State.REQUESTED,
        expires_at__gt=timezone.now(),
    ).select_related("requested_by")
    recorded = list(person.languages_read.select_related("recorded_by"))
    form = RoleForm(auto_id="role_%s")
    form.fields["role"].choices = [  # type: ignore[attr-defined]
        ("", "–"),
        *((role.value, role.label) for role in Role if role.value not in held),
    ]
    return {
        "person": person,
        "roles_held": [role for role in Role if role.value in held],
        "roles_asked": [(Role(one.payload["role"]).label, one) for one in asked],
        "languages_read": [(NAMES[one.language], one) for one in recorded],
        "says_reading": person.is_staff or bool(recorded),
        "languages_form": LanguagesForm(
            auto_id="reads_%s", initial={"languages": [one.language for one in recorded]}
        ),
        "may_manage": bool(manages_people(request.user)),
        "is_self": request.user.pk == person.pk,
        "may_view_as": bool(views_as(request.user)) and can_be_viewed(person),
        "may_read_trail": bool(reads_trail(request.user)),
        "role_form": form,
        "view_form": ReasonForm(auto_id="view_%s"),
    }


@require_POST
def ask_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a second programme manager to give this person a role."""

    def act(person: User, by: User, values: dict[str, Any]) -> None:
        role, reason = Role(values["role"]), values["reason"]
        ask_for_role(user_id=person.pk, role=role, reason=reason, by=by, now=timezone.now())
        said = _("Asked. %(person)s becomes “%(role)s” when another programme manager approves.")
        messages.success(request, said % {"person": person, "role": role.label})

    return _acted(request, pk, manages_people, RoleForm, act)


@require_POST
def take_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a role away at once."""

    def act(person: User, by: User, values: dict[str, Any]) -> None:
        role = Role(values["role"])
        take_role_away(user_id=person.pk, role=role, by=by, now=timezone.now())
        said = _("%(person)s is no longer “%(role)s”.")
        messages.success(request, said % {"person": person, "role": role.label})

    return _acted(request, pk, manages_people, RoleToTakeForm, act)


@require_POST
def record_languages(request: HttpRequest, pk: int) -> HttpResponse:
    """Record in which languages this person can confirm texts."""

    def act(person: User, by: User, values: dict[str, Any]) -> None:
        reads = record_reading(
            user_id=person.pk, languages=values["languages"], by=by, now=timezone.now()
        )
        if reads:
            said = _("%(person)s can confirm texts in: %(languages)s.")
        else:
            said = _("%(person)s can confirm texts in no language.")
        messages.success(request, said % {"person": person, "languages": say_languages(reads)})

    return _acted(request, pk, manages_people, LanguagesForm, act)


@require_POST
def view_as(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to view the site as this person sees it."""

    def act(person: User, by: User, values: dict[str, Any]) -> HttpResponse:
        now = timezone.now()
        viewing = start_viewing(user_id=person.pk, reason=values["reason"], by=by, now=now)
        earlier = browser.forget(request)
        if earlier:
            stop_viewing(earlier, now=now)
        browser.remember(request, viewing)
        return redirect("home")

    return _acted(request, pk, views_as, ReasonForm, act)


@require_POST
def stop_view_as(request: HttpRequest) -> HttpResponse:
    """End it, and go back to the staff page of the person."""
    allowed(request, views_as)
    viewing = browser.forget(request)
    if viewing is None:
        return redirect("admin:index")
    stop_viewing(viewing, now=timezone.now())
    messages.success(
        request, _("You no longer view the site as %(person)s.") % {"person": viewing.viewed}
    )
    return redirect("admin:accounts_user_change", viewing.viewed.pk)


def _acted(
    request: HttpRequest, pk: int, rule: Predicate, form_class: type[forms.Form], act: Act
) -> HttpResponse:
    """Do what was posted about a person, or say why not; then go where it leads, or back."""
    by = allowed(request, rule)
    person = get_object_or_404(User, pk=pk)
    form, leads = form_class(request.POST), None
    if form.is_valid():
        try:
            leads = act(person, by, form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
    else:
        messages.error(request, _faults(form))
    return leads or redirect("admin:accounts_user_change", person.pk)


def _faults(form: forms.Form) -> str:
    return " ".join(
        f"{form.fields[name].label or name}: {' '.join(map(str, errors))}"
        for name, errors in form.errors.items()
    )
