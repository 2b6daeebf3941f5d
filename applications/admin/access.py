"""Staff pages of access requests."""

from typing import ClassVar

from django.contrib import admin

from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.models import (
    AccessRequest,
)


@admin.register(AccessRequest)
class AccessRequestAdmin(RoleAdmin):
    """For those who make the arrangements, and never for reviewers."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER,)
    list_display = ("application", "requested_at")
    list_select_related = ("application",)
    readonly_fields = ("application", "needs", "requested_at")
