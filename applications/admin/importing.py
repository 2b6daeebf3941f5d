"""Staff pages of imported files."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.models import ImportFile
from applications.web.staff import importing


@admin.register(ImportFile)
class ImportFileAdmin(RoleAdmin):
    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.AUDITOR)
    list_display = ("name", "cohort", "uploaded_at", "imported_at", "imported_by", "says_counts")
    list_filter = ("cohort",)
    list_select_related = ("cohort", "imported_by")
    fields = (
        "cohort",
        "name",
        "sha256",
        "uploaded_at",
        "imported_at",
        "imported_by",
        "says_counts",
    )
    readonly_fields = fields
    list_before_template = "applications/staff/import_top.html"
    change_form_before_template = "applications/staff/import_waits.html"

    @display(description=_("created, updated, skipped, faults"))
    def says_counts(self, kept: ImportFile) -> str:
        if not (kept.report and kept.imported_at):
            return "–"
        names = ("create", "update", "skip")
        faults = kept.report.get("fault_count", len(kept.report["faults"]))
        return ", ".join(str(count) for count in (*(kept.report[name] for name in names), faults))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportFile]:
        return super().get_queryset(request).defer("content")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("upload/", view(importing.upload), name="applications_upload"),
            path(
                "upload/<int:pk>/columns/",
                view(importing.map_columns),
                name="applications_columns",
            ),
            path("upload/<int:pk>/", view(importing.confirm_import), name="applications_confirm"),
            *super().get_urls(),
        ]
