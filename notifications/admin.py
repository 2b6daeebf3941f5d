"""Staff page of the outbox: what was told to whom, what waits, and what is uncertain."""

from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from accounts import confidential
from accounts.models import User
from accounts.staff import RoleAdmin
from notifications.models import Message

UNCERTAIN_AFTER = timedelta(minutes=10)
LABELS = {
    Message.State.QUEUED: "info",
    Message.State.SENDING: "warning",
    Message.State.SENT: "success",
    Message.State.FAILED: "danger",
    Message.State.VOID: "",
}


def uncertain(queryset: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """Claimed by a worker that never said what became of them: they may or may not have left."""
    return queryset.filter(state=Message.State.SENDING, claimed_at__lte=now - UNCERTAIN_AFTER)


class UncertainFilter(admin.SimpleListFilter):
    title = _("certainty")
    parameter_name = "uncertain"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("may or may not have left"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return uncertain(queryset, timezone.now()) if self.value() == "yes" else queryset


@admin.register(Message)
class MessageAdmin(RoleAdmin):
    list_display = (
        "subject",
        "person",
        "kind",
        "says_state",
        "due_at",
        "sent_at",
        "attempts",
        "error",
    )
    list_filter = ("state", UncertainFilter, "kind", "language")
    search_fields = ("person__email", "subject", "run")
    list_select_related = ("person",)
    readonly_fields = tuple(field.name for field in Message._meta.fields if field.name != "id")
    show_full_result_count = False

    @display(description=_("state"), label=LABELS)
    def says_state(self, message: Message) -> tuple[str, str]:
        return message.state, message.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        hidden = confidential.hidden_letters(cast(User, request.user))
        return super().get_queryset(request).exclude(kind__in=hidden)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.has_view_permission(request):
            count = uncertain(Message.objects.all(), timezone.now()).count()
            if count:
                text = ngettext(
                    "%(n)d message may or may not have left; it is not sent again by itself.",
                    "%(n)d messages may or may not have left; none is sent again by itself.",
                    count,
                )
                messages.warning(request, text % {"n": count})
        return super().changelist_view(request, extra_context)
