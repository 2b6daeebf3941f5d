"""Institutions: their names, merging two entries, and what people wrote under "other"."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.errors import Refused
from accounts.web.staff import allowed
from applications.counts import written_names
from applications.domain.institutions import (
    LONGEST,
    add_alias,
    add_institution,
    directory,
    is_settled,
    merge_institution,
    remove_alias,
    rename_institution,
    settle_other,
)
from applications.models import Application, Cohort, Institution, InstitutionAlias
from applications.rules import manages_cohorts
from applications.web.fields import LineField
from applications.web.staff.pages import UNPROCESSABLE, staff_page

LIST = "admin:applications_institution_changelist"
PAGE = "admin:applications_institution_change"
OTHERS = "admin:applications_institution_others"
SHOWN_NAMES = 50
SHOWN_SPELLINGS = 4


class TitlesForm(forms.Form):
    """The name in each language."""

    name_en = LineField(
        label=gettext_lazy("Name in English"),
        max_length=LONGEST,
        widget=UnfoldAdminTextInputWidget,
    )
    name_zh = LineField(
        label=gettext_lazy("Name in Chinese"),
        max_length=LONGEST,
        required=False,
        help_text=gettext_lazy("Leave it empty if there is none."),
        widget=UnfoldAdminTextInputWidget,
    )


class InstitutionForm(TitlesForm):
    """An institution that is new to the list."""

    code = LineField(
        label=pgettext_lazy("identifier", "Code"),
        max_length=30,
        help_text=gettext_lazy("The short name that it uses for itself. It never changes."),
        widget=UnfoldAdminTextInputWidget,
    )
    field_order = ("code", "name_en", "name_zh")


class NameForm(forms.Form):
    """Another name of an institution."""

    name = LineField(
        label=gettext_lazy("Another name"),
        max_length=LONGEST,
        widget=UnfoldAdminTextInputWidget,
    )
    until = forms.IntegerField(
        label=gettext_lazy("Given up in the year"),
        required=False,
        validators=[MinValueValidator(1800), MaxValueValidator(2200)],
        help_text=gettext_lazy("Only for a former name."),
        widget=UnfoldAdminIntegerFieldWidget,
    )


class MergeForm(forms.Form):
    """The entry that stays."""

    into = forms.ModelChoiceField(
        Institution.objects.none(),
        label=gettext_lazy("Merge into"),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, data: Any = None, *, institution: Institution) -> None:
        super().__init__(data)
        listed = Institution.objects.listed().exclude(pk=institution.pk)
        self.fields["into"].queryset = listed  # type: ignore[attr-defined]


class SettleForm(forms.Form):
    """What institution people meant."""

    written = forms.CharField(max_length=200, widget=forms.HiddenInput)
    institution = forms.ModelChoiceField(
        Institution.objects.listed(),
        label=gettext_lazy("Institution"),
        widget=UnfoldAdminSelectWidget,
    )
    keep_name = forms.BooleanField(
        label=gettext_lazy("Let this name lead there from now on"),
        required=False,
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, *args: Any, choices: list[tuple[Any, str]] | None = None, **more: Any):
        super().__init__(*args, **more)
        if choices is not None:  # read once for all the forms of the page
            self.fields["institution"].choices = choices  # type: ignore[attr-defined]


class CohortForm(forms.Form):
    """Whose applicants are looked at."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.all(),
        label=gettext_lazy("Cohort"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )


def names_of(institution: Institution, request: HttpRequest) -> dict[str, Any]:
    """What leads to an institution, and what may be done to it."""
    may = manages_cohorts(request.user) and institution.merged_into_id is None
    return {
        "institution": institution,
        "names": [
            (alias, may and not is_settled(alias, institution))
            for alias in institution.aliases.order_by("until", "name")
        ],
        "applicants": Application.objects.filter(institution=institution).count(),
        "may_change": may,
        "name_form": NameForm(),
    }


