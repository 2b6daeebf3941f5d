"""Staff pages of applications."""

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
    Application,
    Stage,
)
from applications.web.staff import reviewing

STAGE_LABELS = {
    "draft": "",
    "withdrawn": "",
    "merged": "",
    "ineligible": "",
    "submitted": "warning",
}


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
            path("review/", view(reviewing.next_to_review), name="applications_review_next"),
            path("review/<int:pk>/", view(reviewing.review), name="applications_review"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, (extra_context or {}) | reviewing.queue_size(request)
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        application = self.get_object(request, object_id)
        story = reviewing.story_of(application, request, timezone.now()) if application else {}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | story)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        related = ("cohort__programme", "user", "institution")
        return super().get_queryset(request).select_related(*related)
