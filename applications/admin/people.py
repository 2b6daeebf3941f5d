"""Staff pages of applications."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.models import User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.models import (
    Application,
    DuplicateCase,
    LateAccess,
    Stage,
)
from applications.published import Standing, standings
from applications.rules import manages_cohorts
from applications.searching import found
from applications.web.staff import mending, reviewing
from applications.web.staff.story import story_of

STAGE_LABELS = {
    "draft": "",
    "withdrawn": "",
    "merged": "",
    "ineligible": "",
    "submitted": "warning",
}
LEFT_OUT = "left-out"


class IdsFirst(Paginator):
    """Finds the ids of a page first, so that what is sorted and skipped is narrow."""

    object_list: QuerySet[Application]

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        ids = list(self.object_list.values_list("pk", flat=True)[first : first + self.per_page])
        return Page(self.object_list.filter(pk__in=ids), number, self)


class LateAccessFilter(admin.SimpleListFilter):
    title = _("late access")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("has a later deadline"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Application]
    ) -> QuerySet[Application]:
        if self.value() != "yes":
            return queryset
        given = LateAccess.objects.filter(
            cohort=OuterRef("cohort"), user=OuterRef("user"), ended_at__isnull=True
        )
        return queryset.filter(Exists(given))


class DuplicatesFilter(admin.SimpleListFilter):
    title = _("duplicates")
    parameter_name = "duplicates"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("may be somebody’s second application"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Application]
    ) -> QuerySet[Application]:
        if self.value() != "yes":
            return queryset
        cases = DuplicateCase.objects.filter(state=DuplicateCase.State.OPEN).order_by()
        return queryset.filter(Q(pk__in=cases.values("first")) | Q(pk__in=cases.values("second")))


@admin.register(Application)
class ApplicationAdmin(RoleAdmin):
    """To read and to find. What changes an application has a verb and a button."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.REVIEWER, Role.AUDITOR)
    list_display = (
        "reference",
        "says_name",
        "user",
        "cohort",
        "says_stage",
        "says_institution",
        "submitted_at",
    )
    list_filter = (
        "cohort",
        "stage",
        "institution",
        "level",
        "track",
        LateAccessFilter,
        DuplicatesFilter,
    )
    search_fields = ("reference", "surname_en", "given_en", "name_zh", "user__email")
    list_per_page = 40
    actions = None
    paginator = IdsFirst
    show_full_result_count = False
    ordering = ("surname_en", "given_en", "pk")
    # The answers stand in the story above the form, in words.
    fields = ("reference", "version", "created_at", "saved_at", "submitted_at", "imported_at")
    readonly_fields = fields
    change_form_outer_before_template = "applications/staff/story.html"
    list_before_template = "applications/staff/list_top.html"

    @display(description=_("name"), ordering="surname_en")
    def says_name(self, application: Application) -> str:
        return f"{application.full_name} {application.name_zh}".strip()

    @display(
        description=_("stage"),
        ordering="stage",
        label={stage: STAGE_LABELS.get(stage, "info") for stage in Stage.values} | {LEFT_OUT: ""},
    )
    def says_stage(self, application: Application) -> tuple[str, str]:
        stands: Standing = application.stands  # type: ignore[attr-defined]
        return LEFT_OUT if stands.left_out else stands.stage.value, stands.label

    @display(description=_("institution"), ordering="institution__code")
    def says_institution(self, application: Application) -> str:
        listed = application.institution
        return listed.code if listed else application.institution_other

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Application], search_term: str
    ) -> tuple[QuerySet[Application], bool]:
        return found(queryset, search_term), False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("review/", view(reviewing.queue), name="applications_review_queue"),
            path("review/next/", view(reviewing.next_to_review), name="applications_review_next"),
            path("review/<int:pk>/", view(reviewing.review), name="applications_review"),
            path("review/<int:pk>/keep/", view(reviewing.keep), name="applications_review_keep"),
            path("review/<int:pk>/skip/", view(reviewing.skip), name="applications_review_skip"),
            path("<int:pk>/restore/", view(mending.restore), name="applications_restore"),
            path("<int:pk>/extend/", view(mending.extend), name="applications_extend"),
            path("late-access/", view(mending.late_access), name="applications_late_access"),
            path(
                "late-access/<int:pk>/end/",
                view(mending.end_late),
                name="applications_end_late_access",
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        top = reviewing.queue_size(request)
        if manages_cohorts(request.user):
            top["late_access_url"] = reverse("admin:applications_late_access")
        return super().changelist_view(request, (extra_context or {}) | top)

    def prepare(self, rows: list[Any]) -> None:
        stands = standings(rows, timezone.now())
        for application in rows:
            application.stands = stands[application.pk]

    def beside(self, request: HttpRequest, row: Application) -> dict[str, Any]:
        return story_of(row, cast(User, request.user), timezone.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        related = ("cohort__programme", "user", "institution")
        found = super().get_queryset(request).select_related(*related)
        if request.resolver_match and request.resolver_match.kwargs.get("object_id"):
            return found.select_related(*related, "cohort__rules", "rules", "merged_into")
        return found
