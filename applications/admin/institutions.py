"""Staff pages of institutions."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.domain.institutions import directory
from applications.models import Institution
from applications.rules import manages_cohorts
from applications.web.staff import institutions


@admin.register(Institution)
class InstitutionAdmin(RoleAdmin):
    """Found by any of their names. What changes one has a verb and a page."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.AUDITOR)
    list_display = ("code", "name_en", "name_zh", "says_merged")
    search_fields = ("code", "name_en", "name_zh")
    search_help_text = _("Any name in either language, or a part of one.")
    list_select_related = ("merged_into",)
    fields = ("code", "name_en", "name_zh", "merged_into")
    readonly_fields = fields
    list_before_template = "applications/staff/institutions_top.html"
    change_form_before_template = "applications/staff/institution_names.html"

    @display(description=_("now listed as"), ordering="merged_into__code")
    def says_merged(self, institution: Institution) -> str:
        return institution.merged_into.code if institution.merged_into else ""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Institution], search_term: str
    ) -> tuple[QuerySet[Institution], bool]:
        plain, duplicates = super().get_search_results(request, queryset, search_term)
        named = directory().search(search_term) if search_term else ()
        wanted = Q(pk__in=plain.order_by().values("pk")) | Q(code__in=named)
        return queryset.filter(wanted), duplicates

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("new/", view(institutions.add), name="applications_institution_new"),
            path("others/", view(institutions.others), name="applications_institution_others"),
            path(
                "<int:pk>/names/add/",
                view(institutions.add_name),
                name="applications_institution_add_name",
            ),
            path(
                "names/<int:pk>/remove/",
                view(institutions.remove_name),
                name="applications_institution_remove_name",
            ),
            path(
                "<int:pk>/rename/",
                view(institutions.rename),
                name="applications_institution_rename",
            ),
            path(
                "<int:pk>/merge/",
                view(institutions.merge),
                name="applications_institution_merge",
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = {"may_manage": bool(manages_cohorts(request.user))}
        return super().changelist_view(request, (extra_context or {}) | may)

    def beside(self, request: HttpRequest, row: Institution) -> dict[str, Any]:
        return institutions.names_of(row, request)
