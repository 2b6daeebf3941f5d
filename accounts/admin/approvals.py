"""Staff pages of approvals: what waits for a second person, and what was decided."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from accounts import approvable
from accounts.models import Approval, User
from accounts.queries import approvals_waiting_for
from accounts.staff import RoleAdmin
from accounts.web import approvals
from accounts.web.staff import LINK, kind_of

LONGEST_ID = 19  # digits; the database knows no longer number
CAME_TO_NOTHING = (
    Approval.State.REFUSED,
    Approval.State.LAPSED,
    Approval.State.TAKEN_BACK,
    Approval.State.VOID,
)


class KindFilter(DropdownFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(approvable.titles().items(), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class StateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Approval.State.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        state, now = self.value(), timezone.now()
        late = Q(state=Approval.State.REQUESTED, expires_at__lte=now)
        if state == Approval.State.REQUESTED:
            return queryset.filter(state=state).exclude(late)
        if state == Approval.State.LAPSED:
            return queryset.filter(Q(state=state) | late)
        return queryset.filter(state=state) if state else queryset


class WaitingFilter(admin.SimpleListFilter):
    title = _("waiting for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("me", _("my decision")),
            ("others", _("somebody’s decision on what I asked")),
            ("nobody", _("nobody: what I asked came to nothing")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.now()
        late = Q(state=Approval.State.REQUESTED, expires_at__lte=now)
        match self.value():
            case "me":
                mine = approvals_waiting_for(cast(User, request.user), now)
                return queryset.filter(pk__in=mine.values("pk"))
            case "others":
                asked = queryset.filter(requested_by=request.user, state=Approval.State.REQUESTED)
                return asked.exclude(late)
            case "nobody":
                ended = Q(state__in=CAME_TO_NOTHING)
                return queryset.filter(late | ended, requested_by=request.user)
            case _:
                return queryset


@admin.register(Approval)
class ApprovalAdmin(RoleAdmin):
    list_display = (
        "says_kind",
        "says_subject",
        "says_state",
        "requested_by",
        "requested_at",
        "expires_at",
        "decided_by",
    )
    list_filter = (StateFilter, WaitingFilter, KindFilter)
    list_filter_submit = True
    search_fields = ("object_id", "requested_by__email", "decided_by__email")
    search_help_text = _("What is asked, a cohort, a reference or name, or who asked or decided")
    list_select_related = ("requested_by", "decided_by")

    def prepare(self, rows: list[Any]) -> None:
        subjects = approvable.subjects_of(rows)
        for approval in rows:
            approval.subject = subjects[approval.pk]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Approval], search_term: str
    ) -> tuple[QuerySet[Approval], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if text := search_term.strip():
            found |= queryset.filter(approvable.about(text))
        return found, may_repeat

    @display(description=_("kind"), ordering="kind")
    def says_kind(self, approval: Approval) -> str:
        return kind_of(approval)

    @display(description=_("about"))
    def says_subject(self, approval: Approval) -> SafeString | str:
        subject = approval.subject  # type: ignore[attr-defined]
        if subject.address:
            link = '<a class="digest {}" href="{}">{}</a>'
            return format_html(link, LINK, subject.address, subject.words)
        return str(subject.words)

    @display(description=_("state"), ordering="state")
    def says_state(self, approval: Approval) -> str:
        return approval.state_at(timezone.now())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        decide, end = view(approvals.decide_approval), view(approvals.end_approval)
        return [
            path("<int:pk>/decide/", decide, name="accounts_approval_decide"),
            *(
                path(
                    f"<int:pk>/{how.replace('_', '-')}/",
                    end,
                    {"how": how},
                    name=f"accounts_approval_{how}",
                )
                for how in approvals.ENDS
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not (object_id.isascii() and object_id.isdecimal() and len(object_id) < LONGEST_ID):
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        return approvals.approval_page(request, int(object_id))
