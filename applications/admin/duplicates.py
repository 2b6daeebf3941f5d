"""Staff pages of possible duplicates."""

from typing import ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.models import DuplicateCase
from applications.web.staff import duplicates


@admin.register(DuplicateCase)
class DuplicateCaseAdmin(RoleAdmin):
    """A row leads to the page on which it is decided."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.REVIEWER, Role.AUDITOR)
    list_display = ("says_pair", "cohort", "reason", "state", "found_at", "decided_by")
    list_filter = ("cohort", "state", "reason")
    list_select_related = ("cohort__programme", "first", "second", "decided_by")
    search_fields = (
        "first__reference",
        "second__reference",
        "first__user__email",
        "second__user__email",
    )
    show_full_result_count = False

    @display(description=_("applications"))
    def says_pair(self, case: DuplicateCase) -> str:
        return f"{case.first} · {case.second}"

    def change_view(
        self, request: HttpRequest, object_id: str, *args: object, **kwargs: object
    ) -> HttpResponse:
        case = self.get_object(request, object_id)
        if case is None:
            raise Http404
        return redirect("admin:applications_duplicate", case.pk)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        decide = path("decide/<int:pk>/", view(duplicates.duplicate), name="applications_duplicate")
        return [decide, *super().get_urls()]
