"""Staff pages of people, the trail and the approvals. All are for reading: writing has verbs."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.models import Approval, AuditEvent, User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from accounts.web.staff import kind_of, page_of


@admin.register(User)
class UserAdmin(RoleAdmin):
    list_display = ("email", "preferred_name", "language", "says_roles", "is_active", "last_login")
    list_filter = ("groups", "language", "is_staff", "is_active")
    search_fields = ("email", "preferred_name")
    ordering = ("email",)
    fields = (
        "email",
        "preferred_name",
        "language",
        "says_roles",
        "is_staff",
        "is_superuser",
        "is_active",
        "date_joined",
        "last_login",
    )
    readonly_fields = fields
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description=_("roles"))
    def says_roles(self, person: User) -> str:
        known = {role.value: str(role.label) for role in Role}
        return ", ".join(sorted(known.get(group.name, group.name) for group in person.groups.all()))


@admin.register(AuditEvent)
class AuditEventAdmin(RoleAdmin):
    readers: ClassVar[tuple[Role, ...]] = (Role.AUDITOR, Role.PROGRAMME_MANAGER)
    list_display = ("at", "actor", "verb", "object_type", "object_id", "reason")
    list_filter = ("object_type", "verb")
    search_fields = ("object_id", "actor__email", "reason")
    list_select_related = ("actor",)
    readonly_fields = (
        "at",
        "actor",
        "verb",
        "object_type",
        "object_id",
        "before",
        "after",
        "reason",
    )
    show_full_result_count = False


@admin.register(Approval)
class ApprovalAdmin(RoleAdmin):
    list_display = (
        "says_kind",
        "links_to",
        "state",
        "requested_by",
        "requested_at",
        "expires_at",
        "decided_by",
    )
    list_filter = ("state", "kind")
    search_fields = ("object_id", "requested_by__email", "decided_by__email")
    list_select_related = ("requested_by", "decided_by")
    fields = ("links_to", *(field.name for field in Approval._meta.fields if field.name != "id"))
    readonly_fields = fields

    @display(description=_("kind"), ordering="kind")
    def says_kind(self, approval: Approval) -> str:
        return kind_of(approval)

    @display(description=_("where it is decided"))
    def links_to(self, approval: Approval) -> str:
        page = page_of(approval)
        if page is None:
            return approval.object_id
        return format_html(
            '<a class="text-primary-600 underline dark:text-primary-500" href="{}">{}</a>',
            page,
            _("Open the page"),
        )
