"""Staff pages of access requests."""

from datetime import date
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.domain.access import answer_due_on
from applications.models import AccessRequest
from applications.web.staff import access
from notifications.moments import say_day

STATE_LABELS = {"asked": "warning", "granted": "success", "refused": ""}


@admin.register(AccessRequest)
class AccessRequestAdmin(RoleAdmin):
    """For those who make the arrangements, and for nobody else; the oldest request first."""

    readers: ClassVar[tuple[Role, ...]] = (Role.ACCOMMODATION_OFFICER,)
    list_display = ("says_person", "cohort", "requested_at", "answer_by", "says_state")
    list_filter = ("state", "application__cohort")
    list_select_related = ("application__cohort",)
    search_fields = ("application__reference",)
    # What waits (no decision: NULL) first, the oldest of it on top.
    ordering = (F("decided_at").asc(nulls_first=True), "requested_at", "pk")
    list_before_template = "applications/staff/access_top.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessRequest]:
        """The list needs no word of what is needed; the page of a request reads it on record."""
        return super().get_queryset(request).defer("needs", "arrangement")

    @display(description=_("application"), ordering="application__reference")
    def says_person(self, asked: AccessRequest) -> str:
        return f"{asked.application.reference} {asked.application.full_name}"

    @display(description=_("cohort"))
    def cohort(self, asked: AccessRequest) -> str:
        return str(asked.application.cohort)

    @display(description=_("answer by"), ordering="requested_at")
    def answer_by(self, asked: AccessRequest) -> str:
        waits = asked.state == AccessRequest.State.ASKED
        due: date = answer_due_on(asked.requested_at)
        return say_day(due) if waits else "–"

    @display(description=_("state"), ordering="state", label=STATE_LABELS)
    def says_state(self, asked: AccessRequest) -> tuple[str, str]:
        return asked.state, asked.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/answer/", view(access.answer), name="applications_access_answer"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """There is one page of a request: the one that answers it."""
        found: Model | None = self.get_object(request, object_id)
        if found is None or not self.has_view_permission(request, found):
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect("admin:applications_access_answer", found.pk)
