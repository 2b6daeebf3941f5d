"""Staff pages of what is locked because a list was published from it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.models import Approval
from accounts.staff import RoleAdmin
from accounts.web.staff import page_of
from applications import locks
from applications.domain.locking import UNLOCK, is_open
from applications.models import InputLock
from applications.rules import manages_cohorts
from applications.web.staff import locks as pages
from notifications.moments import say_instant

STATE_LABELS = {"locked": "", "open": "warning"}


@admin.register(InputLock)
class InputLockAdmin(RoleAdmin):
    """A row says what hangs on the part; two people open it."""

    list_display = ("says_part", "cohort", "because", "locked_at", "says_state")
    list_filter = ("cohort",)
    list_select_related = ("cohort__programme",)
    fields = (
        "says_part",
        "cohort",
        "because",
        "locked_at",
        "says_now",
        "open_until",
        "asked_by",
        "agreed_by",
        "reason",
    )
    readonly_fields = fields
    change_form_after_template = "applications/staff/lock_bottom.html"

    @display(description=_("part"), ordering="part")
    def says_part(self, lock: InputLock) -> str:
        return locks.title_of(lock.part)

    @display(description=_("state"), label=STATE_LABELS)
    def says_state(self, lock: InputLock) -> tuple[str, str]:
        if lock.open_until is not None and is_open(lock, timezone.now()):
            return "open", gettext("open until %(at)s") % {"at": say_instant(lock.open_until)}
        return "locked", gettext("locked")

    @display(description=_("state"))
    def says_now(self, lock: InputLock) -> str:
        return self.says_state(lock)[1]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/open/", view(pages.open_lock), name="applications_lock_open"),
            path("<int:pk>/close/", view(pages.close_lock), name="applications_lock_close"),
            *super().get_urls(),
        ]

    def beside(self, request: HttpRequest, row: InputLock) -> dict[str, Any]:
        waiting = Approval.objects.filter(
            kind=UNLOCK,
            object_id=str(row.pk),
            state=Approval.State.REQUESTED,
            expires_at__gt=timezone.now(),
        ).first()
        return {
            "effects": locks.effects_of(row),
            "stays": pages.what_stays(),
            "is_open": is_open(row, timezone.now()),
            "may_open": manages_cohorts(request.user),
            "approval_url": page_of(waiting) if waiting else "",
        }
