"""Staff pages of approvals: what waits for a second person, and what was decided."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from accounts import approvable
from accounts.models import Approval, User
from accounts.queries import approvals_waiting_for
from accounts.staff import RoleAdmin
from accounts.web import approvals
from accounts.web.staff import kind_of


class KindFilter(DropdownFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(approvable.titles().items(), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class WaitingFilter(admin.SimpleListFilter):
    title = _("waiting for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", _("my decision"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "me":
            return queryset
        mine = approvals_waiting_for(cast(User, request.user), timezone.now())
        return queryset.filter(pk__in=mine.values("pk"))


@admin.register(Approval)
class ApprovalAdmin(RoleAdmin):
    list_display = (
        "says_kind",
        "object_id",
        "says_state",
        "requested_by",
        "requested_at",
        "expires_at",
        "decided_by",
    )
    list_filter = ("state", WaitingFilter, KindFilter)
    list_filter_submit = True
    search_fields = ("object_id", "requested_by__email", "decided_by__email")
    list_select_related = ("requested_by", "decided_by")

    @display(description=_("kind"), ordering="kind")
    def says_kind(self, approval: Approval) -> str:
        return kind_of(approval)

    @display(description=_("state"), ordering="state")
    def says_state(self, approval: Approval) -> str:
        waits = approval.state == Approval.State.REQUESTED
        if waits and approval.expires_at <= timezone.now():
            return gettext("lapsed")
        return approval.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        decide = view(approvals.decide_approval)
        return [
            path("<int:pk>/decide/", decide, name="accounts_approval_decide"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not (object_id.isascii() and object_id.isdecimal()):
            raise Http404
        return approvals.approval_page(request, int(object_id))
