"""What the staff pages of announcements and of corrections share."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.staff import RoleAdmin
from notifications.domain.agreed import Life
from notifications.models import Announcement

State = Announcement.State
STUCK = "stuck"
LABELS = {
    State.DRAFT.value: "",
    State.ASKED.value: "warning",
    State.AGREED.value: "info",
    State.SENT.value: "success",
    State.REFUSED.value: "danger",
    State.DROPPED.value: "",
    STUCK: "danger",
}


class StuckFilter(admin.SimpleListFilter):
    """Those that wait and that nobody can send as they are."""

    title = _("what is in the way")
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(STUCK, _("cannot be sent as it is"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != STUCK:
            return queryset
        page = cast(ManyAdmin, admin.site.get_model_admin(queryset.model))
        return queryset.filter(pk__in=page.life.hindrances(timezone.now()))


class ManyAdmin(RoleAdmin):
    """What is sent to many after a second person agreed."""

    life: ClassVar[Life[Any]]
    change_form_template = "notifications/staff/watched.html"
    change_form_outer_before_template = "notifications/staff/sending.html"

    def prepare(self, rows: list[Any]) -> None:
        found = self.life.hindrances(timezone.now())
        for row in rows:
            row.hindrance = found.get(row.pk)

    @display(description=_("state"), label=LABELS, ordering="state")
    def says_state(self, row: Any) -> tuple[str, str]:
        if row.hindrance is None:
            return row.state, row.get_state_display()
        return STUCK, f"{row.get_state_display()}: {row.hindrance.label}"
