"""Staff pages of programmes and cohorts."""

from typing import ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.models import (
    Cohort,
    Programme,
)


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
