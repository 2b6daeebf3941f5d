"""Staff pages: plain data to write, runs to read, and two boards with the buttons."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from accounts.domain.people import grant_role
from accounts.models import User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.lifecycle import IN_BOOTCAMP
from applications.models import Cohort
from bootcamp.models import (
    Attendance,
    Conflict,
    Group,
    Judge,
    JudgingRun,
    Lesson,
    Module,
    Project,
    ProjectScore,
    ProjectVersion,
    Room,
    Rubric,
    Slot,
    Timetable,
    Trainer,
)
from bootcamp.web import staff

MANAGERS = (Role.PROGRAMME_MANAGER,)
PRESENT = Q(memberships__application__stage__in=IN_BOOTCAMP)


class BoardAdmin(RoleAdmin):
    """A list that begins with links to the boards of all cohorts."""

    list_before_template = "admin/bootcamp/boards.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        cohorts = Cohort.objects.order_by("-applications_open_at")
        return super().changelist_view(request, (extra_context or {}) | {"cohorts": cohorts})


@admin.register(Module)
class ModuleAdmin(RoleAdmin):
    writers: ClassVar[tuple[Role, ...]] = MANAGERS
    list_display = ("number", "title_en", "title_zh", "cohort")
    list_filter = ("cohort",)
    list_select_related = ("cohort",)


@admin.register(Lesson)
class LessonAdmin(RoleAdmin):
    writers: ClassVar[tuple[Role, ...]] = MANAGERS
    list_display = ("module", "order", "title_en", "title_zh")
    list_filter = ("module__cohort", "module__number")
    list_select_related = ("module__cohort",)


@admin.register(Room)
class RoomAdmin(RoleAdmin):
    writers: ClassVar[tuple[Role, ...]] = MANAGERS
    list_display = ("name_en", "name_zh", "capacity", "cohort")
    list_filter = ("cohort",)
    list_select_related = ("cohort",)


@admin.register(Slot)
class SlotAdmin(RoleAdmin):
    writers: ClassVar[tuple[Role, ...]] = MANAGERS
    list_display = ("on", "position", "starts_at", "ends_at", "cohort")
    list_filter = ("cohort", "on")
    list_select_related = ("cohort",)


@admin.register(Trainer)
class TrainerAdmin(RoleAdmin):
    writers: ClassVar[tuple[Role, ...]] = MANAGERS
    list_display = ("user", "modules", "days", "cohort")
    list_filter = ("cohort",)
    search_fields = ("user__email", "user__preferred_name")
    list_select_related = ("cohort", "user")
    raw_id_fields = ("user",)

    def save_model(self, request: HttpRequest, obj: Trainer, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        grant_role(
            user=obj.user, role=Role.TRAINER, by=cast(User, request.user), now=timezone.now()
        )


@admin.register(Group)
class GroupAdmin(RoleAdmin):
    list_display = ("number", "cohort", "people")
    list_filter = ("cohort",)
    list_select_related = ("cohort",)
    readonly_fields = ("cohort", "number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(size=Count("memberships", filter=PRESENT))

    @display(description=_("people"), ordering="size")
    def people(self, group: Group) -> int:
        return group.size  # type: ignore[attr-defined]


@admin.register(Timetable)
class TimetableAdmin(BoardAdmin):
    list_display = (
        "cohort",
        "number",
        "state",
        "objective",
        "is_proven_best",
        "created_at",
        "published_at",
    )
    list_filter = ("cohort", "state")
    list_select_related = ("cohort",)
    exclude = ("inputs",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("cohort/<slug:cohort>/", view(staff.teaching), name="bootcamp_teaching"),
            path("cohort/<slug:cohort>/do/<slug:verb>/", view(staff.act), name="bootcamp_act"),
            *super().get_urls(),
        ]


@admin.register(Attendance)
class AttendanceAdmin(RoleAdmin):
    list_display = ("session", "application", "presence", "late_minutes", "marked_by", "marked_at")
    list_filter = ("presence", "session__group__cohort", "session__group")
    search_fields = ("application__reference", "application__surname_en")
    list_select_related = ("session__lesson", "session__group", "application", "marked_by")


class ReadOnlyInline(TabularInline):
    """Rows to read beside their parent; who may see that may see these."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ProjectVersionInline(ReadOnlyInline):
    model = ProjectVersion
    fields = readonly_fields = ("number", "submitted_at", "digest")


@admin.register(Project)
class ProjectAdmin(RoleAdmin):
    list_display = ("title", "application", "track", "version", "submitted_at")
    list_filter = ("application__cohort", "track")
    search_fields = ("title", "application__reference", "application__surname_en")
    list_select_related = ("application",)
    readonly_fields = tuple(field.name for field in Project._meta.fields if field.name != "id")
    inlines = (ProjectVersionInline,)


@admin.register(Judge)
class JudgeAdmin(RoleAdmin):
    writers: ClassVar[tuple[Role, ...]] = MANAGERS
    list_display = ("user", "employer", "tracks", "conflicts_declared_at", "cohort")
    list_filter = ("cohort", ("conflicts_declared_at", admin.EmptyFieldListFilter))
    search_fields = ("user__email", "user__preferred_name", "employer")
    list_select_related = ("cohort", "user")
    raw_id_fields = ("user",)
    readonly_fields = ("conflicts_declared_at",)

    def save_model(self, request: HttpRequest, obj: Judge, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        grant_role(user=obj.user, role=Role.JUDGE, by=cast(User, request.user), now=timezone.now())


@admin.register(Conflict)
class ConflictAdmin(RoleAdmin):
    list_display = ("judge", "application", "reason", "declared_at")
    list_filter = ("judge__cohort", "reason")
    list_select_related = ("judge__user", "application")


@admin.register(Rubric)
class RubricAdmin(RoleAdmin):
    list_display = ("cohort", "version", "created_at")
    list_filter = ("cohort",)
    list_select_related = ("cohort",)


class ProjectScoreInline(ReadOnlyInline):
    model = ProjectScore
    fields = readonly_fields = (
        "project",
        "raw_mean",
        "normalised_mean",
        "spread",
        "anchor_spread",
        "marks",
        "failed_gates",
        "score",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProjectScore]:
        return super().get_queryset(request).select_related("project")


@admin.register(JudgingRun)
class JudgingRunAdmin(BoardAdmin):
    list_display = ("cohort", "number", "method", "created_at", "created_by")
    list_filter = ("cohort",)
    list_select_related = ("cohort", "created_by")
    exclude = ("inputs",)
    inlines = (ProjectScoreInline,)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("cohort/<slug:cohort>/", view(staff.judging), name="bootcamp_judging"),
            *super().get_urls(),
        ]