def add(request: HttpRequest) -> HttpResponse:
    """Put an institution on the list."""
    person = allowed(request, manages_cohorts)
    form = InstitutionForm(
        request.POST if request.method == "POST" else None,
        initial={"name_en": request.GET.get("name", "")[:LONGEST]},
    )
    if form.is_valid():
        try:
            made = add_institution(**form.cleaned_data, by=person, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(name)s” is on the list.") % {"name": made})
            return redirect(PAGE, made.pk)
    return _form_page(request, form, _("Add an institution"), _("Add"))


def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an institution other titles."""
    person = allowed(request, manages_cohorts)
    institution = get_object_or_404(Institution, pk=pk)
    initial = {"name_en": institution.name_en, "name_zh": institution.name_zh}
    form = TitlesForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            rename_institution(
                institution_id=pk, **form.cleaned_data, by=person, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Renamed. It is still found by its names of before."))
            return redirect(PAGE, pk)
    title = _("Rename %(institution)s") % {"institution": institution}
    return _form_page(request, form, title, _("Rename"), institution=institution)


@require_POST
def add_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Let another name lead to an institution."""
    person = allowed(request, manages_cohorts)
    institution = get_object_or_404(Institution, pk=pk)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            add_alias(institution_id=pk, **form.cleaned_data, by=person, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("“%(name)s” leads to %(institution)s now.")
                % {"name": form.cleaned_data["name"], "institution": institution},
            )
            return redirect(PAGE, pk)
    title = _("Another name of %(institution)s") % {"institution": institution}
    return _form_page(request, form, title, _("Add this name"), institution=institution)


@require_POST
def remove_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away a name that was added by mistake."""
    person = allowed(request, manages_cohorts)
    alias = get_object_or_404(InstitutionAlias, pk=pk)
    try:
        remove_alias(alias_id=pk, by=person, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” leads nowhere now.") % {"name": alias.name})
    return redirect(PAGE, alias.institution_id)


def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Make two entries of one institution one."""
    person = allowed(request, manages_cohorts)
    institution = get_object_or_404(Institution, pk=pk)
    form = MergeForm(request.POST if request.method == "POST" else None, institution=institution)
    if form.is_valid():
        into = form.cleaned_data["into"]
        try:
            moved = merge_institution(
                institution_id=pk, into_id=into.pk, by=person, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _moved(moved, into))
            return redirect(PAGE, into.pk)
    title = _("Merge %(institution)s into another entry") % {"institution": institution}
    applicants = Application.objects.filter(institution=institution).count()
    told = ngettext(
        "%(n)d application moves to the entry that you choose. The names of this one lead there "
        "from now on, and it can no longer be chosen. There is no way back.",
        "%(n)d applications move to the entry that you choose. The names of this one lead there "
        "from now on, and it can no longer be chosen. There is no way back.",
        applicants,
    ) % {"n": applicants}
    return _form_page(request, form, title, _("Merge"), institution=institution, told=told)


def others(request: HttpRequest) -> HttpResponse:
    """What the people of one cohort wrote under "other", by name, with the way to settle each."""
    person = allowed(request, manages_cohorts)
    chosen = CohortForm(request.GET if "cohort" in request.GET else None)
    cohort = Cohort.objects.first()
    if chosen.is_bound:
        cohort = chosen.cleaned_data["cohort"] if chosen.is_valid() else None
    form = SettleForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and cohort:
        institution = form.cleaned_data.pop("institution")
        try:
            moved = settle_other(
                cohort_id=cohort.pk,
                institution_id=institution.pk,
                **form.cleaned_data,
                by=person,
                now=timezone.now(),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _moved(moved, institution))
            return redirect(request.get_full_path())
    elif form.is_bound:
        messages.error(request, _("Choose the institution that these people meant."))
    names = written_names(cohort) if cohort else []
    known = directory()
    listed = {row.code: row for row in Institution.objects.listed()}
    choices = [("", "–"), *sorted(((r.pk, str(r)) for r in listed.values()), key=lambda c: c[1])]
    groups = [
        {
            "name": name,
            "spellings": name.spellings[:SHOWN_SPELLINGS],
            "form": SettleForm(
                initial={
                    "written": name.name,
                    "institution": listed.get(known.resolve(name.name) or ""),
                    "keep_name": True,
                },
                auto_id=f"id_%s_{number}",
                choices=choices,
            ),
        }
        for number, name in enumerate(names[:SHOWN_NAMES])
    ]
    context = {
        "cohort": cohort,
        "choose": chosen if chosen.is_bound else CohortForm(initial={"cohort": cohort}),
        "groups": groups,
        "more": max(0, len(names) - SHOWN_NAMES),
    }
    title = _("What people wrote under “another institution”")
    status = UNPROCESSABLE if request.method == "POST" else 200
    return staff_page(request, "institution_others", title, context, status=status)


def _moved(count: int, institution: Institution) -> str:
    text = ngettext(
        "%(n)d application is under %(institution)s now.",
        "%(n)d applications are under %(institution)s now.",
        count,
    )
    return text % {"n": count, "institution": institution}


def _form_page(
    request: HttpRequest,
    form: forms.Form,
    title: str,
    button: str,
    *,
    institution: Institution | None = None,
    told: str = "",
) -> HttpResponse:
    context = {"form": form, "button": button, "institution": institution, "told": told}
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "institution_form", title, context, status=status)
