"""Staff pages of programmes and cohorts."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.domain.cohorts import RULES, add_cohort, change_cohort
from applications.models import (
    Cohort,
    Programme,
)
from applications.web.staff import cohorts
from applications.web.staff.cohort_forms import AddCohortForm, CohortForm


@admin.register(Programme)
class ProgrammeAdmin(RoleAdmin):
    writers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER,)
    list_display = ("name_en", "name_zh", "slug", "contact_email")


@admin.register(Cohort)
class CohortAdmin(RoleAdmin):
    """Settings. Opening, copying and the rules have pages and verbs of their own."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.REVIEWER, Role.AUDITOR)
    writers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER,)
    form = CohortForm
    list_display = (
        "name_en",
        "name_zh",
        "slug",
        "is_public",
        "applications_open_at",
        "applications_close_at",
        "shortlist_at",
    )
    list_filter = ("programme", "is_public")
    search_fields = ("name_en", "name_zh", "slug")
    list_select_related = ("programme",)
    readonly_fields = ("is_public",)
    change_form_before_template = "applications/staff/cohort_top.html"
    fieldsets = (
        (None, {"fields": ("programme", "slug", "name_en", "name_zh", "is_public")}),
        (
            _("Dates (Hong Kong time)"),
            {
                "fields": (
                    "applications_open_at",
                    "applications_close_at",
                    "quiz_opens_at",
                    "quiz_closes_at",
                    "shortlist_at",
                    "reply_hours",
                    "bootcamp_dates",
                    "project_due_at",
                    "finalists_at",
                    "rankings_close_at",
                    "match_at",
                )
            },
        ),
        (
            _("Sizes"),
            {
                "fields": (
                    ("places", "places_with_ties"),
                    ("finalists", "finalists_with_ties"),
                )
            },
        ),
        (_("How long data are kept"), {"fields": ("retention_months",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return self.fieldsets
        return (*self.fieldsets, (_("Who may take part"), {"fields": RULES}))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if obj is None:
            kwargs["form"] = AddCohortForm
        return super().get_form(request, obj, change, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/set-up/", view(cohorts.set_up), name="applications_cohort_set_up"),
            path("<int:pk>/rules/", view(cohorts.rules), name="applications_cohort_rules"),
            path(
                "<int:pk>/duplicate/", view(cohorts.duplicate), name="applications_cohort_duplicate"
            ),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:  # what the form could not know a moment ago
            messages.error(request, str(refusal))
            return redirect(request.path)

    def save_model(
        self, request: HttpRequest, obj: Cohort, form: forms.ModelForm, change: bool
    ) -> None:
        by, now = cast(User, request.user), timezone.now()
        given = form.cleaned_data
        if change:
            values = {name: given[name] for name in form.changed_data}
            change_cohort(cohort_id=obj.pk, values=values, by=by, now=now)
        else:
            rules = {name: given[name] for name in RULES}
            values = {name: value for name, value in given.items() if name not in RULES}
            obj.pk = add_cohort(values=values, rules=rules, by=by, now=now).pk
        obj.refresh_from_db()

    def response_add(
        self, request: HttpRequest, obj: Cohort, post_url_continue: str | None = None
    ) -> HttpResponse:
        answer = super().response_add(request, obj, post_url_continue)
        if isinstance(answer, HttpResponseRedirect) and "_addanother" not in request.POST:
            return redirect("admin:applications_cohort_set_up", obj.pk)
        return answer
