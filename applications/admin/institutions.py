"""Staff pages of institutions."""

from typing import ClassVar

from django.contrib import admin

from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.models import (
    Institution,
)


@admin.register(Institution)
class InstitutionAdmin(RoleAdmin):
    writers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER,)
    list_display = ("code", "name_en", "name_zh")
    search_fields = ("code", "name_en", "name_zh")
