"""Staff pages of programmes, cohorts and applications."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.models import (
    AccessRequest,
    Application,
    Cohort,
    ImportFile,
    Institution,
    Programme,
    Stage,
)
from applications.web import staff

STAGE_LABELS = {"draft": "", "withdrawn": "", "ineligible": "", "submitted": "warning"}


@admin.register(Programme)
class ProgrammeAdmin(RoleAdmin):
    writers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER,)
    list_display = ("name_en", "name_zh", "slug", "contact_email")


@admin.register(Cohort)
class CohortAdmin(RoleAdmin):
    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.REVIEWER, Role.AUDITOR)
    writers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER,)
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
        (
            _("Who may take part"),
            {"fields": ("rules", "retention_months")},
        ),
    )


@admin.register(Institution)
class InstitutionAdmin(RoleAdmin):
    writers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER,)
    list_display = ("code", "name_en", "name_zh")
    search_fields = ("code", "name_en", "name_zh")


@admin.register(Application)
class ApplicationAdmin(RoleAdmin):
    """To read and to find. What changes an application has a verb and a button."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.REVIEWER, Role.AUDITOR)
    list_display = (
        "reference",
        "says_name",
        "name_zh",
        "user",
        "cohort",
        "says_stage",
        "says_institution",
        "submitted_at",
    )
    list_filter = ("cohort", "stage", "institution", "level", "track")
    search_fields = ("reference", "surname_en", "given_en", "name_zh", "user__email")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("surname_en", "given_en", "pk")
    fields = tuple(
        field.name
        for field in Application._meta.fields
        if field.name not in ("id", "imported_digest")
    )
    readonly_fields = fields
    view_on_site = False  # the page over there is the applicant's own
    change_form_before_template = "applications/staff/story.html"
    list_before_template = "applications/staff/list_top.html"

    @display(description=_("name"), ordering="surname_en")
    def says_name(self, application: Application) -> str:
        return application.full_name

    @display(
        description=_("stage"),
        ordering="stage",
        label={stage: STAGE_LABELS.get(stage, "info") for stage in Stage.values},
    )
    def says_stage(self, application: Application) -> tuple[str, str]:
        return application.stage, application.get_stage_display()

    @display(description=_("institution"), ordering="institution__code")
    def says_institution(self, application: Application) -> str:
        listed = application.institution
        return listed.code if listed else application.institution_other

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("review/", view(staff.next_to_review), name="applications_review_next"),
            path("review/<int:pk>/", view(staff.review), name="applications_review"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, (extra_context or {}) | staff.queue_size(request))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        application = self.get_object(request, object_id)
        story = staff.story_of(application, request, timezone.now()) if application else {}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | story)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        related = ("cohort__programme", "user", "institution")
        return super().get_queryset(request).select_related(*related)


@admin.register(AccessRequest)
class AccessRequestAdmin(RoleAdmin):
    """For those who make the arrangements, and never for reviewers."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER,)
    list_display = ("application", "requested_at")
    list_select_related = ("application",)
    readonly_fields = ("application", "needs", "requested_at")


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
        if not kept.report:
            return "–"
        names = ("create", "update", "skip")
        counts = [kept.report[name] for name in names] + [len(kept.report["faults"])]
        return ", ".join(map(str, counts))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportFile]:
        return super().get_queryset(request).defer("content")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("upload/", view(staff.upload), name="applications_upload"),
            path("upload/<int:pk>/", view(staff.confirm_import), name="applications_confirm"),
            *super().get_urls(),
        ]
