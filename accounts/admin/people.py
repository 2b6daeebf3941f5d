"""Staff pages of people: who they are here, their roles, and viewing the site as they see it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.languages import NAMES, say_languages
from accounts.models import User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from accounts.web import people


class ReaderFilter(admin.SimpleListFilter):
    title = _("reads well enough to confirm texts")
    parameter_name = "reads"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(NAMES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        language = self.value()
        return queryset.filter(languages_read__language=language) if language else queryset


@admin.register(User)
class UserAdmin(RoleAdmin):
    list_display = (
        "email",
        "preferred_name",
        "language",
        "says_roles",
        "says_reading",
        "is_active",
        "last_login",
    )
    list_filter = ("groups", "language", ReaderFilter, "is_staff", "is_active")
    search_fields = ("email", "preferred_name")
    ordering = ("email",)
    fields = (
        "email",
        "preferred_name",
        "language",
        "is_staff",
        "is_superuser",
        "is_active",
        "date_joined",
        "last_login",
    )
    readonly_fields = fields
    show_full_result_count = False
    change_form_outer_after_template = "accounts/staff/person.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups", "languages_read")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/ask-role/", view(people.ask_role), name="accounts_ask_role"),
            path("<int:pk>/take-role/", view(people.take_role), name="accounts_take_role"),
            path("<int:pk>/reads/", view(people.record_languages), name="accounts_record_reading"),
            path("<int:pk>/view-as/", view(people.view_as), name="accounts_view_as"),
            path("stop-viewing/", view(people.stop_view_as), name="accounts_stop_viewing"),
            *super().get_urls(),
        ]

    def beside(self, request: HttpRequest, row: User) -> dict[str, Any]:
        return people.person_context(request, row)

    @display(description=_("roles"))
    def says_roles(self, person: User) -> str:
        known = {role.value: str(role.label) for role in Role}
        return ", ".join(sorted(known.get(group.name, group.name) for group in person.groups.all()))

    @display(description=_("confirms texts in"))
    def says_reading(self, person: User) -> str:
        return say_languages([one.language for one in person.languages_read.all()])
