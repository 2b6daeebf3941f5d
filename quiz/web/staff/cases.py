"""Integrity cases in the staff site: the list, and the page on which one is decided."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Approval
from accounts.staff import RoleAdmin
from quiz.domain.cases import APPROVAL_KIND, may_be_decided, reply_digest
from quiz.models import IntegrityCase
from quiz.web.evidence import say_evidence
from quiz.web.staff.frame import show


class IntegrityCaseAdmin(RoleAdmin):
    """Opened from the page of a sitting; decided here by somebody else."""

    list_display = ["person", "opened_at", "opened_by", "replied_at", "reply_by", "outcome",
                    "decided_at"]  # fmt: skip
    list_filter = [("decided_at", admin.EmptyFieldListFilter), "outcome", "attempt__quiz__cohort"]
    list_select_related = ["attempt__application", "opened_by"]
    search_fields = ["attempt__application__reference", "attempt__application__user__email"]

    @admin.display(description=gettext_lazy("person"))
    def person(self, case: IntegrityCase) -> str:
        return str(case.attempt.application)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        now = timezone.now()
        return show(
            request,
            "admin/quiz/case.html",
            title=str(found.attempt.application),
            opts=self.opts,
            case=found,
            lines=say_evidence(found.evidence),
            seen=reply_digest(found),
            outcomes=IntegrityCase.Outcome.choices,
            is_opener=found.opened_by_id == request.user.pk,
            may_be_decided=may_be_decided(found, now),
            asked=Approval.objects.filter(
                kind=APPROVAL_KIND,
                object_id=str(found.pk),
                state=Approval.State.REQUESTED,
                expires_at__gt=now,
            ).first(),
        )
