"""Staff pages of lists that left the house."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.exporting import PURPOSES
from applications.models import Export
from applications.web.staff import counting, exporting


@admin.register(Export)
class ExportAdmin(RoleAdmin):
    """What was asked for, by whom and why. A list is opened on a page of its own."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.AUDITOR)
    list_display = ("says_purpose", "cohort", "rows", "format", "asked_by", "asked_at", "reason")
    list_filter = ("cohort", "purpose", "format")
    list_select_related = ("cohort", "asked_by")
    search_fields = ("reason", "asked_by__email")
    list_before_template = "applications/staff/exports_top.html"

    @display(description=_("purpose"), ordering="purpose")
    def says_purpose(self, export: Export) -> str:
        purpose = PURPOSES.get(export.purpose)
        return str(purpose.title) if purpose else export.purpose

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        return super().get_queryset(request).defer("row_ids")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        export = self.get_object(request, object_id)
        if export is None or not self.has_view_permission(request, export):
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect(exporting.PAGE, export.uuid)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("counts/", view(counting.count), name="applications_counts"),
            path("new/", view(exporting.ask), name="applications_export_new"),
            path("list/<uuid:uuid>/", view(exporting.show), name="applications_export_page"),
            path(
                "list/<uuid:uuid>/ask/", view(exporting.ask_second), name="applications_export_ask"
            ),
            path("list/<uuid:uuid>/take/", view(exporting.take), name="applications_export_take"),
            *super().get_urls(),
        ]
