"""Staff pages of long work."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.domain.jobs import title_of
from accounts.models import Job
from accounts.roles import Role
from accounts.staff import RoleAdmin
from accounts.web import jobs

PAGE = "accounts_job_change"


@admin.register(Job)
class JobAdmin(RoleAdmin):
    """The list is for those who oversee the house; its own job everybody watches on `job_page`."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.AUDITOR)
    list_display = ("says_kind", "state", "asked_by", "asked_at", "ended_at", "error")
    list_filter = ("state", "kind")
    list_select_related = ("asked_by",)
    show_full_result_count = False

    @display(description=_("kind"), ordering="kind")
    def says_kind(self, job: Job) -> str:
        return title_of(job)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        # Neither Django's page of a row nor what sends every other address there.
        others = (url for url in super().get_urls() if url.name not in (PAGE, None))
        return [
            path("<int:pk>/change/", view(jobs.job_page), name=PAGE),
            path("<int:pk>/progress/", view(jobs.job_progress), name="accounts_job_progress"),
            *others,
        ]

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
