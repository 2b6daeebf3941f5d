"""Staff pages of the outbox: what was told to whom, what waits, and what is uncertain."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import linebreaksbr
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from accounts import confidential
from accounts.models import User
from accounts.staff import RoleAdmin
from notifications import kinds
from notifications.models import Message
from notifications.queries import queue_now, uncertain
from notifications.rules import mends_messages
from notifications.web.staff import mending

LABELS = {
    Message.State.QUEUED: "info",
    Message.State.SENDING: "warning",
    Message.State.SENT: "success",
    Message.State.FAILED: "danger",
    Message.State.VOID: "",
    Message.State.RECALLED: "",
    Message.State.WITHHELD: "warning",
}
MOST_AT_ONCE = 500


class UncertainFilter(admin.SimpleListFilter):
    title = _("certainty")
    parameter_name = "uncertain"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("may or may not have left"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return uncertain(queryset, timezone.now()) if self.value() == "yes" else queryset


class KindFilter(DropdownFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(
            ((kind.name, str(kind.title)) for kind in kinds.declared()), key=lambda one: one[1]
        )

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


def _action(verb: str, words: Any) -> Callable[..., HttpResponse]:
    """An entry of the list's menu that leads to the page of a verb with the ticked messages."""

    @admin.action(description=words, permissions=["mend"])
    def act(page: Any, request: HttpRequest, chosen: QuerySet[Message]) -> HttpResponse:
        ids = ",".join(str(pk) for pk in chosen.values_list("pk", flat=True)[:MOST_AT_ONCE])
        return HttpResponseRedirect(f"{mending.address_of(verb)}?ids={ids}")

    act.__name__ = verb.replace("-", "_")
    return act


@admin.register(Message)
class MessageAdmin(RoleAdmin):
    list_display = (
        "subject",
        "person",
        "says_kind",
        "says_state",
        "due_at",
        "sent_at",
        "error",
    )
    list_filter = ("state", UncertainFilter, KindFilter, "category", "language")
    list_filter_submit = True
    search_fields = ("person__email", "subject", "run")
    search_help_text = _("An address, words of the subject, or the name of a fact")
    list_select_related = ("person",)
    fields = (
        *("person", "says_kind", "state", "language", "subject", "says_text"),
        *("queued_at", "due_at", "until", "claimed_at", "sent_at", "read_at"),
        *("attempts", "error", "corrects", "text_version", "category", "in_bulk"),
        *("uuid", "run", "topic", "excludes"),
    )
    readonly_fields = fields
    show_full_result_count = False
    list_before_template = "notifications/staff/outbox_top.html"
    change_form_before_template = "notifications/staff/message_top.html"
    actions = [
        _action("recall", _("Take back what has not left")),
        _action("try-again", _("Try again")),
        _action("it-left", _("It left")),
        _action("send-again", _("It did not leave: send it")),
        _action("correct", _("Send a correction")),
    ]

    def has_mend_permission(self, request: HttpRequest) -> bool:
        return bool(mends_messages(request.user))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        hidden = confidential.hidden_letters(cast(User, request.user))
        return super().get_queryset(request).exclude(kind__in=hidden).defer("body")

    @display(description=_("kind"), ordering="kind")
    def says_kind(self, message: Message) -> str:
        return kinds.title_of(message.kind)

    @display(description=_("text"))
    def says_text(self, message: Message) -> str:
        return linebreaksbr(message.body)

    @display(description=_("state"), label=LABELS)
    def says_state(self, message: Message) -> tuple[str, str]:
        return message.state, message.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("do/<slug:verb>/", view(mending.mend), name="notifications_message_mend"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown: dict[str, Any] = {}
        if self.has_view_permission(request):
            now = timezone.now()
            queue = queue_now(now)
            if queue.uncertain:
                text = ngettext(
                    "%(n)d message may or may not have left; it is not sent again by itself.",
                    "%(n)d messages may or may not have left; none is sent again by itself.",
                    queue.uncertain,
                )
                messages.warning(request, text % {"n": queue.uncertain})
            shown = {
                "queue": queue,
                "held": mending.held_facts(now),
                "may_mend": self.has_mend_permission(request),
                "outbox": reverse("admin:notifications_message_changelist"),
            }
        return super().changelist_view(request, (extra_context or {}) | shown)

    def beside(self, request: HttpRequest, row: Message) -> dict[str, Any]:
        if not self.has_mend_permission(request):
            return {}
        return {"verbs": mending.verbs_for(row, timezone.now())}
